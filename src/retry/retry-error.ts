import { messageOf } from '../core/index.js'

/** Why there was no further call. */
export type Exhausted = 'attempts' | 'deadline' | 'budget'

const because: Readonly<Record<Exhausted, string>> = {
  attempts: 'no attempt is left',
  deadline: 'the deadline is near',
  budget: 'the retry budget is spent',
}

/**
 * Several calls failed with errors worth retrying, and there will be no further one. An error that
 * is not worth it, or the error of the only call made, is passed through untouched instead.
 */
export class RetryExhaustedError extends Error {
  override readonly name: string = 'RetryExhaustedError'
  readonly code: string = 'ERR_RETRY_EXHAUSTED'
  /** Calls that were made: at least 2. */
  readonly attempts: number
  /** What they failed with, oldest first: the last 100 at most. `cause` is the last. */
  readonly errors: readonly unknown[]
  readonly reason: Exhausted

  constructor(attempts: number, errors: readonly unknown[], reason: Exhausted) {
    const last = errors.at(-1)
    super(
      `${String(attempts)} calls failed and ${because[reason]}; the last one: ${messageOf(last)}`,
      { cause: last },
    )
    this.attempts = attempts
    this.errors = errors
    this.reason = reason
  }
}
