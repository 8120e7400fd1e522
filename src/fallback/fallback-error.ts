import { messageOf } from '../core/index.js'

/** The fallback failed as well. `cause` is what the call failed with in the first place. */
export class FallbackFailedError extends Error {
  override readonly name: string = 'FallbackFailedError'
  readonly code: string = 'ERR_FALLBACK_FAILED'
  /** What the fallback threw. */
  readonly error: unknown

  /**
   * @param error - what the fallback threw
   * @param cause - what it was to answer
   */
  constructor(error: unknown, cause: unknown) {
    super(`The fallback failed: ${messageOf(error)}`, { cause })
    this.error = error
  }
}
