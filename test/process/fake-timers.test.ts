import FakeTimers from '@sinonjs/fake-timers'
import { createBreaker } from 'recloser'
import { afterEach, describe, expect, it, vi } from 'vitest'

/** Fake timers of a test runner: they replace the globals of the runtime. */
interface Timers {
  advance(ms: number): void
  restore(): void
}

const kinds: [string, () => Timers][] = [
  [
    'vitest',
    () => {
      vi.useFakeTimers()
      return {
        advance: (ms) => vi.advanceTimersByTime(ms),
        restore: () => vi.useRealTimers(),
      }
    },
  ],
  [
    'sinon',
    () => {
      const clock = FakeTimers.install()
      return {
        advance: (ms) => {
          clock.tick(ms)
        },
        restore: () => {
          clock.uninstall()
        },
      }
    },
  ],
]

describe.each(kinds)(
  'the fake timers of %s drive a breaker without a clock of its own',
  (_, use) => {
    let timers: Timers | undefined
    afterEach(() => timers?.restore())

    it('also one that was made before they were', () => {
      const breaker = createBreaker('earlier', { breakDuration: 1000 })
      timers = use()
      breaker.trip('a test')
      timers.advance(999)
      expect(breaker.state).toBe('open')
      timers.advance(1)
      expect(breaker.state).toBe('halfOpen')
    })

    it('through its window, a break, a lease and a hold', () => {
      timers = use()
      const breaker = createBreaker('driven', {
        minimumThroughput: 2,
        samplingDuration: 1000,
        breakDuration: 1000,
        halfOpen: { probeLease: 500 },
      })
      breaker.tryAcquire()?.fail()
      timers.advance(1000)
      breaker.tryAcquire()?.fail()
      expect(breaker.stats()).toMatchObject({ state: 'closed', failures: 1 })
      breaker.tryAcquire()?.fail()
      expect(breaker.state).toBe('open')
      timers.advance(1000)
      const probe = breaker.tryAcquire()
      timers.advance(499)
      expect(probe?.signal.aborted).toBe(false)
      timers.advance(1)
      expect(probe?.signal.aborted).toBe(true)
      expect(breaker.state).toBe('open')
      breaker.isolate('a test', { duration: 5000 })
      timers.advance(4999)
      expect(breaker.state).toBe('isolated')
      timers.advance(1)
      expect(breaker.state).toBe('closed')
      breaker.dispose()
    })
  },
)
