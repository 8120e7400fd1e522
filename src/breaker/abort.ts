import { idleSignal } from '../core/index.js'
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

/** Those who wait on one signal. */
interface Waiting {
  readonly stops: Set<() => void>
  readonly stopAll: () => void
}

const waiting = new WeakMap<AbortSignal, Waiting>()

/**
 * Calls `stop` on an abort; gives what to call to hear no more. One listener serves all who wait on a
 * signal: Node warns of more than ten, and takes long to remove one out of thousands.
 */
function listen(signal: AbortSignal, stop: () => void): () => void {
  let here = waiting.get(signal)
  if (here === undefined) {
    const stops = new Set<() => void>()
    const stopAll = () => {
      for (const each of [...stops]) each()
    }
    here = { stops, stopAll }
    waiting.set(signal, here)
  }
  const { stops, stopAll } = here
  if (stops.size === 0) signal.addEventListener('abort', stopAll, { once: true })
  stops.add(stop)
  return () => {
    if (stops.delete(stop) && stops.size === 0) signal.removeEventListener('abort', stopAll)
  }
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
      leave()
      permit.ignore()
      if (permit.isProbe) permit.abort(caller.reason)
      // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- the caller's reason, untouched
      reject(caller.reason)
    }
    const leave = listen(caller, stop)
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
