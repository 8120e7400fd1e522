import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createWindow, healthOf, noCounts, noHealth, noStreaks, withOutcome } from 'recloser/core'
import type { OutcomeKind } from 'recloser/core'

describe('the figures', () => {
  it('are all 0 when nothing was counted', () => {
    expect(noHealth).toEqual({
      throughput: 0,
      successes: 0,
      failures: 0,
      slow: 0,
      ignored: 0,
      failureRate: 0,
      slowRate: 0,
      consecutiveFailures: 0,
      consecutiveSuccesses: 0,
    })
  })

  it('leave ignored calls out of throughput and rates', () => {
    const counts = { successes: 6, failures: 2, slow: 4, ignored: 100 }
    expect(healthOf(counts, noStreaks)).toMatchObject({
      throughput: 8,
      failureRate: 0.25,
      slowRate: 0.5,
      ignored: 100,
    })
  })

  it('carry the streaks they are given', () => {
    const streaks = { consecutiveFailures: 3, consecutiveSuccesses: 0 }
    expect(healthOf(noCounts, streaks)).toMatchObject({ ...streaks, throughput: 0 })
  })

  it('grow outcome by outcome to what a window counts', () => {
    const calls = fc.array(
      fc.tuple(fc.constantFrom<OutcomeKind>('success', 'failure', 'ignored'), fc.boolean()),
      { maxLength: 50 },
    )
    fc.assert(
      fc.property(calls, (outcomes) => {
        const window = createWindow({ by: 'count', size: 50 })
        let health = noHealth
        for (const [kind, slow] of outcomes) {
          const isSlow = slow && kind !== 'ignored'
          window.record(0, kind, isSlow)
          const before = health
          health = withOutcome(health, kind, isSlow)
          expect(health).not.toBe(before)
        }
        expect(health).toEqual(window.health(0))
      }),
    )
    expect(noHealth.throughput).toBe(0)
  })

  it('of nothing cannot be changed: many breakers show them', () => {
    expect(() => Object.assign(noHealth, { throughput: 1 })).toThrow(TypeError)
  })
})

describe('a window', () => {
  it('is over time or over calls, as the sampling says', () => {
    const byTime = createWindow({ by: 'time', duration: 100 })
    const byCount = createWindow({ by: 'count', size: 2 })
    for (const window of [byTime, byCount]) {
      for (let i = 0; i < 3; i++) window.record(0, 'failure', true)
    }
    expect(byTime.health(0)).toMatchObject({ throughput: 3, slowRate: 1 })
    expect(byCount.health(0)).toMatchObject({ throughput: 2, slowRate: 1 })
    expect(byTime.health(100)).toMatchObject({ throughput: 0, failureRate: 0, slowRate: 0 })
    expect(byCount.health(100)).toMatchObject({ throughput: 2, failureRate: 1 })
  })

  it('has rates of 0 before its first call, read live as well', () => {
    const window = createWindow({ by: 'time', duration: 100 })
    expect(window).toMatchObject({ throughput: 0, failureRate: 0, slowRate: 0 })
    window.record(0, 'success', true)
    expect(window).toMatchObject({ throughput: 1, failureRate: 0, slowRate: 1 })
  })
})
