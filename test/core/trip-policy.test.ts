import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { consecutiveFailures, countWindow, isUnhealthy, tripReason } from 'recloser/core'
import type { Figures, Limits } from 'recloser/core'

const limits: Limits = {
  failureRatio: 0.5,
  slowRatio: Infinity,
  minimumThroughput: 10,
  consecutiveFailures: Infinity,
}
const figures: Figures = { throughput: 0, failureRate: 0, slowRate: 0, consecutiveFailures: 0 }

describe('a limit', () => {
  it.each([
    [{ throughput: 10, failureRate: 0.5 }, true],
    [{ throughput: 10, failureRate: 0.5 - Number.EPSILON }, false],
    [{ throughput: 9, failureRate: 1 }, false],
    [{ throughput: 1000, failureRate: 0.6 }, true],
    [{ throughput: 10, failureRate: 0, slowRate: 1 }, false],
    [{ throughput: 10, failureRate: 0, consecutiveFailures: 1e9 }, false],
  ])('on the failure ratio, with %j: reached %s', (measured, reached) => {
    expect(isUnhealthy(limits, { ...figures, ...measured })).toBe(reached)
  })

  it.each([
    [{ throughput: 10, slowRate: 0.8 }, true],
    [{ throughput: 10, slowRate: 0.79 }, false],
    [{ throughput: 9, slowRate: 1 }, false],
    [{ throughput: 10, failureRate: 0.5, slowRate: 0 }, true],
  ])('on the slow-call ratio too, with %j: reached %s', (measured, reached) => {
    expect(isUnhealthy({ ...limits, slowRatio: 0.8 }, { ...figures, ...measured })).toBe(reached)
  })

  it.each([
    [{ consecutiveFailures: 3 }, true],
    [{ consecutiveFailures: 2, throughput: 1000, failureRate: 1 }, false],
    [{ consecutiveFailures: 4, throughput: 0 }, true],
  ])('on failures in a row, with %j: reached %s', (measured, reached) => {
    const inARow = { ...limits, failureRatio: Infinity, consecutiveFailures: 3 }
    expect(isUnhealthy(inARow, { ...figures, ...measured })).toBe(reached)
  })

  it('is compared exactly, over any counts', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1000 }),
        fc.nat(1000),
        fc.integer({ min: 1, max: 100 }),
        (throughput, bad, percent) => {
          const failures = Math.min(bad, throughput)
          const reached = isUnhealthy(
            { ...limits, minimumThroughput: 1, failureRatio: percent / 100 },
            { ...figures, throughput, failureRate: failures / throughput },
          )
          // Whole numbers, which no rounding touches.
          expect(reached).toBe(failures * 100 >= percent * throughput)
        },
      ),
    )
  })
})

describe('the reason for a break', () => {
  const byTime = { by: 'time', duration: 10_000 } as const
  const byCount = { by: 'count', size: 20 } as const

  it('is the failure rate', () => {
    const measured = { ...figures, throughput: 16, failureRate: 0.625 }
    expect(tripReason(limits, byTime, measured)).toEqual({
      cause: 'failure-rate',
      reason: 'failure rate 62.5% reached 50% over 16 calls in 10 s',
    })
    expect(tripReason(limits, byCount, measured).reason).toBe(
      'failure rate 62.5% reached 50% over 16 latest calls',
    )
  })

  it('is the slow-call rate', () => {
    const measured = { ...figures, throughput: 12, slowRate: 0.75 }
    expect(tripReason({ ...limits, slowRatio: 0.7 }, byTime, measured)).toEqual({
      cause: 'slow-rate',
      reason: 'slow-call rate 75% reached 70% over 12 calls in 10 s',
    })
  })

  it('is the failures in a row', () => {
    const inARow = { ...limits, failureRatio: Infinity, consecutiveFailures: 5 }
    expect(tripReason(inARow, byTime, { ...figures, consecutiveFailures: 5 })).toEqual({
      cause: 'consecutive-failures',
      reason: '5 consecutive failures reached the limit of 5',
    })
  })
})

describe('consecutiveFailures', () => {
  it('is plain data', () => {
    expect(consecutiveFailures(5)).toEqual({ type: 'consecutiveFailures', count: 5 })
  })

  it.each([0, -1, 2.5, NaN, Infinity])('refuses %s', (count) => {
    expect(() => consecutiveFailures(count)).toThrow(
      new RangeError(
        `consecutiveFailures count must be an integer, at least 1 and finite, got ${String(count)}`,
      ),
    )
  })
})

describe('countWindow', () => {
  it('has defaults that fit its size', () => {
    expect(countWindow({ size: 100 })).toEqual({
      type: 'countWindow',
      size: 100,
      failureRatio: 0.5,
      minimumThroughput: 10,
    })
    expect(countWindow({ size: 3 })).toMatchObject({ minimumThroughput: 3 })
    expect(countWindow({ size: 9, failureRatio: 1, minimumThroughput: 9 })).toMatchObject({
      failureRatio: 1,
      minimumThroughput: 9,
    })
  })

  it.each([
    [{ size: 0 }, 'size must be an integer, at least 1 and at most 100000, got 0'],
    [{ size: 100_001 }, 'at most 100000, got 100001'],
    [{ size: 2.5 }, 'size must be an integer'],
    [{}, 'size must be an integer, at least 1 and at most 100000, got undefined'],
    [
      { size: 5, minimumThroughput: 6 },
      'minimumThroughput must be an integer, at least 1 and at most 5',
    ],
    [{ size: 5, minimumThroughput: 0 }, 'minimumThroughput must be an integer, at least 1'],
    [
      { size: 5, failureRatio: 50 },
      'failureRatio must be above 0 and at most 1, got 50; did you mean 0.5?',
    ],
    [{ size: 5, failureRatio: 0 }, /failureRatio must be above 0 and at most 1, got 0$/],
    [{ size: 5, failureRatio: 100 }, /got 100; did you mean 1\?$/],
    [{ size: 5, failureRatio: 101 }, /got 101$/],
    [{ size: 5, ratio: 1 }, 'countWindow options: unknown option "ratio"'],
  ])('refuses %j', (options, message) => {
    expect(() => countWindow(options as never)).toThrow(message)
  })
})
