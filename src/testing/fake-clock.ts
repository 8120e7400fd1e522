import type { Clock } from '../core/index.js'

/** A clock that a test drives: window, break and lease alike. */
export interface FakeClock extends Required<Clock> {
  /** Moves on by `ms`, firing the timers that fall due, in order, each at its time. */
  advance(ms: number): void
  /** Moves on by `ms` without firing timers, as when the event loop is blocked. */
  block(ms: number): void
  /** Timers that are armed. A test that ends with some has found a leak. */
  readonly pendingTimers: number
}

interface Timer {
  readonly due: number
  readonly fn: () => void
}

/**
 * Begins at 0 ms; its wall clock at `wall`.
 *
 * @param options - `wall`: epoch ms, default the first of January 2026
 */
export function createFakeClock(options: { readonly wall?: number } = {}): FakeClock {
  const epoch = options.wall ?? Date.UTC(2026, 0, 1)
  const timers = new Set<Timer>()
  let now = 0

  const nextDue = (until: number): Timer | undefined => {
    let next: Timer | undefined
    for (const timer of timers) {
      if (timer.due <= until && (next === undefined || timer.due < next.due)) next = timer
    }
    return next
  }

  return {
    now: () => now,
    wall: () => epoch + now,
    setTimeout(fn, ms) {
      const timer = { due: now + (ms > 0 ? ms : 0), fn }
      timers.add(timer)
      return timer
    },
    clearTimeout(handle) {
      timers.delete(handle as Timer)
    },
    advance(ms) {
      const until = now + checked(ms)
      for (let timer = nextDue(until); timer !== undefined; timer = nextDue(until)) {
        timers.delete(timer)
        now = Math.max(now, timer.due)
        timer.fn()
      }
      now = Math.max(now, until)
    },
    block(ms) {
      now += checked(ms)
    },
    get pendingTimers() {
      return timers.size
    },
  }
}

function checked(ms: number): number {
  if (!(ms >= 0 && ms < Infinity))
    throw new RangeError(`ms must be at least 0 and finite, got ${String(ms)}`)
  return ms
}
