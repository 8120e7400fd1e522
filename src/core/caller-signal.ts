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
  if (typeof (caller as Partial<AbortSignal> | null)?.addEventListener !== 'function') {
    throw new TypeError(`signal must be an AbortSignal, got ${shown(caller)}`)
  }
  caller.throwIfAborted()
  return caller
}
