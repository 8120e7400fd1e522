import {
  clockOption,
  integer,
  isBrokenCircuit,
  isIsolatedCircuit,
  isRefusal,
  number,
  optionalFunction,
  optionsOf,
  reporter,
  retryAfterHint,
  shown,
} from '../core/index.js'
import { says } from '../layer/predicate.js'
import { backoffOption, delayOf } from './backoff.js'
import type { BrokenCircuitError, Clock } from '../core/index.js'
import type { Backoff, BackoffGenerator } from './backoff.js'
import type { RetryBudget } from './retry-budget.js'
import type { Exhausted } from './retry-error.js'

/** Options of a retry. Every duration is in milliseconds. */
export interface RetryOptions {
  /** Calls in all, the first included: an integer, at least 1. Default 3. */
  readonly attempts?: number
  /** How long to wait before the next: ms, or a rule. Default `exponentialBackoff()`. */
  readonly backoff?: Backoff
  /** Cap on a delay, also on what a `Retry-After` asks for, above 0. Default 30,000. */
  readonly maxDelay?: number
  /**
   * Time after the beginning in which the last call must begin, above 0. A running call is not cut
   * off: put a timeout outside for that. Default Infinity; 300,000 with `waitForCircuit`.
   */
  readonly deadline?: number
  /**
   * Whether an error is worth another call. Default: every error but refusals, for a call that was
   * refused here was refused for a reason. Not asked about a broken circuit. When it throws, the
   * error is not retried.
   */
  readonly retryOn?: (error: unknown, context: { readonly attempt: number }) => boolean
  /**
   * Whether to wait as long as a broken circuit says, and try again. Costs no attempt. Default
   * false: the caller gets the error of the circuit at once. An isolated circuit is never waited for.
   */
  readonly waitForCircuit?: boolean
  /** Keeps retries from becoming the outage. Default none. */
  readonly budget?: RetryBudget
  /** Default the clock of the runtime. */
  readonly clock?: Clock
  /** Chance for jitter, from 0 to below 1. Default `Math.random`. */
  readonly random?: () => number
  /** Hears what your callbacks and subscribers throw. Default: `console.error`. */
  readonly onError?: (error: unknown) => void
}

const optionNames = [
  'attempts',
  'backoff',
  'maxDelay',
  'deadline',
  'retryOn',
  'waitForCircuit',
  'budget',
  'clock',
  'random',
  'onError',
] as const satisfies readonly (keyof RetryOptions)[]

/** What happened to one call so far. */
export interface Course {
  /** Calls that were made. */
  attempts: number
  /** Times the circuit rejected it in a row. */
  rejections: number
  /** Whether the budget knows of it: from its first call on that was not refused here. */
  hasEarned: boolean
  /** The last delay of the back-off, in ms: no hint, no break. */
  previousDelay: number
  /** Monotonic ms; undefined when there is no deadline. */
  readonly startedAt: number | undefined
}

/** What comes after a failure. */
export type Next =
  | { readonly type: 'retry' | 'wait'; readonly delay: number }
  /** The error is to be passed through; with a reason when it was worth a retry. */
  | { readonly type: 'stop'; readonly reason: Exhausted | 'notRetryable' | 'circuit' }

/** The options of a retry, checked, and what follows from them after each failure. */
export class RetryPolicy {
  readonly attempts: number
  readonly deadline: number
  readonly clock: Required<Clock>
  readonly report: (error: unknown) => void
  readonly #backoff: BackoffGenerator
  readonly #budget: RetryBudget | undefined
  readonly #maxDelay: number
  readonly #retryOn: RetryOptions['retryOn']
  readonly #waitForCircuit: boolean
  readonly #random: () => number

