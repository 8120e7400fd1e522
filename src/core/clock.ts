/**
 * Where the breaker reads time and arms timers. Everything is in milliseconds.
 *
 * `now` must not depend on the wall clock; a clock that steps back is read as standing still.
 */
export interface Clock {
  /** Monotonic milliseconds from any origin. */
  now(): number
  /** Calls `fn` once after `ms`, which is finite and at most 2^31 - 2. */
  setTimeout(fn: () => void, ms: number): unknown
  /** Takes back what `setTimeout` returned; nothing when it has fired. */
  clearTimeout(handle: unknown): void
  /** Epoch milliseconds, for `at` fields only. `Date.now()` where a clock has none. */
  wall?(): number
}

/** A clock as the engine uses it. */
export interface EngineClock extends Required<Clock> {
  /** Epoch milliseconds at the moment `at`, which is now. */
  wallAt(at: number): number
}

/** What `Date.now` was ahead of `performance.now`, and when. */
let offset = 0
let offsetAt = -Infinity
/** Undefined when fake timers were there before this module: such a wall is never counted on from. */
const realNow = /\[native code\]/.test(String(Date.now)) ? Date.now : undefined

// Node makes `performance` a getter, which costs a tenth of a whole call at each read. Whoever puts
// another one there replaces `Date` or `setTimeout` with it, and to ask for these costs nothing.
let seenDate: unknown
let seenTimeout: unknown
let performance: { now(): number }

/**
 * The clock of the runtime. It notices when its globals are replaced, so that the fake timers of
 * vitest, jest and sinon drive it too, and its timers never keep a process alive.
 */
export const systemClock: EngineClock = {
  now() {
    if (globalThis.Date !== seenDate || globalThis.setTimeout !== seenTimeout) {
      seenDate = globalThis.Date
      seenTimeout = globalThis.setTimeout
      performance = globalThis.performance
    }
    return performance.now()
  },
  setTimeout(fn, ms) {
    const handle: unknown = globalThis.setTimeout(fn, ms)
    // A number in browsers.
    ;(handle as { unref?(): void } | null)?.unref?.()
    return handle
  },
  clearTimeout(handle) {
    globalThis.clearTimeout(handle as number)
  },
  wall: () => Date.now(),
  wallAt(at) {
    // A reading costs as much as half a call, so a real wall is read ten times a second at most. Fake
    // ones are set forth and back at will.
    if (Date.now !== realNow) return Date.now()
    if (Math.abs(at - offsetAt) < 100) return Math.floor(at + offset)
    const wall = Date.now()
    offset = wall - at
    offsetAt = at
    return wall
  },
}

/** Longest delay that a timer of Node or a browser keeps; beyond it, it fires at once. */
export const longestDelay = 2 ** 31 - 2

/** A delay that stands for «no timer at all». */
export const never = 2 ** 31 - 1

/** Makes a finite delay out of the time left: chunks what is too long for a timer. */
export function timerDelay(remaining: number): number {
  if (remaining === Infinity) return never
  return Math.min(Math.max(remaining, 0), longestDelay)
}

/**
 * Rounds the time left up so that a client that sleeps it never wakes too early: real timers fire
 * up to one millisecond before their time, and round fractions down.
 */
export function wholeDelay(remaining: number): number {
  const left = Math.max(remaining, 0)
  return Number.isInteger(left) ? left : Math.ceil(left) + 1
}

/** The same clock, never running back, and with a wall. */
export function monotonicClock(clock: Clock): EngineClock {
  let latest = -Infinity
  const wall = () => (clock.wall ?? systemClock.wall).call(clock)
  return {
    now() {
      const now = clock.now()
      // NaN compares false and is thereby ignored as well.
      if (now > latest) latest = now
      return latest
    },
    setTimeout: (fn, ms) => clock.setTimeout(fn, ms),
    clearTimeout: (handle) => {
      clock.clearTimeout(handle)
    },
    wall,
    wallAt: wall,
  }
}
