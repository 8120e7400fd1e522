import { untilCallerLeaves } from '../core/index.js'
import { sleep } from '../layer/alarm.js'
import { Events } from '../layer/events.js'
import { traits } from '../layer/layer.js'
import { callerOf, leaverOf, rejected, start } from '../layer/signal.js'
import { RetryExhaustedError } from './retry-error.js'
import { RetryPolicy } from './retry-policy.js'
import type { Observable } from 'rxjs'
import type { Call, CallOptions, Layer } from '../layer/layer.js'
import type { Course, Next, RetryOptions } from './retry-policy.js'

/** What a retry did about a failure. */
export type RetryEvent =
  /** It will call again after `delay` ms. `attempt` counts the calls made. */
  | {
      readonly type: 'retrying'
      readonly attempt: number
      readonly delay: number
      readonly error: unknown
    }
  /** It will try again when the circuit may let it, after `delay` ms. */
  | { readonly type: 'waiting'; readonly delay: number; readonly error: unknown }
  | { readonly type: 'recovered'; readonly attempts: number }
  /** It calls no more. `error` is what the caller gets. */
  | {
      readonly type: 'gaveUp'
      readonly reason: 'attempts' | 'deadline' | 'budget' | 'notRetryable' | 'circuit' | 'aborted'
      readonly attempts: number
      readonly error: unknown
    }

/** A layer that makes a failed call again. */
export interface Retry extends Layer {
  /** What it did about failures; a call that succeeds at once is no news. */
  readonly events$: Observable<RetryEvent>
}

/** Errors kept for RetryExhaustedError: retries without end must not fill the memory. */
const keptErrors = 100

/**
 * Makes a failed call again, after a delay. A broken circuit is not called again, and costs no
 * attempt: put the retry outside the breaker. The caller's abort ends it at once, asleep or not.
 *
 * @throws TypeError or RangeError naming the option that is wrong; from `execute`
 * {@link RetryExhaustedError}, or an error of the call that is not worth a retry, untouched
 */
export function retry(options: RetryOptions = {}): Retry {
  return new CallRetry(options)
}

class CallRetry implements Retry {
  readonly [traits] = { aborts: false, holds: false, waits: true }
  readonly #policy: RetryPolicy
  readonly #events: Events<RetryEvent>

  constructor(options: RetryOptions) {
    this.#policy = new RetryPolicy('retry options', options)
    this.#events = new Events(this.#policy.report)
  }

  get events$(): Observable<RetryEvent> {
    return this.#events.events$
  }

  execute<T>(fn: Call<T>, options?: CallOptions): Promise<T> {
    try {
      const caller = callerOf(fn, options)
      const { deadline, hasBudget } = this.#policy
      // With a deadline the course begins now; without, only a failure makes one.
      const course = deadline < Infinity ? this.#policy.begin() : undefined
      const leaver = leaverOf(caller, options)
      const first = untilCallerLeaves(start(fn, caller), leaver)
      return first.then(
        hasBudget
          ? (value) => {
              this.#policy.earn()
              return value
            }
          : undefined,
        (error: unknown) => this.#again(fn, caller, leaver, course ?? this.#policy.begin(), error),
      )
    } catch (error) {
      return rejected(error)
    }
  }

  /** The first call failed. */
  async #again<T>(
    fn: Call<T>,
    caller: AbortSignal | undefined,
    leaver: AbortSignal | undefined,
    course: Course,
    first: unknown,
  ): Promise<T> {
    const errors: unknown[] = []
    for (let error = first; ;) {
      if (caller?.aborted === true) return this.#end('aborted', course, caller.reason)
      const attemptsBefore = course.attempts
      const next = this.#policy.after(error, course)
      if (course.attempts > attemptsBefore) errors.push(error)
      if (errors.length > keptErrors) errors.shift()
      if (next.type === 'stop') return this.#stop(next.reason, course, error, errors)
      await this.#pause(next, course, error, caller)
      try {
        const value = await untilCallerLeaves(start(fn, caller), leaver)
        this.#policy.earn(course)
        if (this.#events.observed)
          this.#events.emit({ type: 'recovered', attempts: course.attempts + 1 })
        return value
      } catch (thrown) {
        error = thrown
      }
    }
  }

  async #pause(
    { type, delay }: Exclude<Next, { type: 'stop' }>,
    course: Course,
    error: unknown,
    caller: AbortSignal | undefined,
  ): Promise<void> {
    if (this.#events.observed) {
      this.#events.emit(
        type === 'wait'
          ? { type: 'waiting', delay, error }
          : { type: 'retrying', attempt: course.attempts, delay, error },
      )
    }
    try {
      await sleep(this.#policy.clock, delay, caller)
      // The caller may have left since the sleep was over.
      caller?.throwIfAborted()
    } catch (reason) {
      return this.#end('aborted', course, reason)
    }
  }

  #stop(
    reason: Extract<Next, { type: 'stop' }>['reason'],
    course: Course,
    error: unknown,
    errors: readonly unknown[],
  ): never {
    const passed = reason === 'notRetryable' || reason === 'circuit' || course.attempts < 2
    this.#end(
      reason,
      course,
      passed ? error : new RetryExhaustedError(course.attempts, errors, reason),
    )
  }

  #end(
    reason: Extract<RetryEvent, { type: 'gaveUp' }>['reason'],
    { attempts }: Course,
    error: unknown,
  ): never {
    if (this.#events.observed) this.#events.emit({ type: 'gaveUp', reason, attempts, error })
    throw error
  }
}
