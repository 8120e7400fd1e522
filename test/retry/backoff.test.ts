import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { constantBackoff, decorrelatedBackoff, exponentialBackoff } from 'recloser/retry'
import { outage } from '../support/breakers.js'
import { watch } from '../support/layers.js'
import { createRetry, delaysOf, pass } from '../support/retries.js'
import type { Backoff, BackoffContext, RetryOptions } from 'recloser/retry'

/** The delays of a retry whose calls all fail. */
async function delays(backoff: Backoff | undefined, options: RetryOptions = {}) {
  const rig = createRetry({ attempts: 5, random: () => 0, backoff: backoff as Backoff, ...options })
  watch(rig.layer.execute(() => Promise.reject(outage)))
  await pass(rig.clock, 200_000, 5000)
  return { ...rig, delays: delaysOf(rig.events) }
}

describe('a back-off', () => {
  it('grows by its factor, up to the cap', async () => {
    expect((await delays(exponentialBackoff())).delays).toEqual([200, 400, 800, 1600])
    expect((await delays(exponentialBackoff({ base: 100, factor: 3 }))).delays).toEqual([
      100, 300, 900, 2700,
    ])
    expect((await delays(exponentialBackoff(), { maxDelay: 500 })).delays).toEqual([
      200, 400, 500, 500,
    ])
  })

  it('is by default exponential with full jitter', async () => {
    const halves = { random: () => 0.5 }
    expect((await delays(undefined, halves)).delays).toEqual([100, 200, 400, 800])
  })

  it('spreads by the jitter that is asked for', async () => {
    const most = { random: () => 0.75 }
    expect((await delays(exponentialBackoff({ jitter: 0 }), most)).delays).toEqual([
      200, 400, 800, 1600,
    ])
    expect((await delays(exponentialBackoff({ jitter: 0.2 }), most)).delays).toEqual([
      170, 340, 680, 1360,
    ])
  })

  it('decorrelated, grows from the delay before', async () => {
    const halves = { random: () => 0.5 }
    expect((await delays(decorrelatedBackoff({ base: 100 }), halves)).delays).toEqual([
      200, 350, 575, 912.5,
    ])
    expect((await delays(decorrelatedBackoff({ base: 100 }), { random: () => 0 })).delays).toEqual([
      100, 100, 100, 100,
    ])
    expect(
      (await delays(decorrelatedBackoff({ base: 100 }), { ...halves, maxDelay: 300 })).delays,
    ).toEqual([200, 200, 200, 200])
  })

  it('constant, stays', async () => {
    expect((await delays(constantBackoff(70))).delays).toEqual([70, 70, 70, 70])
    expect((await delays(70)).delays).toEqual([70, 70, 70, 70])
  })

  it('of your own knows what happened', async () => {
    const contexts: BackoffContext[] = []
    const own = (context: BackoffContext) => {
      contexts.push(context)
      return context.attempt * 10
    }
    expect((await delays(own, { maxDelay: 25 })).delays).toEqual([10, 20, 25, 25])
    expect(contexts.map(({ attempt, previousDelay }) => [attempt, previousDelay])).toEqual([
      [1, 0],
      [2, 10],
      [3, 20],
      [4, 25],
    ])
    expect(contexts[0]).toMatchObject({ error: outage, maxDelay: 25 })
  })

  it.each([
    ['NaN', () => NaN, 'backoff must return a number of at least 0, got NaN'],
    ['less than 0', () => -5, 'backoff must return a number of at least 0, got -5'],
    ['no number', () => '5' as never, 'backoff must return a number of at least 0, got string'],
    ['a promise', () => Promise.reject(outage) as never, 'got object'],
  ])('that gives %s is reported, and the default taken', async (_, own, message) => {
    const { delays: taken, reported } = await delays(own, { attempts: 2 })
    expect(taken).toHaveLength(1)
    expect(taken[0]).toBeGreaterThan(0)
    expect(taken[0]).toBeLessThanOrEqual(200)
    expect(String(reported[0])).toContain(message)
  })

  it('that throws is reported, and the default taken', async () => {
    const broken = new Error('broken')
    const { delays: taken, reported } = await delays(
      () => {
        throw broken
      },
      { attempts: 2 },
    )
    expect(taken).toHaveLength(1)
    expect(reported).toEqual([broken])
  })

  it('that is endless is cut to the cap', async () => {
    expect((await delays(() => Infinity, { maxDelay: 1000, attempts: 2 })).delays).toEqual([1000])
  })

  it('always lies between 0 and the cap', () => {
    const chance = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 2000 }),
        fc.double({ min: 0, max: 1e6, noNaN: true }),
        fc.double({ min: 0.001, max: 1e6, noNaN: true }),
        chance,
        (attempt, previousDelay, maxDelay, random) => {
          const context = { attempt, previousDelay, maxDelay, error: 0, random: () => random }
          for (const rule of [exponentialBackoff(), decorrelatedBackoff()]) {
            expect(rule(context)).toBeGreaterThanOrEqual(0)
            expect(rule(context)).toBeLessThanOrEqual(maxDelay)
          }
        },
      ),
    )
  })

  it.each([
    [() => exponentialBackoff({ base: 0 }), 'base must be above 0'],
    [() => exponentialBackoff({ factor: 0.5 }), 'factor must be at least 1'],
    [() => exponentialBackoff({ jitter: 2 }), 'jitter must be at least 0 and at most 1, got 2'],
    [() => exponentialBackoff({ max: 2 } as never), 'unknown option "max"'],
    [() => decorrelatedBackoff({ base: -1 }), 'base must be above 0'],
    [() => constantBackoff(Infinity), 'ms must be at least 0 and finite, got Infinity'],
  ])('is checked: %s', (make, message) => {
    expect(make).toThrow(message)
  })
})
