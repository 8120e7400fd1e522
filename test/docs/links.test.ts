import { existsSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { anchorsOf, documents, linksOf, root } from './markdown.js'

describe.each(documents)('the links of %s', (document) => {
  const links = linksOf(document).filter((link) => !/^[a-z]+:/.test(link))

  it('lead to files that exist', () => {
    const missing = links.filter((link) => !existsSync(resolve(root, pathOf(document, link))))
    expect(missing).toEqual([])
  })

  it('lead to headings that exist', () => {
    const missing = links.filter((link) => {
      const [, anchor] = link.split('#')
      const target = pathOf(document, link)
      return anchor !== undefined && target.endsWith('.md') && !anchorsOf(target).includes(anchor)
    })
    expect(missing).toEqual([])
  })
})

it('every document can be reached from the README', () => {
  const reached = new Set(['README.md'])
  // A set is walked to its end, also when it grows meanwhile.
  for (const document of reached) {
    for (const link of linksOf(document)) {
      const target = pathOf(document, link)
      if (documents.includes(target)) reached.add(target)
    }
  }
  expect(documents.filter((document) => !reached.has(document))).toEqual([])
})

/** The path from the root of what a link in a document leads to. */
function pathOf(document: string, link: string): string {
  const [path = ''] = link.split('#')
  return path === '' ? document : relative(root, resolve(root, join(dirname(document), path)))
}
