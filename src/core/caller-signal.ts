import { shown } from './validate.js'

/**
 * A signal that never aborts, for calls whose caller gave none: making one costs more than a whole
 * breaker. Who is handed this one need not listen to it.
 */
export const idleSignal: AbortSignal = new AbortController().signal

/**
 * The signal of a caller, if it can ever abort.
 *
 * @throws TypeError when it is no signal, its reason when the caller has already left
 */
export function liveSignal(caller: AbortSignal | undefined): AbortSignal | undefined {
  if (caller === undefined || caller === idleSignal) return undefined
  assertSignal(caller)
  caller.throwIfAborted()
  return caller
}

/** @throws TypeError when `value` is no signal */
export function assertSignal(value: AbortSignal): void {
  if (typeof (value as Partial<AbortSignal> | null)?.addEventListener !== 'function')
    throw new TypeError(`signal must be an AbortSignal, got ${shown(value)}`)
}

// `length` costs as much as the rest of most layers, and most calls are made by one function.
let lastFn: unknown
let lastTakesSignal = false

/**
 * Whether a function declares a parameter for its signal. Such a one must never be handed a signal
 * that others share, unless it is the caller's own: it may leave its listeners behind.
 */
export function takesSignal(fn: (signal: AbortSignal) => unknown): boolean {
  if (fn !== lastFn) {
    lastFn = fn
    lastTakesSignal = fn.length > 0
  }
  return lastTakesSignal
}

/** Those who wait for one signal to abort. */
interface Waiting {
  readonly stops: Set<() => void>
  readonly stopAll: () => void
}

const waiting = new WeakMap<AbortSignal, Waiting>()

function waitingFor(signal: AbortSignal): Waiting {
  const known = waiting.get(signal)
  if (known !== undefined) return known
  const stops = new Set<() => void>()
  const stopAll = () => {
    const errors: unknown[] = []
    // Whom one of them ends is not called any more; what one throws is no matter of the others.
    for (const stop of stops) {
      stops.delete(stop)
      try {
        stop()
      } catch (error) {
        errors.push(error)
      }
    }
    if (errors.length > 0) throw errors[0]
  }
  const made = { stops, stopAll }
  waiting.set(signal, made)
  return made
}

/**
 * Calls `stop` once, when `signal` aborts: at once if it has, for it will not say so again. One
 * listener serves all who wait for a signal: Node warns of more than ten, and takes long to remove
 * one out of thousands.
 *
 * @returns what to call to hear no more; leaves no listener behind
 */
export function onAbort(signal: AbortSignal | undefined, stop: () => void): () => void {
  if (signal === undefined) return nothing
  if (signal.aborted) {
    stop()
    return nothing
  }
  const { stops, stopAll } = waitingFor(signal)
  if (stops.size === 0) signal.addEventListener('abort', stopAll, { once: true })
  stops.add(stop)
  return () => {
    if (stops.delete(stop) && stops.size === 0) signal.removeEventListener('abort', stopAll)
  }
}

/**
 * Waits for a call, but no longer than its caller, if there is one: an abort ends the wait with the
 * caller's reason, after `left`. Leaves no listener behind.
 */
export function untilCallerLeaves<T>(
  call: Promise<T>,
  caller: AbortSignal | undefined,
  left?: () => void,
): Promise<T> {
  if (caller === undefined) return call
  return new Promise<T>((resolve, reject) => {
    // The function itself may have aborted its caller by now.
    const leave = onAbort(caller, () => {
      left?.()
      // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- the caller's reason, untouched
      reject(caller.reason)
    })
    call.then(
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

function nothing(): void {
  // Nobody listens.
}
