import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatDuration, formatRate } from 'recloser/core'

describe('a duration for people', () => {
  it.each([
    [0, '0 ms'],
    [0.4, '0 ms'],
    [250, '250 ms'],
    [999, '999 ms'],
    [1000, '1 s'],
    [1500, '1.5 s'],
    [1550, '1.6 s'],
    [10_000, '10 s'],
    [59_000, '59 s'],
    [60_000, '1 min'],
    [67_500, '67.5 s'],
    [101_250, '101.3 s'],
    [300_000, '5 min'],
    [600_000, '10 min'],
    [630_000, '10.5 min'],
    [3_600_000, '1 h'],
    [5_400_000, '90 min'],
    [7_200_000, '2 h'],
    [86_400_000, '24 h'],
    [Infinity, 'no end'],
  ])('%s ms is %j', (ms, text) => {
    expect(formatDuration(ms)).toBe(text)
  })

  it('is never off by more than a twentieth', () => {
    const sizes: Record<string, number> = { ms: 1, s: 1000, min: 60_000, h: 3_600_000 }
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e9 }), (ms) => {
        const [amount, unit] = formatDuration(ms).split(' ')
        const read = Number(amount) * (sizes[unit as string] as number)
        expect(Math.abs(read - ms)).toBeLessThanOrEqual(ms / 20)
      }),
    )
  })
})

describe('a rate for people', () => {
  it.each([
    [0, '0%'],
    [0.5, '50%'],
    [0.625, '62.5%'],
    [1 / 3, '33.33%'],
    [2 / 3, '66.67%'],
    [1, '100%'],
  ])('%s is %j', (rate, text) => {
    expect(formatRate(rate)).toBe(text)
  })
})
