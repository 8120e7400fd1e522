import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { expect, it } from 'vitest'
import { rowIds } from './rows.js'

it('the page on performance has a table for each row of the bench, and no other', () => {
  const page = readFileSync(resolve(import.meta.dirname, '../../docs/performance.md'), 'utf8')
  const asked = [...page.matchAll(/<!-- bench: ([\w-]+) -->/g)].map(([, name]) => name)
  expect(asked.sort()).toEqual(['machine', 'targets', 'contenders', 'latest', ...rowIds].sort())
  expect(page.match(/<!-- \/bench -->/g)).toHaveLength(asked.length)
})
