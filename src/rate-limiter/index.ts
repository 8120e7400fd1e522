export { createKeyedRateLimiter } from './keyed-rate-limiter.js'
export { createRateLimiter } from './create-rate-limiter.js'
export { RateLimitedError } from './rate-limited-error.js'
export { createShardedRateLimiter } from './sharded-rate-limiter.js'
export type { KeyedRateLimiter } from './keyed-rate-limiter.js'
export type { RateLimitedReason } from './rate-limited-error.js'
export type {
  AcquireOptions,
  Circuit,
  KeyLimiter,
  LimitedCallOptions,
  RateLimiter,
  RateLimiterEvent,
  RateLimiterOptions,
  Reservation,
} from './rate-limiter.js'
export type { RateOptions } from './rate.js'
export type {
  ShardedKey,
  ShardedRateLimiter,
  ShardedRateLimiterOptions,
} from './sharded-rate-limiter.js'
