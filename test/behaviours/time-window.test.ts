import fc from 'fast-check'
import { consecutiveFailures, countWindow } from 'recloser'
import { createFakeClock } from 'recloser/testing'
import { describe, expect, it } from 'vitest'
import { createRig, fail, play, succeed, takeTime } from '../support/breakers.js'
import type { Outcome } from 'recloser'
import type { Rig } from '../support/breakers.js'

describe('the time window', () => {
  it('W1: counts one failure in five calls as a failure rate of exactly 0.2', async () => {
    const { breaker } = createRig({ samplingDuration: 10_000 })
    await play(breaker, 'F SSSS')
    expect(breaker.stats()).toMatchObject({ throughput: 5, failures: 1, failureRate: 0.2 })
  })

  it('W3: loses the calls of one bucket at a time', async () => {
    const { breaker, clock } = createRig({ samplingDuration: 10_000 })
    for (let second = 0; second < 10; second++) {
      await succeed(breaker)
      clock.advance(1000)
    }
    expect(breaker.stats().throughput).toBe(9)
    clock.advance(1000)
    expect(breaker.stats().throughput).toBe(8)
  })

  it.each([
    { at: 9999, throughput: 2 },
    { at: 10_000, throughput: 0 },
    { at: 10_001, throughput: 0 },
  ])('W4: holds $throughput of two calls $at ms after them', async ({ at, throughput }) => {
    const { breaker, clock } = createRig({ samplingDuration: 10_000 })
    await play(breaker, 'SS')
    clock.advance(at)
    expect(breaker.stats()).toMatchObject({ throughput, failureRate: 0 })
  })

  it('W5: is empty after a reset', async () => {
    const { breaker } = createRig()
    await play(breaker, 'SF')
    breaker.reset()
    expect(breaker.stats()).toMatchObject({
      throughput: 0,
      failures: 0,
      failureRate: 0,
      consecutiveFailures: 0,
    })
  })

  it('W6: reads as 0 calls and rate 0 before the first call', () => {
    const { breaker } = createRig()
    expect(breaker.stats()).toMatchObject({
      throughput: 0,
      failureRate: 0,
      successRate: 0,
      slowRate: 0,
    })
  })

  it.each([10, 100])('W7: is as exact when it lasts only %i ms', async (samplingDuration) => {
    const { breaker, clock } = createRig({ samplingDuration })
    await play(breaker, 'SS')
    clock.advance(samplingDuration - 1)
    expect(breaker.stats().throughput).toBe(2)
    clock.advance(1)
    expect(breaker.stats().throughput).toBe(0)
  })

  it('W8: counts failures and slow calls each for itself, and tells the durations', async () => {
    const rig = createRig({ samplingDuration: 5000, slowCall: { duration: 500 } })
    const { breaker, clock } = rig
    const outcomes: Outcome[] = []
    breaker.outcomes$.subscribe((outcome) => outcomes.push(outcome))

    await takeTime(rig, 100, 'F')
    await takeTime(rig, 100, 'S')
    clock.advance(500)
    await takeTime(rig, 1000, 'F')

    expect(breaker.stats()).toMatchObject({ throughput: 3, failures: 2, slow: 1 })
    // The figures keep no durations; whoever wants their sum or mean has the stream of outcomes.
    expect(outcomes.map(({ duration }) => duration)).toEqual([100, 100, 1000])
    expect(outcomes.map(({ slow }) => slow)).toEqual([false, false, true])
  })

  it('W11: sees a success rate of 20% in fifty calls of which every fifth succeeds', async () => {
    const { breaker } = createRig({ samplingDuration: 4000, minimumThroughput: 100 })
    for (let i = 0; i < 10; i++) await play(breaker, 'FFFFS')
    expect(breaker.stats()).toMatchObject({ throughput: 50, successes: 10, failures: 40 })
    expect(breaker.stats()).toMatchObject({ successRate: 0.2, failureRate: 0.8 })
  })

  it('W18: loses no call while the clock steps back, however often it is read', async () => {
    const driven = createFakeClock()
    let stepBack = 0
    const clock = { ...driven, now: () => driven.now() - stepBack }
    const { breaker } = createRig({ clock, samplingDuration: 10_000 })
    for (let second = 0; second < 9; second++) {
      await fail(breaker)
      driven.advance(1000)
    }
    stepBack = 60_000
    const reads = [1, 2, 3].map(() => breaker.stats().throughput)
    expect(reads).toEqual([9, 9, 9])
    await succeed(breaker)
    expect(breaker.stats().throughput).toBe(10)
  })

  it('W19: expires by being read, without another call', async () => {
    const { breaker, clock } = createRig({ samplingDuration: 300 })
    await fail(breaker, 5)
    expect(breaker.stats().failures).toBe(5)
    clock.advance(700)
    expect(breaker.stats()).toMatchObject({ throughput: 0, failures: 0, failureRate: 0 })
  })

  it('W20: compares the exact failure rate: 99 of 199 calls are less than half', async () => {
    const { breaker } = createRig({ failureRatio: 0.5, minimumThroughput: 100 })
    await succeed(breaker, 100)
    await fail(breaker, 99)
    expect(breaker.stats().failureRate).toBe(99 / 199)
    expect(breaker.state).toBe('closed')
    await fail(breaker)
    expect(breaker.state).toBe('open')
  })

  // Work for every second that was missed would take years at the second jump.
  it.each([3_600_000, 1e15])('W21: takes a jump ahead of %d ms in one turn', async (jump) => {
    const { breaker, clock } = createRig({ samplingDuration: 10_000 })
    await fail(breaker)
    clock.advance(jump)
    await succeed(breaker)
    expect(breaker.stats()).toMatchObject({ throughput: 1, failures: 0, failureRate: 0 })
  })

  it('W22: counts a call for 90% of the duration, and never once it has passed', async () => {
    const cases = fc.record({
      samplingDuration: fc.integer({ min: 10, max: 1_000_000 }),
      start: fc.integer({ min: 0, max: 10_000_000 }),
      share: fc.double({ min: 0, max: 1, noNaN: true }),
    })
    await fc.assert(
      fc.asyncProperty(cases, async ({ samplingDuration, start, share }) => {
        const failuresAt = async (age: number) => {
          const { breaker, clock } = createRig({ samplingDuration })
          clock.advance(start)
          await fail(breaker)
          clock.advance(age)
          return breaker.stats().failures
        }
        const certain = Math.ceil(samplingDuration * 0.9) - 1
        expect(await failuresAt(Math.floor(share * certain))).toBe(1)
        expect(await failuresAt(certain)).toBe(1)
        expect(await failuresAt(samplingDuration)).toBe(0)
        expect(await failuresAt(samplingDuration + Math.floor(share * 1e9))).toBe(0)
      }),
    )
  })

  it.each([
    { trip: undefined, policy: 'the failure ratio' },
    { trip: consecutiveFailures(50), policy: 'failures in a row' },
  ])('W23: reads the injected clock under $policy', async ({ trip }) => {
    const { breaker, clock } = createRig(trip === undefined ? {} : { trip })
    await fail(breaker, 5)
    clock.advance(3_600_000)
    expect(breaker.stats().throughput).toBe(0)
  })

  // A window of calls holds them whenever they were made: there the clock has no say.
  it('W23: keeps the calls of a count window, whatever the clock says', async () => {
    const { breaker, clock } = createRig({ trip: countWindow({ size: 10 }) })
    await fail(breaker, 5)
    clock.advance(3_600_000)
    expect(breaker.stats().throughput).toBe(5)
  })
})

