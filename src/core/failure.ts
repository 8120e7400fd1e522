import { errorName } from './error-names.js'
import { retryAfterHint } from './retry-after.js'

/**
 * A failure as the chart carries it: an inspector or a log sees name, message and hint, never the
 * insides of somebody's error object, which stays within reach as `error`.
 */
export class Failure {
  readonly name: string
  readonly message: string
  readonly retryAfter: number | undefined
  readonly #error: unknown

  private constructor(error: unknown, retryAfter: number | undefined) {
    this.name = errorName(error)
    this.message = messageOf(error)
    this.retryAfter = retryAfter
    this.#error = error
  }

  /** The error as it was thrown; undefined when a returned value was judged a failure. */
  get error(): unknown {
    return this.#error
  }

  /** A thrown error, with the hint it carries. */
  static thrown(error: unknown, wall: () => number): Failure {
    return error instanceof Failure ? error : new Failure(error, retryAfterHint(error, wall))
  }

  /** A returned value that was judged a failure: there is no error, but there may be a hint. */
  static returned(value: unknown, wall: () => number): Failure {
    return new Failure(undefined, retryAfterHint(value, wall))
  }
}

/** The message of an error, bounded; never throws. */
export function messageOf(error: unknown): string {
  try {
    const message: unknown =
      typeof error === 'object' && error !== null ? (error as { message?: unknown }).message : error
    // eslint-disable-next-line @typescript-eslint/no-base-to-string -- whatever was thrown
    return message === undefined ? '' : String(message).slice(0, 1000)
  } catch {
    return ''
  }
}
