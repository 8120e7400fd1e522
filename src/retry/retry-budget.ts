import { clockOption, number, optionsOf, TimeWindow } from '../core/index.js'
import type { Clock } from '../core/index.js'

/** Options of a retry budget. */
export interface RetryBudgetOptions {
  /** Retries per call, from 0 to 10. Default 0.2: an outage grows the load by a fifth, not threefold. */
  readonly ratio?: number
  /** Retries a second there are for those who make few calls, at least 0. Default 1. */
  readonly minPerSecond?: number
  /** How long a call earns, and a retry costs: ms from 1,000 to 60,000. Default 10,000. */
  readonly ttl?: number
  /** Default the clock of the runtime. */
  readonly clock?: Clock
}

/**
 * Keeps retries from becoming the outage: of the last `ttl` milliseconds, they are at most `ratio`
 * of the calls, and `minPerSecond`. Share one between all retries towards a dependency.
 */
export interface RetryBudget {
  /** Retries that may be made now, not rounded: 0 or more. */
  readonly balance: number
  /** A first call was made: it earns. */
  deposit(): void
  /** Takes a retry; false when there is none. */
  withdraw(): boolean
}

/**
 * Makes one.
 *
 * @throws TypeError or RangeError naming the option that is wrong
 */
export function createRetryBudget(options: RetryBudgetOptions = {}): RetryBudget {
  return new SlidingBudget(options)
}

class SlidingBudget implements RetryBudget {
  readonly #ratio: number
  readonly #floor: number
  readonly #clock: Clock
  /** The window counts calls as its successes and retries as its failures. */
  readonly #window: TimeWindow

  constructor(options: RetryBudgetOptions) {
    const given = optionsOf('retry budget options', options, [
      'ratio',
      'minPerSecond',
      'ttl',
      'clock',
    ])
    this.#ratio = number('ratio', given.ratio ?? 0.2, { min: 0, max: 10 })
    const ttl = number('ttl', given.ttl ?? 10_000, { min: 1000, max: 60_000 })
    const minPerSecond = number('minPerSecond', given.minPerSecond ?? 1, { min: 0 })
    this.#floor = (minPerSecond * ttl) / 1000
    this.#clock = clockOption(given.clock)
    this.#window = new TimeWindow(ttl)
  }

  get balance(): number {
    this.#window.advance(this.#clock.now())
    const { successes: calls, failures: retries } = this.#window
    return Math.max(0, this.#ratio * calls + this.#floor - retries)
  }

  deposit(): void {
    this.#window.record(this.#clock.now(), 'success', false)
  }

  withdraw(): boolean {
    // A tenth of ten calls is one retry, also when a float says a trifle less.
    if (this.balance < 1 - 1e-9) return false
    this.#window.record(this.#clock.now(), 'failure', false)
    return true
  }
}
