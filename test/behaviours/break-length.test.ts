import { consecutiveFailures, exponentialBreakDuration, linearBreakDuration } from 'recloser'
import { describe, expect, it, vi } from 'vitest'
import {
  createRig,
  fail,
  halfOpenCircuit,
  openCircuit,
  outage,
  succeed,
} from '../support/breakers.js'
import type { BreakContext, BreakerOptions } from 'recloser'
import type { Rig } from '../support/breakers.js'

/** The durations of `n` breaks in a row. */
async function breaks(n: number, options: BreakerOptions): Promise<(number | undefined)[]> {
  const { breaker, clock, transitions } = await openCircuit(options)
  for (let i = 1; i < n; i++) await failProbe({ breaker, clock })
  return transitions.filter(({ to }) => to === 'open').map(({ breakDuration }) => breakDuration)
}

async function failProbe({ breaker, clock }: Pick<Rig, 'breaker' | 'clock'>): Promise<void> {
  clock.advance(breaker.retryAfter ?? 0)
  await fail(breaker)
}

describe('the rule for the break', () => {
  it('B1: gets the figures that broke the circuit', async () => {
    const contexts: BreakContext[] = []
    await openCircuit({
      breakDuration: (context) => {
        contexts.push(context)
        return 1000
      },
    })
    expect(contexts).toHaveLength(1)
    expect(contexts[0]).toMatchObject({
      failureRate: 1,
      failureCount: 10,
      consecutiveFailures: 10,
      halfOpenAttempts: 0,
      consecutiveBreaks: 1,
      lastError: outage,
      retryAfter: undefined,
      breaking: { throughput: 10, failures: 10 },
    })
  })

  it('B2: gets half-open attempts that count up until the circuit closes', async () => {
    const attempts: number[] = []
    const rig = await openCircuit({
      breakDuration: ({ halfOpenAttempts }) => {
        attempts.push(halfOpenAttempts)
        return 1000
      },
    })
    for (let i = 0; i < 4; i++) await failProbe(rig)
    rig.clock.advance(1000)
    await succeed(rig.breaker)
    await fail(rig.breaker, 10)
    for (let i = 0; i < 2; i++) await failProbe(rig)
    expect(attempts).toEqual([0, 1, 2, 3, 4, 0, 1, 2])
  })

  it('B4: can double up to the cap', async () => {
    const durations = await breaks(7, {
      breakDuration: ({ halfOpenAttempts }) => 1000 * 2 ** halfOpenAttempts,
      maxBreakDuration: 30_000,
    })
    expect(durations).toEqual([1000, 2000, 4000, 8000, 16_000, 30_000, 30_000])
  })

  it('B5: that throws gives the default break, is reported, and costs no caller their error', async () => {
    const bug = new Error('bug in the rule')
    const { breaker, reported } = createRig({
      trip: consecutiveFailures(1),
      breakDuration: () => {
        throw bug
      },
    })
    await expect(breaker.execute(() => Promise.reject(outage))).rejects.toBe(outage)
    expect(breaker.state).toBe('open')
    expect(breaker.retryAfter).toBe(30_000)
    expect(reported).toEqual([bug])
  })

  // There is no second, static break to fall back to: the default of 30 s takes its place.
  it.each([
    { ms: NaN, retryAfter: 30_000, reports: 1 },
    { ms: -5, retryAfter: 30_000, reports: 1 },
    { ms: -Infinity, retryAfter: 30_000, reports: 1 },
    { ms: Infinity, retryAfter: Infinity, reports: 0 },
    { ms: 0, retryAfter: 0, reports: 0 },
  ])('B6: that says $ms gives a break of $retryAfter ms', async ({ ms, retryAfter, reports }) => {
    const { breaker, reported } = await openCircuit({ breakDuration: () => ms })
    expect(breaker.retryAfter).toBe(retryAfter)
    expect(reported).toHaveLength(reports)
  })

  it('B6: that says Infinity breaks until somebody resets', async () => {
    const { breaker, clock } = await openCircuit({ breakDuration: () => Infinity })
    clock.advance(1e12)
    expect(breaker.state).toBe('open')
    breaker.reset()
    await succeed(breaker)
    expect(breaker.state).toBe('closed')
  })

  it('B7: is not asked when the circuit is isolated or made half-open by hand', () => {
    const breakDuration = vi.fn(() => 1000)
    const { breaker } = createRig({ breakDuration })
    breaker.isolate('maintenance')
    breaker.forceHalfOpen()
    expect(breaker.state).toBe('halfOpen')
    expect(breakDuration).not.toHaveBeenCalled()
  })

  it('B8: gets the figures of the first break also when the window has long expired', async () => {
    const contexts: BreakContext[] = []
    const { breaker } = await halfOpenCircuit({
      samplingDuration: 10_000,
      breakDuration: (context) => {
        contexts.push(context)
        return 60_000
      },
    })
    await fail(breaker)
    // Its own figures are those of the probes.
    expect(contexts[1]).toMatchObject({
      failureCount: 1,
      failureRate: 1,
      consecutiveFailures: 11,
      breaking: { throughput: 10, failures: 10, failureRate: 1 },
    })
  })

  it('B9: can grow by a step up to the cap', async () => {
    const durations = await breaks(11, {
      breakDuration: linearBreakDuration({ base: 30_000, increment: 30_000 }),
      maxBreakDuration: 300_000,
    })
    const seconds = [30, 60, 90, 120, 150, 180, 210, 240, 270, 300, 300]
    expect(durations).toEqual(seconds.map((s) => s * 1000))
  })

  it('B12: without jitter is exact at every step', async () => {
    const durations = await breaks(9, {
      breakDuration: exponentialBreakDuration({ base: 1000, factor: 2 }),
      maxBreakDuration: 20_000,
    })
    const seconds = [1, 2, 4, 8, 16, 20, 20, 20, 20]
    expect(durations).toEqual(seconds.map((s) => s * 1000))
  })

  // A rule must answer at once: nobody waits for a promise, nor takes up what it says later.
  it.each([
    { rule: () => Promise.resolve(5000), ending: 'resolves' },
    { rule: () => Promise.reject(outage), ending: 'rejects' },
  ])('B14: whose promise $ending opens the circuit at once, for the default', async ({ rule }) => {
    const { breaker, reported } = createRig({
      trip: consecutiveFailures(1),
      breakDuration: rule as unknown as () => number,
    })
    await fail(breaker)
    expect(breaker.retryAfter).toBe(30_000)
    await new Promise(setImmediate)
    expect(breaker.retryAfter).toBe(30_000)
    expect(reported[0]).toBeInstanceOf(RangeError)
  })

  // One answer does not open the circuit by itself; the policy decides, the hint lengthens.
  it('B15: is lengthened by the Retry-After of the failure that broke the circuit', async () => {
    const { breaker, clock } = createRig({ trip: consecutiveFailures(2), breakDuration: 1000 })
    const tooMany = { status: 429, headers: new Headers({ 'retry-after': '7' }) }
    await fail(breaker, 1, tooMany)
    expect(breaker.state).toBe('closed')
    await fail(breaker, 1, tooMany)
    expect(breaker.retryAfter).toBe(7000)
    clock.advance(7000)
    await fail(breaker)
    expect(breaker.retryAfter).toBe(1000)
  })

  it('B15: is not lengthened by a Retry-After that comes while the circuit is open', async () => {
    const { breaker } = createRig({ breakDuration: 1000 })
    const late = breaker.tryAcquire()
    await fail(breaker, 10)
    late?.fail({ retryAfter: 7000 })
    expect(breaker.retryAfter).toBe(1000)
  })
})
