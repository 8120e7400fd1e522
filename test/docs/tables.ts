import { read } from './markdown.js'

/** The code in the first column of the n-th table whose head begins with `title`. */
export function firstCells(document: string, title: string, n = 0): string[] {
  const rows = read(document).split('\n')
  const heads = rows.flatMap((row, i) => (new RegExp(`^\\| ${title} +\\|`).test(row) ? [i] : []))
  const body = rows.slice((heads[n] ?? NaN) + 2)
  const end = body.findIndex((row) => !row.startsWith('|'))
  return body
    .slice(0, end)
    .flatMap((row) => [...String(row.split(' | ')[0]).matchAll(/`([^`]+)`/g)])
    .map(([, code]) => String(code))
}

/** Those that an error on an unknown one names. */
export function knownOptions(mistake: () => unknown): string[] {
  try {
    mistake()
  } catch (error) {
    return /known are (.*)$/.exec(String(error))?.[1]?.split(', ') ?? []
  }
  return []
}
