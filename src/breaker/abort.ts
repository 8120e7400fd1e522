import { idleSignal, untilCallerLeaves } from '../core/index.js'
import type { CallPermit } from './permit.js'

// `length` costs as much as the rest of the admission, and most calls are made by one function.
let lastFn: unknown
let lastTakesSignal = false

/**
 * The signal a call gets: its own if it is a probe, else that of its caller. A function that declares
 * a parameter for it never shares one, for it may leave its listeners behind.
 */
export function signalOf(
  permit: CallPermit,
  caller: AbortSignal | undefined,
  fn: (signal: AbortSignal) => unknown,
): AbortSignal {
  if (permit.probe > 0) return permit.signal
  if (caller !== undefined) return caller
  if (fn !== lastFn) {
    lastFn = fn
    lastTakesSignal = fn.length > 0
  }
  return lastTakesSignal ? permit.signal : idleSignal
}

/**
 * Waits for a call, but no longer than its caller does: an abort ends it as ignored, frees its probe
 * slot at once and rejects with the caller's reason. Leaves no listener behind.
 */
export function untilAborted<T>(
  call: T | PromiseLike<T>,
  caller: AbortSignal,
  permit: CallPermit,
): Promise<T> {
  return untilCallerLeaves(Promise.resolve(call), caller, () => {
    permit.ignore()
    if (permit.isProbe) permit.abort(caller.reason)
  })
}
