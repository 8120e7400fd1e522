import fc from 'fast-check'
import { afterEach, describe, expect, it, vi } from 'vitest'
import {
  longestDelay,
  monotonicClock,
  never,
  systemClock,
  timerDelay,
  wholeDelay,
} from 'recloser/core'
import type { Clock } from 'recloser/core'

/** A clock that shows what it is told to. */
function clockAt(times: number[]): Clock {
  return {
    now: () => times.shift() as number,
    setTimeout: () => 'timer',
    clearTimeout: () => undefined,
  }
}

describe('a clock made monotonic', () => {
  it('stands still while the clock beneath it steps back or shows nonsense', () => {
    const clock = monotonicClock(clockAt([100, 90, NaN, 105, -Infinity]))
    expect([clock.now(), clock.now(), clock.now(), clock.now(), clock.now()]).toEqual([
      100, 100, 100, 105, 105,
    ])
  })

  it('never runs back', () => {
    fc.assert(
      fc.property(fc.array(fc.double(), { minLength: 1 }), (times) => {
        const clock = monotonicClock(clockAt([...times]))
        const read = times.map(() => clock.now())
        expect(read).toEqual([...read].sort((a, b) => a - b))
      }),
    )
  })

  it('hands timers on as they are', () => {
    const set = vi.fn(() => 'timer')
    const clear = vi.fn()
    const clock = monotonicClock({ now: () => 0, setTimeout: set, clearTimeout: clear })
    const ring = () => undefined
    expect(clock.setTimeout(ring, 50)).toBe('timer')
    clock.clearTimeout('timer')
    expect(set).toHaveBeenCalledWith(ring, 50)
    expect(clear).toHaveBeenCalledWith('timer')
  })

  it('says the wall time of a moment as the clock beneath does', () => {
    let wall = 5
    const clock = monotonicClock({ ...clockAt([]), wall: () => wall })
    expect(clock.wallAt(0)).toBe(5)
    wall = 3
    expect(clock.wallAt(1)).toBe(3)
  })

  it('has the wall time of the clock beneath, which keeps its `this`, or that of the runtime', () => {
    const own = monotonicClock({
      ...clockAt([]),
      epoch: 5,
      wall(this: { epoch: number }) {
        return this.epoch
      },
    } as Clock)
    expect(own.wall()).toBe(5)
    vi.spyOn(Date, 'now').mockReturnValue(7)
    expect(monotonicClock(clockAt([])).wall()).toBe(7)
  })
})

describe('the clock of the runtime', () => {
  afterEach(() => {
    vi.useRealTimers()
    vi.unstubAllGlobals()
    vi.restoreAllMocks()
  })

  it('keeps no process alive by its timers', () => {
    const timer = systemClock.setTimeout(() => undefined, 60_000) as NodeJS.Timeout
    expect(timer.hasRef()).toBe(false)
    systemClock.clearTimeout(timer)
  })

  it('reads the wall anew after a tenth of a second, and in between counts on from there', () => {
    const at = systemClock.now() + 10_000
    const before = Date.now()
    const read = systemClock.wallAt(at)
    expect(read).toBeGreaterThanOrEqual(before)
    expect(read).toBeLessThanOrEqual(Date.now())
    expect([read + 98, read + 99]).toContain(systemClock.wallAt(at + 99))
    expect([read - 99, read - 100]).toContain(systemClock.wallAt(at - 99))
    expect(systemClock.wallAt(at + 100)).toBeLessThanOrEqual(Date.now())
    expect(systemClock.wallAt(at)).toBeLessThanOrEqual(Date.now())
  })

  it('believes a faked wall at once', () => {
    systemClock.wallAt(systemClock.now())
    const now = vi.spyOn(Date, 'now').mockReturnValue(7)
    expect(systemClock.wallAt(systemClock.now())).toBe(7)
    now.mockReturnValue(3)
    expect(systemClock.wallAt(systemClock.now())).toBe(3)
  })

  it('believes a wall at once that was faked before it was loaded', async () => {
    try {
      vi.useFakeTimers({ now: 1_000_000 })
      vi.resetModules()
      const { systemClock: early } = await import('recloser/core')
      expect(early.wallAt(early.now())).toBe(1_000_000)
      vi.setSystemTime(7)
      expect(early.wallAt(early.now())).toBe(7)
    } finally {
      // Other tests want a copy that knows the real one.
      vi.resetModules()
    }
  })

  it('works where timers are numbers or cannot be let go of, as in a browser or a test', () => {
    const clear = vi.fn()
    vi.stubGlobal('clearTimeout', clear)
    for (const handle of [7, {}, undefined]) {
      vi.stubGlobal('setTimeout', () => handle)
      const timer = systemClock.setTimeout(() => undefined, 10)
      expect(timer).toBe(handle)
      systemClock.clearTimeout(timer)
      expect(clear).toHaveBeenLastCalledWith(handle)
    }
  })

  it.each<('Date' | 'setTimeout')[]>([['Date'], ['setTimeout']])(
    'is driven by fake timers that replace %s and performance only',
    (replaced) => {
      const start = systemClock.now()
      vi.useFakeTimers({ toFake: [replaced, 'performance'] })
      const frozen = systemClock.now()
      expect(frozen).not.toBe(start)
      expect(systemClock.now()).toBe(frozen)
      vi.advanceTimersByTime(1000)
      expect(systemClock.now()).toBe(frozen + 1000)
    },
  )

  it('is driven by fake timers that were installed after it', () => {
    vi.useFakeTimers({ now: 1_000_000 })
    const start = systemClock.now()
    const ring = vi.fn()
    systemClock.setTimeout(ring, 1000)
    vi.advanceTimersByTime(999)
    expect(ring).not.toHaveBeenCalled()
    vi.advanceTimersByTime(1)
    expect(ring).toHaveBeenCalledOnce()
    expect(systemClock.now() - start).toBe(1000)
    expect(systemClock.wall()).toBe(1_001_000)
  })
})

describe('a delay for a timer', () => {
  it.each([
    [1000, 1000],
    [0.5, 0.5],
    [0, 0],
    [-5, 0],
    [-Infinity, 0],
    [2 ** 31 - 2, longestDelay],
    [2 ** 31 - 1, longestDelay],
    [30 * 86_400_000, longestDelay],
    [Infinity, never],
  ])('for the %s ms left is %i ms', (left, delay) => {
    expect(timerDelay(left)).toBe(delay)
  })

  it('is one that runtimes keep', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true }), (left) => {
        const delay = timerDelay(left)
        expect(delay >= 0 && delay < 2 ** 31).toBe(true)
        expect(delay === never).toBe(left === Infinity)
      }),
    )
  })
})

describe('a delay for a client', () => {
  it.each([
    [0, 0],
    [-3, 0],
    [1000, 1000],
    [0.1, 2],
    [999.5, 1001],
    [Infinity, Infinity],
  ])('of %s ms is %s ms', (left, delay) => {
    expect(wholeDelay(left)).toBe(delay)
  })

  it('is whole, and by at most 2 ms too long, never too short', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1e9, noNaN: true }), (left) => {
        const delay = wholeDelay(left)
        expect(Number.isInteger(delay)).toBe(true)
        expect(delay >= left && delay <= left + 2).toBe(true)
      }),
    )
  })
})
