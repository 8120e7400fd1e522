import { formatDuration } from '../core/index.js'

/**
 * The call did not end in time. It may still run, and may have done its work: only its caller has
 * stopped waiting. A breaker outside counts a failure.
 */
export class TimeoutError extends Error {
  override readonly name: string = 'TimeoutError'
  readonly code: string = 'ERR_CALL_TIMEOUT'
  /** Milliseconds it was given. */
  readonly timeout: number

  /** @param ms - milliseconds it was given */
  constructor(ms: number) {
    super(`The call did not end within ${formatDuration(ms)}`)
    this.timeout = ms
  }
}
