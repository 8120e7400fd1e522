import { idleSignal, takesSignal, untilCallerLeaves } from '../core/index.js'
import type { CallPermit } from './permit.js'

/** The signal a call gets: its own if it is a probe, else that of its caller, if there is one. */
export function signalOf(
  permit: CallPermit,
  caller: AbortSignal | undefined,
  fn: (signal: AbortSignal) => unknown,
): AbortSignal {
  if (permit.probe > 0) return permit.signal
  return caller ?? (takesSignal(fn) ? permit.signal : idleSignal)
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
