import { optionalFunction, optionsOf, reporter, shown, untilCallerLeaves } from '../core/index.js'
import { Events } from '../layer/events.js'
import { traits } from '../layer/layer.js'
import { says } from '../layer/predicate.js'
import { callerOf, leaverOf, rejected, start } from '../layer/signal.js'
import { FallbackFailedError } from './fallback-error.js'
import type { Observable } from 'rxjs'
import type { Call, CallOptions, Layer } from '../layer/layer.js'

/** Options of a fallback. */
export interface FallbackOptions {
  /**
   * Which errors it answers. Default all, calls that were refused included; never the abort of the
   * caller. When it throws, the error is not answered.
   */
  readonly on?: (error: unknown) => boolean
  /** Hears what `on` and subscribers throw. Default: `console.error`. */
  readonly onError?: (error: unknown) => void
}

/** Gives the answer in place of a call that failed with `error`; `signal` aborts with the caller's. */
export type Answer<F> = (error: unknown, signal: AbortSignal) => F | PromiseLike<F>

/** The fallback answered, or failed to. */
export type FallbackEvent =
  | {
      readonly type: 'answered'
      /** What the call failed with. */
      readonly cause: unknown
    }
  | { readonly type: 'failed'; readonly cause: unknown; readonly error: FallbackFailedError }

/** A layer that answers in place of a call that failed. */
export interface Fallback<F> extends Layer<F> {
  /** Each time it was asked. */
  readonly events$: Observable<FallbackEvent>
}

/**
 * Answers in place of a call that failed or was refused. When it fails itself the caller gets
 * {@link FallbackFailedError}, whose `cause` is the first error.
 *
 * @throws TypeError when `answer` is no function, or an option is wrong
 */
export function fallback<F>(
  answer: Answer<F>,
  options: FallbackOptions = {},
): Fallback<Awaited<F>> {
  return new CallFallback<Awaited<F>>(answer as Answer<Awaited<F>>, options)
}

class CallFallback<F> implements Fallback<F> {
  readonly [traits] = { aborts: false, holds: false, waits: true }
  readonly #answer: Answer<F>
  readonly #on: ((error: unknown) => boolean) | undefined
  readonly #report: (error: unknown) => void
  readonly #events: Events<FallbackEvent>

  constructor(answer: Answer<F>, options: FallbackOptions) {
    if (typeof (answer as unknown) !== 'function')
      throw new TypeError(`fallback needs a function, got ${shown(answer)}`)
    optionsOf('fallback options', options, ['on', 'onError'])
    this.#answer = answer
    this.#on = optionalFunction('on', options.on)
    this.#report = reporter(optionalFunction('onError', options.onError))
    this.#events = new Events(this.#report)
  }

  get events$(): Observable<FallbackEvent> {
    return this.#events.events$
  }

  execute<T>(fn: Call<T>, options?: CallOptions): Promise<T | F> {
    try {
      const caller = callerOf(fn, options)
      const leaver = leaverOf(caller, options)
      return untilCallerLeaves(start(fn, caller), leaver).then<T, F>(undefined, (error: unknown) =>
        this.#answers(error, caller) ? this.#give(error, caller, leaver) : rejected(error),
      )
    } catch (error) {
      return rejected(error)
    }
  }

  #answers(error: unknown, caller: AbortSignal | undefined): boolean {
    const on = this.#on
    if (caller?.aborted === true) return false
    return on === undefined || says('on', () => on(error), this.#report)
  }

  async #give(
    cause: unknown,
    caller: AbortSignal | undefined,
    leaver: AbortSignal | undefined,
  ): Promise<F> {
    try {
      // `on` may have made its caller leave.
      caller?.throwIfAborted()
      const answer = await untilCallerLeaves(
        start<F>((signal) => this.#answer(cause, signal), caller),
        leaver,
      )
      if (this.#events.observed) this.#events.emit({ type: 'answered', cause })
      return answer
    } catch (thrown) {
      if (caller?.aborted === true) throw caller.reason
      const error = new FallbackFailedError(thrown, cause)
      if (this.#events.observed) this.#events.emit({ type: 'failed', cause, error })
      throw error
    }
  }
}
