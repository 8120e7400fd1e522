import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  adaptiveBreakDuration,
  breakDurationOf,
  constantBreakDuration,
  exponentialBreakDuration,
  linearBreakDuration,
  noHealth,
  withJitter,
} from 'recloser/core'
import type { BreakContext, BreakDuration } from 'recloser/core'

const first: BreakContext = {
  consecutiveBreaks: 1,
  halfOpenAttempts: 0,
  consecutiveFailures: 1,
  failureCount: 1,
  failureRate: 1,
  lastError: undefined,
  retryAfter: undefined,
  breaking: noHealth,
  random: () => 0.5,
}

/** What a rule says of the first, second, … break in a row. */
function row(rule: (context: BreakContext) => number, breaks: number): number[] {
  return Array.from({ length: breaks }, (_, i) => rule({ ...first, consecutiveBreaks: i + 1 }))
}

describe('a constant break', () => {
  it('is always the same', () => {
    expect(row(constantBreakDuration(1500), 3)).toEqual([1500, 1500, 1500])
    expect(row(constantBreakDuration(0), 1)).toEqual([0])
    expect(row(constantBreakDuration(Infinity), 1)).toEqual([Infinity])
  })

  it.each([-1, NaN])('cannot be %s', (ms) => {
    expect(() => constantBreakDuration(ms)).toThrow(
      new RangeError(`ms must be at least 0, got ${String(ms)}`),
    )
  })
})

describe('an exponential break', () => {
  it('grows by half from 30 s, when nothing else is said', () => {
    expect(row(exponentialBreakDuration(), 4)).toEqual([30_000, 45_000, 67_500, 101_250])
  })

  it('grows by its factor from its base', () => {
    expect(row(exponentialBreakDuration({ base: 100, factor: 3 }), 4)).toEqual([
      100, 300, 900, 2700,
    ])
    expect(row(exponentialBreakDuration({ base: 100, factor: 1 }), 3)).toEqual([100, 100, 100])
  })

  it('never becomes endless by growing', () => {
    const rule = exponentialBreakDuration({ base: 1000, factor: 10 })
    expect(rule({ ...first, consecutiveBreaks: 10_000 })).toBe(Number.MAX_VALUE)
  })

  it.each<[object, string]>([
    [{ base: 0 }, 'base must be above 0 and finite, got 0'],
    [{ base: Infinity }, 'base must be above 0 and finite, got Infinity'],
    [{ factor: 0.5 }, 'factor must be at least 1 and finite, got 0.5'],
    [{ factor: NaN }, 'factor must be at least 1 and finite, got NaN'],
    [
      { exponent: 2 },
      'exponentialBreakDuration options: unknown option "exponent"; known are base, factor',
    ],
  ])('refuses %j', (options, message) => {
    expect(() => exponentialBreakDuration(options)).toThrow(message)
  })
})

describe('a linear break', () => {
  it('grows by 15 s from 30 s, when nothing else is said', () => {
    expect(row(linearBreakDuration(), 3)).toEqual([30_000, 45_000, 60_000])
  })

  it('grows by its increment from its base', () => {
    expect(row(linearBreakDuration({ base: 100, increment: 0 }), 2)).toEqual([100, 100])
    expect(row(linearBreakDuration({ base: 100, increment: 50 }), 3)).toEqual([100, 150, 200])
  })

  it.each<[object, string]>([
    [{ base: -1 }, 'base must be above 0 and finite, got -1'],
    [{ increment: -1 }, 'increment must be at least 0 and finite, got -1'],
    [
      { factor: 2 },
      'linearBreakDuration options: unknown option "factor"; known are base, increment',
    ],
  ])('refuses %j', (options, message) => {
    expect(() => linearBreakDuration(options)).toThrow(message)
  })
})

describe('an adaptive break', () => {
  it.each([
    [0, 30_000],
    [1, 30_000],
    [2, 30_000],
    [3, 60_000],
    [5, 60_000],
    [6, 120_000],
    [600, 120_000],
  ])('after %i consecutive failures is %i ms', (consecutiveFailures, ms) => {
    expect(adaptiveBreakDuration()({ ...first, consecutiveFailures })).toBe(ms)
  })
})

