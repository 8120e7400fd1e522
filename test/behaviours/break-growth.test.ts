import { consecutiveFailures, exponentialBreakDuration, withJitter } from 'recloser'
import { describe, expect, it, vi } from 'vitest'
import { createRig, fail, outage, rejectionOf, succeed } from '../support/breakers.js'
import type { BreakContext, BreakerOptions, BreakDurationGenerator } from 'recloser'
import type { Rig } from '../support/breakers.js'

const first = { trip: consecutiveFailures(1) } satisfies BreakerOptions

/** Fails at every chance, and tells how long each break was. */
async function breaksOf({ breaker, clock }: Rig, count: number): Promise<number[]> {
  const breaks: number[] = []
  while (breaks.length < count) {
    await fail(breaker)
    const ms = breaker.retryAfter ?? NaN
    breaks.push(ms)
    clock.advance(ms)
  }
  return breaks
}

describe('breaks in a row', () => {
  it('TL1: have each their own length', async () => {
    const lengths = [1000, 2000]
    const breakDuration = vi.fn<BreakDurationGenerator>(
      ({ consecutiveBreaks }) => lengths[consecutiveBreaks - 1] ?? 2000,
    )
    const { breaker, clock } = createRig({ ...first, breakDuration })
    await fail(breaker)
    clock.advance(1000)
    await fail(breaker)
    clock.advance(1000)
    expect(await rejectionOf(breaker)).toMatchObject({ retryAfter: 1000 })
    clock.advance(1000)
    await succeed(breaker)
    expect(breaker.state).toBe('closed')
    expect(breakDuration).toHaveBeenCalledTimes(2)
  })

  it('TL2: are counted from 1 on, and from 1 again after a recovery', async () => {
    const seen: BreakContext[] = []
    const breakDuration = (context: BreakContext) => seen.push(context) * 0 + 1000
    const { breaker, clock } = createRig({ ...first, breakDuration })
    await fail(breaker)
    clock.advance(1000)
    await fail(breaker)
    clock.advance(1000)
    await succeed(breaker)
    await fail(breaker)
    const rows = seen.map(({ consecutiveBreaks, halfOpenAttempts }) => [
      consecutiveBreaks,
      halfOpenAttempts,
    ])
    expect(rows).toEqual([
      [1, 0],
      [2, 1],
      [1, 0],
    ])
    expect(seen[1]).toMatchObject({
      consecutiveFailures: 2,
      failureCount: 1,
      failureRate: 1,
      lastError: outage,
      retryAfter: undefined,
      breaking: { failures: 1, failureRate: 1 },
    })
  })

  // Once closed, a circuit has forgotten its breaks: what must count on belongs into the round.
  it('U5: grow on when failures end a long round of probes, until a round is complete', async () => {
    const { breaker, clock, transitions } = createRig({
      ...first,
      breakDuration: exponentialBreakDuration({ base: 1000, factor: 2 }),
      halfOpen: { probes: 10, successes: 8, maxConcurrent: 5 },
    })
    await fail(breaker)
    clock.advance(1000)
    await succeed(breaker, 6)
    await fail(breaker, 3)
    expect(breaker.stats()).toMatchObject({ state: 'open', retryAfter: 2000, consecutiveBreaks: 2 })
    clock.advance(2000)
    await succeed(breaker, 7)
    expect(breaker.stats()).toMatchObject({ state: 'halfOpen', consecutiveBreaks: 2 })
    await succeed(breaker)
    expect(breaker.stats()).toMatchObject({ state: 'closed', consecutiveBreaks: 0 })
    await fail(breaker)
    expect(transitions.at(-1)).toMatchObject({ breakDuration: 1000, consecutiveBreaks: 1 })
  })

  it('TL4: grow by a factor', async () => {
    const breakDuration = exponentialBreakDuration({ base: 100, factor: 3 })
    expect(await breaksOf(createRig({ ...first, breakDuration }), 4)).toEqual([100, 300, 900, 2700])
  })

  it('TL4: grow no longer than the cap', async () => {
    const breakDuration = exponentialBreakDuration({ base: 100, factor: 3 })
    const rig = createRig({ ...first, breakDuration, maxBreakDuration: 500 })
    expect(await breaksOf(rig, 4)).toEqual([100, 300, 500, 500])
  })

  it.each([
    ['NaN', () => NaN],
    ['-1', () => -1],
    ['undefined', () => undefined],
    [
      'nothing, for it throws',
      () => {
        throw new Error('bug')
      },
    ],
  ])('TL5: have the default length when the rule says %s', async (_said, rule) => {
    const { breaker, reported } = createRig({ ...first, breakDuration: rule as () => number })
    await expect(breaker.execute(() => Promise.reject(outage))).rejects.toBe(outage)
    expect(breaker.stats()).toMatchObject({ state: 'open', retryAfter: 30_000 })
    expect(reported).toHaveLength(1)
  })

  it('TL7: are spread evenly by jitter, by the chance that is handed in', async () => {
    let seed = 1
    const random = () => (seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647
    const rig = createRig({ ...first, random, breakDuration: withJitter(1000, 0.2) })
    const breaks = (await breaksOf(rig, 1000)) as [number, ...number[]]
    expect(Math.min(...breaks)).toBeGreaterThanOrEqual(800)
    expect(Math.max(...breaks)).toBeLessThanOrEqual(1201)
    const mean = breaks.reduce((sum, ms) => sum + ms, 0) / breaks.length
    expect(Math.abs(mean - 1000)).toBeLessThan(15)
    expect(new Set(breaks).size).toBeGreaterThan(200)
  })
})
