import { breakerMachine } from 'recloser/machines'
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { drawing, markedIn } from '../../scripts/chart.mjs'
import { page } from '../../scripts/transitions.mjs'
import { transitionsPage } from './transitions-page.js'

describe('the documents that are written from the chart', () => {
  it('README.md draws it as it is: node scripts/chart.mjs', () => {
    const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8')
    expect(markedIn(readme).text).toBe(drawing(breakerMachine))
  })

  it('docs/transitions.md tells what it does: node scripts/transitions.mjs', () => {
    expect(readFileSync(page, 'utf8')).toBe(transitionsPage())
  })
})
