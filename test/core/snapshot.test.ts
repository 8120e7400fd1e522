import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { noHealth, parseSnapshot } from 'recloser/core'
import type { BreakerSnapshot } from 'recloser/core'

const totals = { successes: 4, failures: 6, slow: 1, ignored: 2, rejected: 3, stale: 1 }

/** A snapshot with something in every field. */
const snapshot: BreakerSnapshot = {
  version: 1,
  name: 'payments-api',
  state: 'isolated',
  enteredAt: 1000,
  breakDuration: 30_000,
  openUntil: 31_000,
  consecutiveBreaks: 2,
  halfOpenAttempts: 1,
  consecutiveFailures: 6,
  consecutiveSuccesses: 0,
  health: { ...noHealth, throughput: 2, failures: 2, failureRate: 1, consecutiveFailures: 2 },
  breaking: noHealth,
  failure: { name: 'TypeError', message: 'fetch failed' },
  lastError: { name: 'TypeError', message: 'fetch failed' },
  round: { good: 0, bad: 1, health: noHealth },
  holds: [{ id: 1, reason: 'maintenance', since: 900, until: null }],
  window: {
    rows: [{ at: 500, successes: 1, failures: 2, slow: 0, ignored: 0, errors: { TypeError: 2 } }],
  },
  errors: { TypeError: 6 },
  totals,
  history: [
    {
      breaker: 'payments-api',
      from: 'closed',
      to: 'open',
      at: 1000,
      cause: 'failure-rate',
      reason: 'failure rate 60% reached 50% over 10 calls in 10 s',
      health: noHealth,
      breakDuration: 30_000,
      consecutiveBreaks: 1,
      error: { name: 'TypeError', message: 'fetch failed' },
    },
    {
      breaker: 'payments-api',
      from: 'open',
      to: 'halfOpen',
      at: 31_000,
      cause: 'break-elapsed',
      reason: 'the break of 30 s is over',
      health: noHealth,
      consecutiveBreaks: 1,
    },
  ],
}

/** Every place in plain data, as a path of keys. */
function pathsOf(value: unknown, path: string[] = []): string[][] {
  if (typeof value !== 'object' || value === null) return [path]
  return [path, ...Object.entries(value).flatMap(([key, inner]) => pathsOf(inner, [...path, key]))]
}

/** A copy with another value at one place. */
function withValueAt(path: readonly string[], value: unknown): unknown {
  const copy = structuredClone(snapshot) as unknown
  const last = path.at(-1)
  if (last === undefined) return value
  let owner = copy as Record<string, unknown>
  for (const key of path.slice(0, -1)) owner = owner[key] as Record<string, unknown>
  owner[last] = value
  return copy
}

describe('a snapshot', () => {
  it('is taken over as it is, field by field', () => {
    const parsed = parseSnapshot(JSON.parse(JSON.stringify(snapshot)))
    expect(parsed).toEqual(snapshot)
    expect(parseSnapshot(snapshot).totals).not.toBe(snapshot.totals)
  })

  it('may have no end, no first break and no error', () => {
    const closed = {
      ...snapshot,
      breakDuration: null,
      openUntil: null,
      breaking: null,
      failure: null,
      lastError: null,
      history: [{ ...(snapshot.history[0] as object), breakDuration: null }],
    }
    expect(parseSnapshot(closed)).toEqual(closed)
  })

  it('leaves out what it does not know', () => {
    expect(parseSnapshot({ ...snapshot, evil: true, ['__proto__']: { evil: true } })).toEqual(
      snapshot,
    )
  })

  it('works its rates out from its counts', () => {
    const health = { ...noHealth, successes: 1, failures: 1, throughput: 99, failureRate: 7 }
    expect(parseSnapshot({ ...snapshot, health }).health).toMatchObject({
      throughput: 2,
      failureRate: 0.5,
    })
  })

  it.each<[object, string]>([
    [{ version: 2 }, 'snapshot.version must be 1, got 2'],
    [{ version: '1' }, 'snapshot.version must be 1, got "1"'],
    [{ name: 5 }, 'snapshot.name must be a string, got 5'],
    [
      { state: 'half-open' },
      "snapshot.state must be one of 'closed', 'open', 'halfOpen', 'isolated'",
    ],
    [{ enteredAt: null }, 'snapshot.enteredAt must be a number, at least -8640000000000000'],
    [{ enteredAt: NaN }, 'snapshot.enteredAt must be at least -8640000000000000'],
    [{ consecutiveBreaks: -1 }, 'snapshot.consecutiveBreaks must be an integer, at least 0'],
    [{ health: [] }, 'snapshot.health must be an object, got an array'],
    [{ round: { good: 0, bad: 0.5 } }, 'snapshot.round.bad must be an integer'],
    [{ holds: {} }, 'snapshot.holds must be an array, got an object'],
    [{ holds: [{ id: 1, reason: 1 }] }, 'snapshot.holds[0].reason must be a string, got 1'],
    [{ window: null }, 'snapshot.window must be an object, got null'],
    [{ window: {} }, 'snapshot.window.rows must be an array, got undefined'],
    [{ errors: { TypeError: '3' } }, 'snapshot.errors.TypeError must be an integer'],
    [{ failure: { name: 'x' } }, 'snapshot.failure.message must be a string, got undefined'],
    [{ totals: { ...totals, stale: undefined } }, 'snapshot.totals.stale must be an integer'],
    [{ holds: [] }, 'snapshot.holds must have at least one hold while isolated, got 0'],
    [{ state: 'open' }, 'snapshot.holds must have no hold unless isolated, got 1'],
    [
      { holds: [snapshot.holds[0], { ...snapshot.holds[0], reason: 'another' }] },
      'snapshot.holds must have different ids',
    ],
    [{ history: [5] }, 'snapshot.history[0] must be an object, got 5'],
  ])('with %j is refused by the name of the field', (wrong, message) => {
    expect(() => parseSnapshot({ ...snapshot, ...wrong })).toThrow(message)
  })

  it.each([null, undefined, 'x', 5, [], JSON.stringify(snapshot)])('is not %j', (value) => {
    expect(() => parseSnapshot(value)).toThrow('snapshot must be an object')
  })

  it('with nonsense anywhere is refused or read as one that is whole', () => {
    const path = fc.constantFrom(...pathsOf(snapshot))
    const nonsense = fc.oneof(
      fc.anything(),
      fc.constantFrom(NaN, Infinity, -1, 0.5, '', null, undefined, [], {}, 2 ** 60),
    )
    let refused = 0
    fc.assert(
      fc.property(path, nonsense, (at, value) => {
        let parsed: BreakerSnapshot
        try {
          parsed = parseSnapshot(withValueAt(at, value))
        } catch (error) {
          refused++
          expect(error).toBeInstanceOf(Error)
          expect((error as Error).message).toMatch(/^snapshot/)
          return
        }
        // What was taken can be written down and taken again: nothing in it is half.
        const written = JSON.stringify(parsed)
        expect(JSON.stringify(parseSnapshot(JSON.parse(written)))).toBe(written)
        expect(Object.keys(parsed)).toEqual(Object.keys(snapshot))
      }),
      { numRuns: 500 },
    )
    expect(refused).toBeGreaterThan(100)
  })
})
