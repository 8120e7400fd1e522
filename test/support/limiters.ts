import { createRateLimiter } from 'recloser/rate-limiter'
import { createFakeClock } from 'recloser/testing'
import { eventsOf } from './layers.js'
import type { RateLimiter, RateLimiterEvent, RateLimiterOptions } from 'recloser/rate-limiter'
import type { FakeClock } from 'recloser/testing'

/** A limiter on a fake clock at 0, and what it said. */
export interface LimiterRig {
  readonly limiter: RateLimiter
  readonly clock: FakeClock
  readonly events: RateLimiterEvent[]
  /** What went to `onError`. */
  readonly reported: unknown[]
}

export function createLimiter(
  options: RateLimiterOptions,
  clock: FakeClock = createFakeClock(),
): LimiterRig {
  const reported: unknown[] = []
  const limiter = createRateLimiter({
    clock,
    onError: (error) => reported.push(error),
    ...options,
  })
  return { limiter, clock, reported, events: eventsOf(limiter.events$) }
}

/** Tokens that come one by one: one each `ms`, none saved up. */
export function onePer(ms: number): RateLimiterOptions {
  return { limit: 1, interval: ms, burst: 1 }
}

/** The wait of `n` reservations of one token each, made at once. */
export function waitsOf(limiter: RateLimiter, n: number): (number | undefined)[] {
  return Array.from({ length: n }, () => limiter.reserve()?.delay)
}
