import { formatDuration, markRefusal, withoutStack } from '../core/index.js'

/** Why there is no token. */
export type RateLimitedReason =
  /** None is there now. */
  | 'limit'
  /** Too many wait for one already. */
  | 'queueFull'
  /** It would come too late. */
  | 'maxWait'

/** There is no token for the call, which was not made. A breaker outside ignores it. */
export class RateLimitedError extends Error {
  override readonly name: string = 'RateLimitedError'
  readonly code: string = 'ERR_RATE_LIMITED'
  readonly reason: RateLimitedReason
  /** Tokens that were asked for. */
  readonly tokens: number
  /** Ms until they would be there. */
  readonly retryAfter: number

  constructor(reason: RateLimitedReason, tokens: number, retryAfter: number) {
    super(`The rate limit is reached${clause[reason]}; try again in ${formatDuration(retryAfter)}`)
    this.reason = reason
    this.tokens = tokens
    this.retryAfter = retryAfter
  }
}

const clause: Readonly<Record<RateLimitedReason, string>> = {
  limit: '',
  queueFull: ' and the queue is full',
  maxWait: ' and the wait too long',
}

markRefusal(RateLimitedError)

/** Refusals come by the thousand: they carry no stack. */
export function rateLimited(
  reason: RateLimitedReason,
  tokens: number,
  retryAfter: number,
): RateLimitedError {
  return withoutStack(() => new RateLimitedError(reason, tokens, retryAfter))
}
