import { idleSignal, shown } from '../core/index.js'
import type { CallOptions } from './breaker.js'
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
  return new Promise<T>((resolve, reject) => {
    const stop = () => {
      permit.ignore()
      if (permit.isProbe) permit.abort(caller.reason)
      // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- the caller's reason, untouched
      reject(caller.reason)
    }
    const leave = () => {
      caller.removeEventListener('abort', stop)
    }
    caller.addEventListener('abort', stop, { once: true })
    // The function itself may have aborted its caller.
    if (caller.aborted) stop()
    Promise.resolve(call).then(
      (value) => {
        leave()
        resolve(value)
      },
      (error: unknown) => {
        leave()
        // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- the error of the call, untouched
        reject(error)
      },
    )
  })
}

/**
 * The signal of the caller, if it can ever abort.
 *
 * @throws TypeError when it is no signal, its reason when the caller has already left
 */
export function callerOf(options: CallOptions | undefined): AbortSignal | undefined {
  const caller = options?.signal
  if (caller === undefined || caller === idleSignal) return undefined
  if (typeof (caller as Partial<AbortSignal> | null)?.addEventListener !== 'function') {
    throw new TypeError(`signal must be an AbortSignal, got ${shown(caller)}`)
  }
  caller.throwIfAborted()
  return caller
}
