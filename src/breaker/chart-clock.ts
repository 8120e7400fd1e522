import { never } from '../core/index.js'
import type { Clock } from '../core/index.js'

/** A clock as XState takes it. */
interface ActorClock {
  setTimeout(fn: (...args: unknown[]) => void, ms: number): unknown
  clearTimeout(handle: unknown): void
}

/** Gives the chart the breaker's clock. `turn` wraps what a timer does to the chart. */
export function chartClock(clock: Clock, turn: (act: () => void) => void): ActorClock {
  return {
    setTimeout: (fn, ms) => {
      if (ms === never) return undefined
      return clock.setTimeout(() => {
        turn(fn)
      }, ms)
    },
    clearTimeout: (handle) => {
      clock.clearTimeout(handle)
    },
  }
}
