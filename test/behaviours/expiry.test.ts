import fc from 'fast-check'
import { createBreaker } from 'recloser'
import { createFakeClock } from 'recloser/testing'
import { describe, expect, it } from 'vitest'
import { createRig, fail } from '../support/breakers.js'

const hour = 3_600_000

describe('a sampling window', () => {
  it('TB1: has forgotten failures of an hour ago, whether timers ran meanwhile or not', async () => {
    for (const pass of ['advance', 'block'] as const) {
      const { breaker, clock } = createRig({ samplingDuration: 5000, minimumThroughput: 10 })
      await fail(breaker, 9)
      clock[pass](hour)
      await fail(breaker)
      expect(breaker.stats()).toMatchObject({ state: 'closed', throughput: 1, failures: 1 })
    }
  })

  it('TB2: never adds up failures that come one at a time', async () => {
    const { breaker, clock } = createRig({ samplingDuration: 5000, minimumThroughput: 5 })
    for (let i = 0; i < 20; i++) {
      await fail(breaker)
      expect(breaker.stats()).toMatchObject({ state: 'closed', throughput: 1 })
      clock.advance(60_000)
    }
  })

  it('TB4: counts only what is younger than its duration', async () => {
    const { breaker, clock } = createRig({ samplingDuration: 500, minimumThroughput: 3 })
    await fail(breaker, 2)
    clock.advance(650)
    await fail(breaker)
    expect(breaker.stats()).toMatchObject({ state: 'closed', throughput: 1 })
    clock.advance(449)
    await fail(breaker, 2)
    expect(breaker.state).toBe('open')
  })

  it('TB6: decides from the minimum throughput on, and takes no minimum of 0', async () => {
    // A rate per second times the duration; ours is said as a number of calls.
    const { breaker } = createRig({ samplingDuration: 10_000, minimumThroughput: 20 })
    await fail(breaker, 19)
    expect(breaker.state).toBe('closed')
    await fail(breaker)
    expect(breaker.state).toBe('open')
    expect(() => createBreaker('x', { minimumThroughput: 0 })).toThrow(
      'minimumThroughput must be an integer, at least 1 and finite, got 0',
    )
  })

  it('TB7: never counts below 0, whatever the traffic', () => {
    const steps = fc.array(
      fc.tuple(fc.integer({ min: 0, max: 12_000 }), fc.constantFrom('succeed', 'fail', 'ignore')),
      { minLength: 1000, maxLength: 1000, size: 'max' },
    )
    fc.assert(
      fc.property(steps, (traffic) => {
        const clock = createFakeClock()
        const breaker = createBreaker('api', { clock, minimumThroughput: 1_000_000 })
        const kept: { bucket: number; end: string }[] = []
        for (const [ms, end] of traffic) {
          clock.advance(ms)
          breaker.tryAcquire()?.[end as 'succeed']()
          const bucket = Math.floor(clock.now() / 1000)
          kept.push({ bucket, end })
          const live = kept.filter((one) => one.bucket > bucket - 10)
          const count = (kind: string) => live.filter((one) => one.end === kind).length
          expect(breaker.stats()).toMatchObject({
            successes: count('succeed'),
            failures: count('fail'),
            ignored: count('ignore'),
          })
        }
      }),
      { numRuns: 3 },
    )
  })

  it('TB8: is never shorter than a millisecond per bucket', () => {
    expect(() => createBreaker('x', { samplingDuration: 2 })).toThrow(
      new RangeError('samplingDuration must be at least 10 and finite, got 2'),
    )
  })

  it('TB9: decides on running totals: 100,000 calls are ten rows to it', async () => {
    const { breaker, clock } = createRig({ failureRatio: 0.9, minimumThroughput: 100_000 })
    for (let i = 0; i < 99_999; i++) {
      if (i % 10_000 === 0 && i > 0) clock.advance(1000)
      breaker.tryAcquire()?.fail()
    }
    expect(breaker.stats()).toMatchObject({ state: 'closed', throughput: 99_999 })
    expect(breaker.snapshot().window.rows).toHaveLength(10)
    await fail(breaker)
    expect(breaker.state).toBe('open')
  })

  it('TB10: holds a million calls in the space of its buckets', () => {
    const { breaker, clock } = createRig({ minimumThroughput: 10_000_000 })
    const sizes: number[] = []
    for (let i = 0; i < 1_000_000; i++) {
      if (i % 100_000 === 0 && i > 0) {
        clock.advance(1000)
        sizes.push(JSON.stringify(breaker.snapshot()).length)
      }
      breaker.tryAcquire()?.succeed()
    }
    expect(breaker.stats().throughput).toBe(1_000_000)
    expect(breaker.snapshot().window.rows).toHaveLength(10)
    expect(Math.max(...sizes)).toBeLessThan(5000)
  })
})
