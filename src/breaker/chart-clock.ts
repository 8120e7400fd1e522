import { never } from '../core/index.js'
import type { Clock } from '../core/index.js'

/** A clock as XState takes it. */
interface ActorClock {
  setTimeout(fn: (...args: unknown[]) => void, ms: number): unknown
  clearTimeout(handle: unknown): void
}

/**
 * Gives the chart the breaker's clock. `turn` wraps what a timer does to the chart. A timer that fails
 * is reported and goes without: none is needed to be right.
 */
export function chartClock(
  clock: Clock,
  report: (error: unknown) => void,
  turn: (act: () => void) => void,
): ActorClock {
  return {
    setTimeout: (fn, ms) => {
      if (ms === never) return undefined
      const act = () => {
        turn(fn)
      }
      try {
        return clock.setTimeout(act, ms)
      } catch (error) {
        report(error)
        return undefined
      }
    },
    clearTimeout: (handle) => {
      try {
        clock.clearTimeout(handle)
      } catch (error) {
        report(error)
      }
    },
  }
}
