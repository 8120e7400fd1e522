import { existsSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { pageOf, readBehaviours, titlesIn, writtenPage } from '../../scripts/behaviours.mjs'

const behaviours = await readBehaviours(
  (url) => import(/* @vite-ignore */ url) as Promise<Record<string, unknown>>,
)

/** Every rule there is, by the letters of its id: a row that is lost is missed here. */
const numbers: Record<string, string> = {
  W: '1 3 4 5 6 7 8 11 14 15 16 17 18 19 20 21 22 23',
  C: '1 4 6 7 8 9 11 14 15',
  O: '1 2 3 4 5 6 10 11 12 14 17 18 19 20 21',
  T: '1 2 3 4 5 7 9 10 12 13 14 15 17 18 20 21',
  H: '1 2 4 5 6 8 9 10 11 14 15 16 18 19 20 21 22 23 24 26 27 28 29 30 31 32 34',
  G: '1 3 4 5 6 8 10',
  B: '1 2 4 5 6 7 8 9 12 14 15',
  M: '1 2 3 4 6 7 8 9 10 11 13 14',
  S: '1 2 5 6',
  L: '1 4',
  X: '2 3 4 5 7 8',
  E: '1 3 4 5 7 8 9 10',
  RL: '1 2 4 6 7 9 10 11 13',
  RT: '1 2 3 5 7 8 10 11 12 13',
  N: '1 1c 2 3 4 6 7 8 9 10 11 13 15 16 17',
  Q: '1 2 3 4 6 7 8 10',
  U: '1 2 3 5',
  TA: '1 2 3 4 5 7 8 9 11 12 14',
  TB: '1 2 4 6 7 8 9 10',
  TC: '1 2 4 6',
  TD: '1 2 3 5 6 8 9 11 12 13 14 15 16',
  TE: '1 2 3 5 6 8 9',
  TF: '1 2 3 4 6 7 10 11',
  TG: '1 2 4 6 7 9',
  TH: '2 3 6 7 9 10',
  TI: '1 2 3 5 7 8 10',
  TJ: '1 3 4 5 7 8 10 11 12',
  TK: '1 2 4 6 8 9 10 11 12',
  TL: '1 2 4 5 7',
  TM: '1 2 4 5 6 8 9 10',
  TN: '1 3 4 6 8 9 10 11',
  TO: '1 3 4 5 7 8',
  TP: '1 2 3 5',
}

describe('the table of behaviours', () => {
  it('has every rule, and each of them once', () => {
    const expected = Object.entries(numbers).flatMap(([letters, all]) =>
      all.split(' ').map((number) => letters + number),
    )
    expect(behaviours.map(({ id }) => id).sort()).toEqual(expected.sort())
  })

  it('has a test, or a reason, for every rule', () => {
    const bare = behaviours.filter(
      ({ tests, omitted }) => tests.length === 0 && (omitted ?? '') === '',
    )
    expect(bare.map(({ id, rule }) => `${id}: ${rule}`)).toEqual([])
  })

  it('gives no reason for leaving out what a test shows', () => {
    const both = behaviours.filter(
      ({ tests, omitted }) => tests.length > 0 && omitted !== undefined,
    )
    expect(both.map(({ id, rule }) => `${id}: ${rule}`)).toEqual([])
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
