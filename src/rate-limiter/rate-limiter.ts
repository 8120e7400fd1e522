import type { Observable } from 'rxjs'
import type { CircuitState, Clock } from '../core/index.js'
import type { Call, CallOptions, Layer } from '../layer/layer.js'
import type { RateLimitedReason } from './rate-limited-error.js'
import type { RateOptions } from './rate.js'

/** Options of a rate limiter. Every duration is in milliseconds. */
export interface RateLimiterOptions extends RateOptions {
  /**
   * What `execute` does without a token: `refuse` (default) at once, or `wait` for it. A queue
   * nobody asked for hides an overload.
   */
  readonly whenEmpty?: 'refuse' | 'wait'
  /** Callers and reservations that may wait, at least 0. Default 1,000. */
  readonly maxQueue?: number
  /** How long one may wait, at least 0; who would wait longer is refused at once. Default Infinity. */
  readonly maxWait?: number
  /**
   * How long a reservation keeps its tokens once they are there, above 0. Default 10,000: not so
   * long that forgotten ones take much of the rate.
   */
  readonly holdFor?: number
  /**
   * The breaker further in: when it opens or is isolated, whoever waits gets its error at once, as
   * the call would have got it. Listened to only while somebody waits. Leave it out for a breaker in
   * shadow mode, which rejects nothing.
   */
  readonly circuit?: Circuit
  /** Default the clock of the runtime. */
  readonly clock?: Clock
  /** Hears what subscribers throw. Default: `console.error`. */
  readonly onError?: (error: unknown) => void
}

/** What a limiter asks of a breaker. */
export interface Circuit {
  readonly state$: Observable<CircuitState>
  /** The error of a call that it would reject now; undefined when it would not. */
  rejection(): Error | undefined
}

/** Options of one call through a limiter. */
export interface LimitedCallOptions extends CallOptions {
  /** Tokens it costs: an integer from 1 to `burst`. Default 1. */
  readonly tokens?: number
}

/** Options of one wait for tokens. */
export interface AcquireOptions {
  /** Ends the wait. */
  readonly signal?: AbortSignal | undefined
  /** How long at most, in ms. Default that of the limiter. */
  readonly maxWait?: number
}

/** The tokens of one key, or of all. Asking for more tokens than `burst` throws RangeError. */
export interface KeyLimiter extends Layer {
  /** Whole tokens there are now; below 0 when that many are waited for. */
  readonly available: number
  /** Callers and reservations that wait. */
  readonly queued: number
  /** Takes tokens if they are there and nobody waits for them. */
  tryAcquire(tokens?: number): boolean
  /**
   * Waits for tokens, first come first served.
   *
   * @throws RateLimitedError when the queue is full or the wait would be too long; the reason of the
   * signal when it aborts; the error of the circuit when that opens
   */
  acquire(tokens?: number, options?: AcquireOptions): Promise<void>
  /**
   * Tokens for now or a moment to come; undefined when the queue is full or the wait would be too
   * long, which takes nothing.
   *
   * @param options - `maxWait`: ms, default that of the limiter
   */
  reserve(tokens?: number, options?: Pick<AcquireOptions, 'maxWait'>): Reservation | undefined
  /** Ms until one who comes now would have `tokens`; `acquire` sleeps as long, and keeps the place. */
  retryAfter(tokens?: number): number
  /**
   * The dependency asked for silence, as with 429: no token comes for `ms`, and then one by one.
   *
   * @param ms - at least 0 and finite
   */
  penalize(ms: number): void
  /**
   * Makes the call for its tokens. A call that was refused further in gives them back.
   *
   * @throws RateLimitedError when there are none, or they do not come
   */
  execute<T>(fn: Call<T>, options?: LimitedCallOptions): Promise<T>
  /** What did not pass at once. */
  readonly events$: Observable<RateLimiterEvent>
}

/** A rate limiter: a token bucket. Made by `createRateLimiter`. */
export interface RateLimiter extends KeyLimiter {
  /** Tokens in an interval. */
  readonly limit: number
  /** Ms. */
  readonly interval: number
  /** Tokens that can be saved up. */
  readonly burst: number
  /**
   * Another rate from now on; what is left out stays as it is. Who waits for more than the new
   * `burst` is refused with RangeError.
   */
  update(rate: Partial<RateOptions>): void
}

/** Tokens for now or a moment to come. Disposing of it cancels it. */
export interface Reservation extends Disposable {
  readonly tokens: number
  /** `queued` until the tokens are there, `ready` for as long as they are kept. */
  readonly state: 'queued' | 'ready' | 'used' | 'cancelled' | 'expired'
  /** Ms until they are there: 0 once they are, undefined when they never will be. */
  readonly delay: number | undefined
  /**
   * Epoch ms when they are there; sooner when others leave, or do not use theirs. Undefined when
   * they never will be.
   */
  readonly readyAt: number | undefined
  /** Epoch ms until they are kept. Undefined when they never will be there. */
  readonly expiresAt: number | undefined
  /** Takes the tokens: true once, when they are there. Unused ones go back when they expire. */
  use(): boolean
  /** Gives them back, and those behind move up. False when it had ended already. */
  cancel(): boolean
}

/** What a limiter did about a call or reservation that did not pass at once. Times are in ms. */
export type RateLimiterEvent =
  | {
      readonly type: 'refused'
      readonly reason: RateLimitedReason
      readonly tokens: number
      readonly retryAfter: number
    }
  | { readonly type: 'queued'; readonly tokens: number; readonly delay: number }
  | { readonly type: 'granted'; readonly tokens: number; readonly waited: number }
  /** The circuit opened while it waited. */
  | { readonly type: 'released'; readonly tokens: number }
  /** The caller left the queue. */
  | { readonly type: 'left'; readonly tokens: number }
  /** The call was refused further in, or a reservation cancelled. */
  | { readonly type: 'refunded'; readonly tokens: number }
  /** A reservation was not used in time. Its tokens came back. */
  | { readonly type: 'expired'; readonly tokens: number }
  | { readonly type: 'penalized'; readonly delay: number }