  /**
   * @param elsewhere - options that are not offered, for they are said elsewhere
   * @throws TypeError or RangeError naming the option that is wrong
   */
  constructor(
    what: string,
    options: RetryOptions,
    elsewhere: readonly (keyof RetryOptions)[] = [],
  ) {
    const given = optionsOf(
      what,
      options,
      optionNames.filter((name) => !elsewhere.includes(name)),
    )
    this.#waitForCircuit = flag('waitForCircuit', given.waitForCircuit)
    const attempts = given.attempts ?? (elsewhere.includes('attempts') ? Infinity : 3)
    this.attempts = integer('attempts', attempts, { min: 1, infinite: true })
    this.#backoff = backoffOption('backoff', given.backoff)
    this.#maxDelay = number('maxDelay', given.maxDelay ?? 30_000, { above: 0 })
    this.deadline = number(
      'deadline',
      given.deadline ?? (this.#waitForCircuit ? 300_000 : Infinity),
      { above: 0, infinite: true },
    )
    this.#retryOn = optionalFunction('retryOn', options.retryOn)
    this.#budget = budgetOf(given.budget)
    this.clock = clockOption(given.clock)
    this.#random = optionalFunction('random', options.random) ?? Math.random
    this.report = reporter(optionalFunction('onError', options.onError))
  }

  /** A call begins. */
  begin(): Course {
    const startedAt = this.deadline < Infinity ? this.clock.now() : undefined
    return { attempts: 0, rejections: 0, hasEarned: false, previousDelay: 0, startedAt }
  }

  get hasBudget(): boolean {
    return this.#budget !== undefined
  }

  /** A call was made, and not refused: the first of a course earns. */
  earn(course?: Course): void {
    if (course?.hasEarned === true) return
    if (course !== undefined) course.hasEarned = true
    try {
      this.#budget?.deposit()
    } catch (error) {
      this.report(error)
    }
  }

  /** Notes a failure in `course`, and says what comes next. */
  after(error: unknown, course: Course): Next {
    return isBrokenCircuit(error)
      ? this.#afterRejection(error, course)
      : this.#afterFailure(error, course)
  }

  #afterRejection(error: BrokenCircuitError, course: Course): Next {
    course.rejections++
    const { retryAfter } = error
    if (!this.#waitForCircuit || isIsolatedCircuit(error) || !(Number(retryAfter) < Infinity))
      return { type: 'stop', reason: 'circuit' }
    // Half-open, it asks for no wait, and would reject again: only an ordinary delay is no hot loop.
    const delay =
      Number(retryAfter) > 0 ? Number(retryAfter) : this.#delay(error, course, course.rejections)
    return this.#isTooLate(delay, course)
      ? { type: 'stop', reason: 'circuit' }
      : { type: 'wait', delay }
  }

  #afterFailure(error: unknown, course: Course): Next {
    course.attempts++
    course.rejections = 0
    const refused = isRefusal(error)
    if (!refused) this.earn(course)
    if (!this.#isRetryable(error, course.attempts, refused))
      return { type: 'stop', reason: 'notRetryable' }
    if (course.attempts >= this.attempts) return { type: 'stop', reason: 'attempts' }
    const hint = Math.min(retryAfterHint(error, this.clock.wall) ?? 0, this.#maxDelay)
    const delay = Math.max(this.#delay(error, course, course.attempts), hint)
    if (this.#isTooLate(delay, course)) return { type: 'stop', reason: 'deadline' }
    // A refused call has cost the dependency nothing, nor does trying it again cost the budget.
    if (!refused && !this.#mayRetry()) return { type: 'stop', reason: 'budget' }
    return { type: 'retry', delay }
  }

  #isRetryable(error: unknown, attempt: number, refused: boolean): boolean {
    const retryOn = this.#retryOn
    if (retryOn === undefined) return !refused
    return says('retryOn', () => retryOn(error, { attempt }), this.report)
  }

  #mayRetry(): boolean {
    const budget = this.#budget
    return budget === undefined || says('budget.withdraw', () => budget.withdraw(), this.report)
  }

  #delay(error: unknown, course: Course, attempt: number): number {
    const { previousDelay } = course
    const maxDelay = this.#maxDelay
    const context = { attempt, previousDelay, error, maxDelay, random: this.#random }
    return (course.previousDelay = delayOf(this.#backoff, context, this.report))
  }

  #isTooLate(delay: number, { startedAt }: Course): boolean {
    return startedAt !== undefined && this.clock.now() + delay > startedAt + this.deadline
  }
}

function flag(option: string, value: unknown): boolean {
  if (value !== undefined && typeof value !== 'boolean')
    throw new TypeError(`${option} must be true or false, got ${shown(value)}`)
  return value === true
}

function budgetOf(value: unknown): RetryBudget | undefined {
  if (value === undefined) return undefined
  const { deposit, withdraw } = (value ?? {}) as Partial<RetryBudget>
  if (typeof deposit !== 'function' || typeof withdraw !== 'function')
    throw new TypeError(`budget must be made by createRetryBudget, got ${shown(value)}`)
  return value as RetryBudget
}
