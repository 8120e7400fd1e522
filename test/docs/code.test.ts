import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import ts from 'typescript'
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { blocksOf, documents, root } from './markdown.js'
import type { Block } from './markdown.js'

vi.setConfig({ testTimeout: 60_000 })

// Ignored by git and by the linter. Its files import the package by name, as their readers will.
const folder = resolve(root, 'reports/docs')

const blocks = documents
  .flatMap(blocksOf)
  .filter(({ language }) => ['ts', 'js', 'tsx', 'jsx'].includes(language))

/** Every block runs, unless its fence says `no-run`. */
const runnable = blocks.filter(({ marks }) => !marks.includes('no-run'))

beforeAll(() => {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  for (const block of blocks) writeFileSync(fileOf(block), `${block.code}\nexport {}\n`)
  for (const block of runnable) writeFileSync(fileOf(block, 'run'), watched(block.code))
})

describe('the code in the documents', () => {
  it('is there', () => {
    expect(blocks.length).toBeGreaterThan(20)
  })

  it('compiles under the strictest settings', () => {
    expect(complaints(blocks.map((block) => fileOf(block)))).toEqual([])
  }, 300_000)
})

describe('the code in the documents runs, and prints what its comments say', () => {
  afterEach(() => {
    vi.restoreAllMocks()
  })

  it.each(runnable.map((block) => [block.at, block] as const))('%s', async (_, block) => {
    const printed = new Map<number, string>()
    vi.stubGlobal('printed', (line: number, ...values: unknown[]) => {
      if (!printed.has(line)) printed.set(line, values.map(String).join(' '))
    })
    vi.spyOn(console, 'log').mockReturnValue(undefined)
    await import(/* @vite-ignore */ fileOf(block, 'run'))
    for (const [line, comment] of promisesIn(block.code)) {
      expect(
        startsWith(comment, printed.get(line)),
        `«${String(printed.get(line))}» is not what the comment promises: «${comment}»`,
      ).toBe(true)
    }
  })
})

/** Lines like `console.log(value) // what it prints`; after a comma or colon, the comment explains. */
const promise = /^( *)console\.log\((.*)\) \/\/ (.*)$/

/** The promised lines, by number. */
function promisesIn(code: string): [number, string][] {
  return code.split('\n').flatMap((line, i) => {
    const comment = promise.exec(line)?.[3]
    return comment === undefined ? [] : [[i, comment] as [number, string]]
  })
}

/** The code, but telling of each promised line what it prints. */
function watched(code: string): string {
  const lines = code
    .split('\n')
    .map((line, i) => line.replace(promise, `$1printed(${String(i)}, $2)`))
  return `${lines.join('\n')}\nexport {}\n`
}

function startsWith(comment: string, text: string | undefined): boolean {
  return (
    text !== undefined && comment.startsWith(text) && /^($|[,:;])/.test(comment.slice(text.length))
  )
}

function fileOf({ at, language }: Block, suffix = ''): string {
  return resolve(folder, `${at.replace(/[^a-z0-9]+/gi, '-')}${suffix}.${language}`)
}

/** What the compiler says about the files, in one run. */
function complaints(files: string[]): string[] {
  const config = ts.readConfigFile(resolve(root, 'tsconfig.json'), (path) => ts.sys.readFile(path))
  const { options } = ts.parseJsonConfigFileContent(config.config, ts.sys, root)
  const program = ts.createProgram(files, options)
  return ts.getPreEmitDiagnostics(program).map(({ file, start, messageText }) => {
    const line = file?.getLineAndCharacterOfPosition(start ?? 0).line ?? 0
    const text = ts.flattenDiagnosticMessageText(messageText, '\n')
    return `${file?.fileName.replace(`${folder}/`, '') ?? ''}, line ${String(line + 1)}: ${text}`
  })
}
