import { LimiterSettings } from './limiter-settings.js'
import { traits } from '../layer/layer.js'
import { TokenLimiter } from './token-limiter.js'
import type { Observable } from 'rxjs'
import type { Call, Traits } from '../layer/layer.js'
import type {
  AcquireOptions,
  KeyLimiter,
  LimitedCallOptions,
  RateLimiterEvent,
  RateLimiterOptions,
  Reservation,
} from './rate-limiter.js'
import type { RateOptions } from './rate.js'

/** The same rate for each of many keys: users, tenants, hosts. */
export interface KeyedRateLimiter<K> {
  /** Keys that are remembered. One whose bucket is full again is forgotten: a new one is the same. */
  readonly size: number
  /** The tokens of one key. Remembers nothing, and may be kept or asked for each time. */
  get(key: K): KeyLimiter
  /** Another rate for all keys from now on; looks at each of them once. */
  update(rate: Partial<RateOptions>): void
}

/**
 * Makes a limiter per key, each with the rate of `options`.
 *
 * @throws TypeError or RangeError naming the option that is wrong
 */
export function createKeyedRateLimiter<K = string>(
  options: RateLimiterOptions,
): KeyedRateLimiter<K> {
  return new TokenLimiters<K>(new LimiterSettings(options))
}

class TokenLimiters<K> implements KeyedRateLimiter<K> {
  readonly #settings: LimiterSettings
  readonly #limiters = new Map<K, TokenLimiter>()
  /** Goes round and round, two keys a step. */
  #sweep: Iterator<[K, TokenLimiter]> = this.#limiters.entries()

  constructor(settings: LimiterSettings) {
    this.#settings = settings
  }

  get size(): number {
    return this.#limiters.size
  }

  get(key: K): KeyLimiter {
    return new KeyView(this.#settings, () => this.#limiterOf(key))
  }

  update(rate: Partial<RateOptions>): void {
    for (const limiter of this.#limiters.values()) limiter.now()
    this.#settings.update(rate)
    const now = this.#settings.clock.now()
    for (const limiter of this.#limiters.values()) limiter.rateChanged(now)
  }

  #limiterOf(key: K): TokenLimiter {
    let limiter = this.#limiters.get(key)
    if (limiter === undefined) {
      // Each new key may cost two old ones: the map does not outgrow the keys in use.
      this.#forgetIdle()
      this.#forgetIdle()
      limiter = new TokenLimiter(this.#settings)
      this.#limiters.set(key, limiter)
    }
    return limiter
  }

  /** Looks at the next key, and forgets it when its bucket is as good as new. */
  #forgetIdle(): void {
    const next = this.#sweep.next()
    if (next.done === true) {
      this.#sweep = this.#limiters.entries()
      return
    }
    const [key, limiter] = next.value
    if (limiter.isIdle(this.#settings.clock.now())) this.#limiters.delete(key)
  }
}

/** One key. Looks its limiter up each time, for it may have been forgotten and made anew. */
class KeyView implements KeyLimiter {
  readonly [traits]: Traits
  readonly #settings: LimiterSettings
  readonly #limiter: () => TokenLimiter

  constructor(settings: LimiterSettings, limiter: () => TokenLimiter) {
    this[traits] = settings.traits
    this.#settings = settings
    this.#limiter = limiter
  }

  get available(): number {
    return this.#limiter().available
  }

  get queued(): number {
    return this.#limiter().queued
  }

  get events$(): Observable<RateLimiterEvent> {
    return this.#settings.events.events$
  }

  tryAcquire(tokens?: number): boolean {
    return this.#limiter().tryAcquire(tokens)
  }

  acquire(tokens?: number, options?: AcquireOptions): Promise<void> {
    return this.#limiter().acquire(tokens, options)
  }

  reserve(tokens?: number, options?: Pick<AcquireOptions, 'maxWait'>): Reservation | undefined {
    return this.#limiter().reserve(tokens, options)
  }

  retryAfter(tokens?: number): number {
    return this.#limiter().retryAfter(tokens)
  }

  penalize(ms: number): void {
    this.#limiter().penalize(ms)
  }

  execute<T>(fn: Call<T>, options?: LimitedCallOptions): Promise<T> {
    return this.#limiter().execute(fn, options)
  }
}