describe('jitter', () => {
  it.each([
    [0, 800],
    [0.25, 900],
    [0.5, 1000],
    [0.75, 1100],
  ])('with chance at %s makes 1,000 ms ± 20 %% to %i ms', (chance, ms) => {
    expect(withJitter(1000, 0.2)({ ...first, random: () => chance })).toBeCloseTo(ms, 9)
  })

  it('spreads what another rule says', () => {
    const rule = withJitter(linearBreakDuration({ base: 100, increment: 100 }), 0.5)
    expect(rule({ ...first, consecutiveBreaks: 3, random: () => 0 })).toBe(150)
  })

  it('leaves a break without end as it is', () => {
    expect(withJitter(Infinity, 0.5)({ ...first, random: () => 0 })).toBe(Infinity)
  })

  it('stays within its ratio', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 1e6 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (base, ratio, chance) => {
          const ms = withJitter(base, ratio)({ ...first, random: () => chance })
          expect(ms).toBeGreaterThanOrEqual(base * (1 - ratio) - 1e-6)
          expect(ms).toBeLessThanOrEqual(base * (1 + ratio) + 1e-6)
        },
      ),
    )
  })

  it('refuses a ratio or a duration out of bounds', () => {
    expect(() => withJitter(1000, 1.5)).toThrow('ratio must be at least 0 and at most 1, got 1.5')
    expect(() => withJitter(1000, 20)).toThrow(RangeError)
    expect(() => withJitter(-1, 0.5)).toThrow('duration must be at least 0, got -1')
    expect(() => withJitter('1 s' as never, 0.5)).toThrow(TypeError)
  })
})

describe('the length of a break', () => {
  /** The length, and what was reported on the way. */
  function lengthOf(rule: BreakDuration, context: Partial<BreakContext> = {}, max = 300_000) {
    const reported: unknown[] = []
    const ms = breakDurationOf(rule, { ...first, ...context }, max, (error) => reported.push(error))
    return { ms, reported }
  }

  it('is what was set, or what the rule says', () => {
    expect(lengthOf(5000)).toEqual({ ms: 5000, reported: [] })
    expect(lengthOf(() => 5000)).toEqual({ ms: 5000, reported: [] })
    expect(lengthOf(() => 0)).toEqual({ ms: 0, reported: [] })
  })

  it('is capped when a rule says it, not when it was set', () => {
    expect(lengthOf(() => 5000, {}, 4000).ms).toBe(4000)
    expect(lengthOf(5000, {}, 4000).ms).toBe(5000)
  })

  it('has no end when a rule says Infinity, beyond any cap', () => {
    expect(lengthOf(() => Infinity, {}, 4000)).toEqual({ ms: Infinity, reported: [] })
  })

  it.each([
    [NaN, 'NaN'],
    [-1, '-1'],
    [undefined, 'undefined'],
    ['60', 'string'],
    [60n, 'bigint'],
  ])('is the default when a rule says %s, which is reported', (value, text) => {
    expect(lengthOf((() => value) as never)).toEqual({
      ms: 30_000,
      reported: [new RangeError(`breakDuration must return a number of at least 0, got ${text}`)],
    })
  })

  it('is the default, but no longer than the cap, when a rule throws', () => {
    const bug = new Error('bug')
    const buggy = () => {
      throw bug
    }
    expect(lengthOf(buggy)).toEqual({ ms: 30_000, reported: [bug] })
    expect(lengthOf(buggy, {}, 1000).ms).toBe(1000)
  })

  it('waits for no promise, and lets none that rejects go unheard', async () => {
    const bug = new Error('bug')
    const { ms, reported } = lengthOf((() => Promise.reject(bug)) as never)
    expect(ms).toBe(30_000)
    await Promise.resolve()
    await Promise.resolve()
    expect(reported).toEqual([
      new RangeError('breakDuration must return a number of at least 0, got object'),
      bug,
    ])
  })

  it('is not shorter than the dependency asked for, up to the cap', () => {
    expect(lengthOf(1000, { retryAfter: 7000 }).ms).toBe(7000)
    expect(lengthOf(() => 1000, { retryAfter: 7000 }).ms).toBe(7000)
    expect(lengthOf(9000, { retryAfter: 7000 }).ms).toBe(9000)
    expect(lengthOf(1000, { retryAfter: 1e9 }, 60_000).ms).toBe(60_000)
  })

  it('is always a number of at least 0', () => {
    fc.assert(
      fc.property(
        fc.anything(),
        fc.option(fc.double({ min: 0, noNaN: true }), { nil: undefined }),
        fc.double({ min: 1e-3, noNaN: true }),
        (value, retryAfter, max) => {
          const { ms } = lengthOf((() => value) as never, { retryAfter }, max)
          expect(ms).toBeGreaterThanOrEqual(0)
          expect(ms === Infinity || ms <= max).toBe(true)
        },
      ),
    )
  })
})
