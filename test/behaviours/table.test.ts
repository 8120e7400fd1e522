import { existsSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { pageOf, readBehaviours, titlesIn, writtenPage } from '../../scripts/behaviours.mjs'

const behaviours = await readBehaviours(
  (url) => import(/* @vite-ignore */ url) as Promise<Record<string, unknown>>,
)

describe('the table of behaviours', () => {
  it('has a test, or a reason, for every rule', () => {
    expect(behaviours.length).toBeGreaterThan(200)
    const bare = behaviours.filter(
      ({ tests, omitted }) => tests.length === 0 && (omitted ?? '') === '',
    )
    expect(bare.map(({ id, rule }) => `${id}: ${rule}`)).toEqual([])
  })

  it('names only test files that are there', () => {
    expect(behaviours.flatMap(({ tests }) => tests).filter((file) => !existsSync(file))).toEqual([])
  })

  it('is written down in docs/behaviours.md as it is: node scripts/behaviours.mjs', () => {
    expect(writtenPage()).toBe(pageOf(behaviours))
  })

  it('takes no skipped test for one that shows a rule', () => {
    const source = `
      it('A1: runs', () => {})
      it.each([1, 2])('A2: runs for %i', () => {})
      it(\`A3: runs for \${name} too\`, () => {})
      it.skip('A4: is skipped', () => {})
      it.todo('A5: is not written yet')
      describe('A6: is no test', () => {})
    `
    expect(titlesIn(source)).toEqual(['A1: runs', 'A2: runs for %i', 'A3: runs for … too'])
  })
})
