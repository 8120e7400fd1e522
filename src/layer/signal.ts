import { idleSignal, liveSignal, shown, takesSignal } from '../core/index.js'
import { watched } from './layer.js'
import type { Call, CallOptions, InnerCallOptions } from './layer.js'

/**
 * The signal of the caller; undefined when nobody can end the call.
 *
 * @throws TypeError when `fn` is no function or the signal is none; the reason of a signal that has
 * already aborted: then the call must not be made
 */
export function callerOf(
  fn: Call<unknown>,
  options: CallOptions | undefined,
): AbortSignal | undefined {
  if (typeof (fn as unknown) !== 'function')
    throw new TypeError(`fn must be a function, got ${shown(fn)}`)
  return liveSignal(options?.signal)
}

/**
 * The caller, if it is up to this layer to end the call at once when the caller leaves. Within a
 * pipeline the layer outside does it: listening to a signal costs more than most layers.
 */
export function leaverOf(
  caller: AbortSignal | undefined,
  options: InnerCallOptions | undefined,
): AbortSignal | undefined {
  return options?.[watched] === caller ? undefined : caller
}

/** Makes the call; what it throws becomes a rejection. */
export function start<T>(fn: Call<T>, caller: AbortSignal | undefined): Promise<T> {
  try {
    const signal = caller ?? (takesSignal(fn) ? new AbortController().signal : idleSignal)
    return Promise.resolve(fn(signal))
  } catch (error) {
    return rejected(error)
  }
}

/** A rejection with whatever was thrown, untouched. */
export function rejected(error: unknown): Promise<never> {
  // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- may be anything
  return Promise.reject(error)
}
