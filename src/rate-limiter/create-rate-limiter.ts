import { LimiterSettings } from './limiter-settings.js'
import { TokenLimiter } from './token-limiter.js'
import type { RateLimiter, RateLimiterOptions } from './rate-limiter.js'
import type { RateOptions } from './rate.js'

/**
 * Makes a limiter for one dependency.
 *
 * @throws TypeError or RangeError naming the option that is wrong
 */
export function createRateLimiter(options: RateLimiterOptions): RateLimiter {
  return new SingleLimiter(new LimiterSettings(options))
}

class SingleLimiter extends TokenLimiter implements RateLimiter {
  readonly #settings: LimiterSettings

  constructor(settings: LimiterSettings) {
    super(settings)
    this.#settings = settings
  }

  get limit(): number {
    return this.#settings.rate.limit
  }

  get interval(): number {
    return this.#settings.rate.interval
  }

  get burst(): number {
    return this.#settings.rate.burst
  }

  update(rate: Partial<RateOptions>): void {
    const now = this.now()
    this.#settings.update(rate)
    this.rateChanged(now)
  }
}
