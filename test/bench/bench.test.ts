import { beforeAll, describe, expect, it } from 'vitest'
import { filledIn } from '../../bench/report.mjs'
import { runScript } from '../support/script.js'
import { rowIds } from './rows.js'
import type { Results } from '../../bench/main.mjs'
import type { Ending } from '../support/script.js'

/** Times are not looked at: they mean nothing on a machine that does other things. */
describe('the bench, run for a moment', () => {
  let ending: Ending
  let results: Results

  beforeAll(async () => {
    ending = await runScript('bench/main.mjs', '--quick', '--json')
    results = JSON.parse(ending.stdout) as Results
  }, 180_000)

  it('ends by itself and complains about nothing', () => {
    expect(ending).toMatchObject({ code: 0, stderr: '' })
  })

  it('has seen every contender trip and recover', () => {
    expect(results.contenders.map(({ name }) => name)).toEqual([
      'recloser',
      'cockatiel',
      'opossum',
      'opossum, lean',
      'mollitia',
      'brakes',
      'effect',
    ])
    for (const { name, version, trips, recovers } of results.contenders) {
      expect({ trips, recovers }, name).toEqual({ trips: true, recovers: true })
      expect(version, name).toMatch(/^\d+\.\d+\.\d+/)
    }
  })

  it('has every row, with figures', () => {
    expect(results.rows.map(({ id }) => id)).toEqual(rowIds)
    for (const { id, figures } of results.rows) {
      expect(figures.length, id).toBeGreaterThan(1)
      for (const { median, spread } of figures) {
        expect(median, id).toBeGreaterThan(0)
        expect(spread, id).toBeGreaterThanOrEqual(0)
      }
    }
  })

  it('says of each target how near it came', () => {
    const targets = results.rows.flatMap((row) => row.targets)
    expect(targets.length).toBeGreaterThan(20)
    for (const { claim, value, limit, reached } of targets) {
      expect(limit, claim).toBeGreaterThan(0)
      expect(reached, claim).toBe(value <= limit)
    }
  })

  it('says that its figures mean nothing', () => {
    expect(results.quick).toBe(true)
  })
})

describe('the page on performance', () => {
  const run: Results = {
    node: 'v20.20.2',
    cores: 2,
    quick: false,
    contenders: [],
    rows: [
      {
        id: 'success',
        title: 'A call that succeeds',
        unit: 'ns',
        figures: [{ name: 'recloser', median: 101.4, spread: 2 }],
        targets: [{ claim: 'a / b', value: 0.75, spread: 0.01, limit: 0.8, reached: true }],
      },
    ],
  }

  const latest: Results = {
    ...run,
    node: 'v22.1.0',
    contenders: [
      { name: 'cockatiel', version: '4.0.0', note: '', trips: true, recovers: true },
      { name: 'opossum', version: '10.0.0', note: '', trips: true, recovers: true },
    ],
    rows: run.rows.map((row) => ({
      ...row,
      targets: row.targets.flatMap((target) => [
        target,
        { ...target, claim: 'recloser / opossum', value: 0.3 },
      ]),
    })),
  }

  it('says how it stands beside the newest peers, and beside which', () => {
    const filled = filledIn('<!-- bench: latest -->\n<!-- /bench -->', run, latest)
    expect(filled).toContain('Node 22.1.0, cockatiel 4.0.0, opossum 10.0.0.')
    expect(filled).toContain('| A call that succeeds | recloser / opossum | 0.3 ± 0.01 | 0.8 |')
    expect(filled).not.toContain('a / b')
  })

  it('has its tables from a run, whatever stood there', () => {
    const page = 'Before\n<!-- bench: success -->\nold\n<!-- /bench -->\nAfter\n'
    const filled = filledIn(page, run, latest)
    expect(filled).toContain('| recloser | 101 | ± 2 |')
    expect(filled).toMatch(/^Before\n/)
    expect(filled).toMatch(/\nAfter\n$/)
    expect(filled).not.toContain('old')
    expect(filledIn(filled, run, latest)).toBe(filled)
  })

  it('may not ask for what was not measured', () => {
    expect(() => filledIn('<!-- bench: luck -->\n<!-- /bench -->', run, latest)).toThrow('luck')
  })
})
