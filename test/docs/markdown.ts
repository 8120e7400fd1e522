import { readFileSync, readdirSync } from 'node:fs'
import { resolve } from 'node:path'

export const root = resolve(import.meta.dirname, '../..')

/** The documents of the repository, by their path from its root. */
export const documents = [
  'README.md',
  'CHANGELOG.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
  ...['docs', 'examples'].flatMap((folder) =>
    readdirSync(resolve(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.md'))
      .map((file) => `${folder}/${file}`),
  ),
]

/** A piece of code in a document. */
export interface Block {
  /** Path of the document and line of the fence: where an editor finds it. */
  readonly at: string
  readonly language: string
  /** The rest of the info string, in words. */
  readonly marks: readonly string[]
  readonly code: string
}

export function read(document: string): string {
  return readFileSync(resolve(root, document), 'utf8')
}

/** The fenced blocks of a document, with the indent of their fence taken away. */
export function blocksOf(document: string): Block[] {
  const blocks: Block[] = []
  let open: { indent: number; at: string; info: string[]; lines: string[] } | undefined
  read(document)
    .split('\n')
    .forEach((line, i) => {
      const fence = /^( *)```(.*)$/.exec(line)
      if (open === undefined && fence !== null) {
        const [, indent = '', info = ''] = fence
        const at = `${document}:${String(i + 1)}`
        open = { indent: indent.length, at, info: info.trim().split(/\s+/), lines: [] }
      } else if (open !== undefined && fence !== null) {
        const [language = '', ...marks] = open.info
        blocks.push({ at: open.at, language, marks, code: open.lines.join('\n') })
        open = undefined
      } else {
        open?.lines.push(line.slice(open.indent))
      }
    })
  return blocks
}

/** A document without its fenced blocks and code spans: what is left has links and headings. */
function prose(document: string): string {
  return read(document).replace(/^ *```.*?^ *```$/gms, '')
}

/** Where the links of a document lead; with `upTo`, those before that line. */
export function linksOf(document: string, { upTo }: { upTo?: string } = {}): string[] {
  const [begin = ''] = upTo === undefined ? [prose(document)] : prose(document).split(upTo)
  const text = begin.replace(/`[^`\n]*`/g, '')
  const links = text.matchAll(/\]\(([^)\s]+)\)|\b(?:href|src|srcset)="([^"]+)"/g)
  return [...links].map(([, inMarkdown, inHtml]) => inMarkdown ?? String(inHtml))
}

/** The anchors that GitHub makes of the headings of a document. */
export function anchorsOf(document: string): string[] {
  const headings = [...prose(document).matchAll(/^#+ (.+)$/gm)].map(([, heading]) =>
    String(heading)
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  )
  // The second heading of a name gets a number.
  return headings.map((anchor, i) => {
    const before = headings.slice(0, i).filter((other) => other === anchor).length
    return before === 0 ? anchor : `${anchor}-${String(before)}`
  })
}