describe('a window of 30 s in ten buckets, to open at 60% of at least 3 calls', () => {
  const limits = { samplingDuration: 30_000, minimumThroughput: 3, failureRatio: 0.6 }

  async function firstTenSeconds(): Promise<Rig> {
    const rig = createRig(limits)
    const { breaker, clock } = rig
    await play(breaker, 'SFI SFI SFI SFI SFI')
    clock.advance(3000)
    await play(breaker, 'S')
    clock.advance(2000)
    await play(breaker, 'SI')
    clock.advance(2000)
    await play(breaker, 'IS')
    clock.advance(2000)
    await play(breaker, 'F')
    return rig
  }

  async function until27Seconds(): Promise<Rig> {
    const rig = await firstTenSeconds()
    for (let at = 12_000; at <= 27_000; at += 3000) {
      rig.clock.advance(at - rig.clock.now())
      await play(rig.breaker, 'SF')
    }
    return rig
  }

  async function until30Seconds(): Promise<Rig> {
    const rig = await until27Seconds()
    rig.clock.advance(3000)
    await play(rig.breaker, 'F')
    return rig
  }

  it('W14: adds up successes, failures and ignored calls over the buckets', async () => {
    const { breaker } = await firstTenSeconds()
    expect(breaker.stats()).toMatchObject({ successes: 8, failures: 6, ignored: 7 })
    expect(breaker.stats()).toMatchObject({ throughput: 14, failureRate: 6 / 14, state: 'closed' })
  })

  it('W15: goes on filling while nothing expires', async () => {
    const { breaker, clock } = await firstTenSeconds()
    const read: unknown[] = []
    for (let at = 12_000; at <= 27_000; at += 3000) {
      clock.advance(at - clock.now())
      await play(breaker, 'SF')
      const { successes, failures, state } = breaker.stats()
      read.push([successes, failures, state])
    }
    expect(read).toEqual([9, 10, 11, 12, 13, 14].map((n) => [n, n - 2, 'closed']))
  })

  it('W16: loses its oldest bucket as a whole', async () => {
    const { breaker } = await until30Seconds()
    expect(breaker.stats()).toMatchObject({ successes: 9, failures: 8, ignored: 2 })
  })

  it('W17: opens with the failure that makes 14 of 23, not with the one before', async () => {
    const { breaker } = await until30Seconds()
    await fail(breaker, 5)
    expect(breaker.stats()).toMatchObject({ state: 'closed', failures: 13, throughput: 22 })
    await fail(breaker)
    expect(breaker.stats()).toMatchObject({ state: 'open', failures: 14, throughput: 23 })
  })
})
