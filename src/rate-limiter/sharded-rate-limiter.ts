import {
  clockOption,
  integer,
  isRefusal,
  number,
  optionalFunction,
  optionsOf,
  reporter,
  shown,
  untilCallerLeaves,
} from '../core/index.js'
import { Events } from '../layer/events.js'
import { traits } from '../layer/layer.js'
import { callerOf, leaverOf, rejected, start } from '../layer/signal.js'
import { Bucket, wholeMs } from './bucket.js'
import { tokensOf } from './limiter-settings.js'
import { rateLimited } from './rate-limited-error.js'
import { changedRate, rateNames, rateOf } from './rate.js'
import type { Observable } from 'rxjs'
import type { Clock } from '../core/index.js'
import type { Call, Layer, Traits } from '../layer/layer.js'
import type { LimitedCallOptions, RateLimiterEvent } from './rate-limiter.js'
import type { Rate, RateOptions } from './rate.js'

/** Options of a sharded rate limiter. */
export interface ShardedRateLimiterOptions extends RateOptions {
  /** Shards, from 1 to `burst`. Default 8, or `burst` when that is less. */
  readonly shards?: number
  /** Default the clock of the runtime. */
  readonly clock?: Clock
  /** Hears what subscribers throw. Default: `console.error`. */
  readonly onError?: (error: unknown) => void
}

/** The tokens as one key sees them. */
export interface ShardedKey extends Layer {
  /** Takes tokens if they are there. */
  tryAcquire(tokens?: number): boolean
  /**
   * Makes the call for its tokens. A call that was refused further in gives them back.
   *
   * @throws RateLimitedError when there are none
   */
  execute<T>(fn: Call<T>, options?: LimitedCallOptions): Promise<T>
}

/**
 * One rate cut into shards, so that a busy key runs into its own two before it drains the rest. Nobody
 * waits here: a fair queue in front of all shards would be one bucket again.
 */
export interface ShardedRateLimiter {
  /** Whole tokens in each shard. */
  readonly available: readonly number[]
  /**
   * The tokens as `key` sees them: of two shards that are its own, and of all when those are empty.
   *
   * @throws TypeError when it is no string
   */
  get(key: string): ShardedKey
  /** Ms until `tokens` are there. */
  retryAfter(tokens?: number): number
  /**
   * The dependency asked for silence, as with 429: no token comes for `ms`, and then one by one.
   *
   * @param ms - at least 0 and finite
   */
  penalize(ms: number): void
  /**
   * Another rate from now on; what is left out stays as it is.
   *
   * @throws TypeError or RangeError naming what is wrong: also a `burst` below the number of shards
   */
  update(rate: Partial<RateOptions>): void
  /** What was refused, given back, or asked for by `penalize`. */
  readonly events$: Observable<RateLimiterEvent>
}

/**
 * Cuts one rate into shards. Each key takes from the fuller of two shards chosen by its hash (the
 * power of two choices, M. Mitzenmacher, 1996), and from the others only when both are empty: the
 * shards together never grant more than the rate, and nobody is refused while one has a token.
 *
 * @throws TypeError or RangeError naming the option that is wrong
 */
export function createShardedRateLimiter(options: ShardedRateLimiterOptions): ShardedRateLimiter {
  return new Shards(options)
}

/** Tokens taken from one shard. */
interface Part {
  readonly bucket: Bucket
  readonly epoch: number
  readonly tokens: number
}

class Shards implements ShardedRateLimiter {
  #rate: Rate
  readonly #buckets: readonly Bucket[]
  readonly #clock: Required<Clock>
  readonly #events: Events<RateLimiterEvent>

  constructor(options: ShardedRateLimiterOptions) {
    const given = optionsOf('sharded rate limiter options', options, [
      ...rateNames,
      'shards',
      'clock',
      'onError',
    ])
    this.#rate = rateOf(given)
    const { burst } = this.#rate
    const count = integer('shards', given.shards ?? Math.min(8, burst), { min: 1, max: burst })
    this.#buckets = sharesOf(this.#rate, count).map((share) => new Bucket(share))
    this.#clock = clockOption(given.clock)
    this.#events = new Events(reporter(optionalFunction('onError', options.onError)))
  }

  get available(): readonly number[] {
    const now = this.#clock.now()
    return this.#buckets.map((bucket) => wholeTokens(bucket, now))
  }

  get events$(): Observable<RateLimiterEvent> {
    return this.#events.events$
  }

  get(key: string): ShardedKey {
    if (typeof (key as unknown) !== 'string')
      throw new TypeError(`key must be a string, got ${shown(key)}`)
    const order = this.#orderFor(key)
    const refusing: Traits = { aborts: false, holds: false, waits: false }
    const view: ShardedKey & { readonly [traits]: Traits } = {
      [traits]: refusing,
      tryAcquire: (tokens = 1) => {
        const wanted = tokensOf(tokens, this.#rate)
        const parts = this.#take(order, wanted)
        if (parts === undefined) this.#tellRefusal(wanted)
        else this.#keep(parts)
        return parts !== undefined
      },
      execute: (fn, options) => this.#execute(order, fn, options),
    }
    return view
  }

  retryAfter(tokens = 1): number {
    const wanted = tokensOf(tokens, this.#rate)
    const now = this.#clock.now()
    const arrivedBy = (at: number) =>
      this.#buckets.reduce((sum, bucket) => sum + wholeTokens(bucket, at), 0)
    if (arrivedBy(now) >= wanted) return 0
    const full = this.#buckets.map((bucket) => bucket.delay(now, bucket.burst))
    const at = firstMoment(now, now + Math.max(...full), (moment) => arrivedBy(moment) >= wanted)
    // Exactly: when the last of those tokens comes.
    const delays = this.#buckets.map((bucket) => {
      const tokens = wholeTokens(bucket, at)
      return tokens === 0 ? 0 : bucket.delay(now, tokens)
    })
    return wholeMs(Math.max(...delays))
  }

  penalize(ms: number): void {
    const delay = number('ms', ms, { min: 0 })
    const now = this.#clock.now()
    // One after the other, at the pace of the whole.
    this.#buckets.forEach((bucket, index) => {
      bucket.penalize(now, delay + index * this.#rate.period)
    })
    if (this.#events.observed) this.#events.emit({ type: 'penalized', delay })
  }

  update(changes: Partial<RateOptions>): void {
    const rate = changedRate(this.#rate, changes)
    integer('burst', rate.burst, { min: this.#buckets.length })
    const now = this.#clock.now()
    this.#rate = rate
    sharesOf(rate, this.#buckets.length).forEach((share, index) => {
      this.#buckets[index]?.change(now, share)
    })
  }

  #execute<T>(
    order: readonly Bucket[],
    fn: Call<T>,
    options: LimitedCallOptions | undefined,
  ): Promise<T> {
    try {
      const caller = callerOf(fn, options)
      const wanted = tokensOf(options?.tokens ?? 1, this.#rate)
      const parts = this.#take(order, wanted)
      if (parts === undefined) {
        this.#tellRefusal(wanted)
        throw rateLimited('limit', wanted, this.retryAfter(wanted))
      }
      return untilCallerLeaves(start(fn, caller), leaverOf(caller, options)).then(
        (value) => {
          this.#keep(parts)
          return value
        },
        (error: unknown) => {
          if (isRefusal(error)) this.#giveBack(parts, wanted)
          else this.#keep(parts)
          throw error
        },
      )
    } catch (error) {
      return rejected(error)
    }
  }

  /** The two shards of a key, then the others. */
  #orderFor(key: string): readonly Bucket[] {
    const count = this.#buckets.length
    const hash = hashOf(key)
    const first = hash % count
    const second = count === 1 ? first : (first + 1 + ((hash >>> 16) % (count - 1))) % count
    const own = [...new Set([first, second])].map((index) => this.#buckets[index] as Bucket)
    return [...own, ...this.#buckets.filter((bucket) => !own.includes(bucket))]
  }

  /** All of the tokens, or none. */
  #take(order: readonly Bucket[], tokens: number): Part[] | undefined {
    const now = this.#clock.now()
    const [one, other = one] = order as readonly [Bucket, Bucket?]
    const fuller = other.available(now) > one.available(now) ? other : one
    // The usual case.
    if (wholeTokens(fuller, now) >= tokens)
      return [{ bucket: fuller, epoch: fuller.take(now, tokens), tokens }]
    return this.#gather(order, tokens, now)
  }

  /** All of the tokens from several shards, or none. */
  #gather(order: readonly Bucket[], tokens: number, now: number): Part[] | undefined {
    const whole = new Map(order.map((bucket) => [bucket, wholeTokens(bucket, now)]))
    const wholeOf = (bucket: Bucket) => whole.get(bucket) as number
    const sum = order.reduce((total, bucket) => total + wholeOf(bucket), 0)
    if (sum < tokens) return undefined
    const fullestFirst = (buckets: readonly Bucket[]) =>
      [...buckets].sort((one, other) => wholeOf(other) - wholeOf(one))
    const parts: Part[] = []
    let left = tokens
    for (const bucket of [...fullestFirst(order.slice(0, 2)), ...fullestFirst(order.slice(2))]) {
      const share = Math.min(left, wholeOf(bucket))
      if (share === 0) continue
      parts.push({ bucket, epoch: bucket.take(now, share), tokens: share })
      left -= share
    }
    return parts
  }

  #keep(parts: readonly Part[]): void {
    for (const { bucket, epoch, tokens } of parts) bucket.keep(epoch, tokens)
  }

  #giveBack(parts: readonly Part[], tokens: number): void {
    const now = this.#clock.now()
    for (const part of parts) part.bucket.giveBack(now, part.epoch, part.tokens)
    if (this.#events.observed) this.#events.emit({ type: 'refunded', tokens })
  }

  #tellRefusal(tokens: number): void {
    if (!this.#events.observed) return
    const retryAfter = this.retryAfter(tokens)
    this.#events.emit({ type: 'refused', reason: 'limit', tokens, retryAfter })
  }
}

/** A rate, cut into shards that make it up again. */
function sharesOf({ limit, interval, burst }: Rate, count: number): Rate[] {
  return Array.from({ length: count }, (_, index) => {
    const share = Math.floor(burst / count) + (index < burst % count ? 1 : 0)
    return rateOf({ limit: (limit * share) / burst, interval, burst: share })
  })
}

/** Between `before`, when it is not so yet, and `after`, when it is: the first, as near as floats tell. */
function firstMoment(before: number, after: number, isSo: (at: number) => boolean): number {
  const middle = (before + after) / 2
  if (middle <= before || middle >= after) return after
  return isSo(middle) ? firstMoment(before, middle, isSo) : firstMoment(middle, after, isSo)
}

function wholeTokens(bucket: Bucket, now: number): number {
  return Math.max(0, Math.floor(bucket.available(now) + 1e-6))
}

/** FNV-1a, 32 bits (draft-eastlake-fnv), stirred once more: its low bits alone are uneven. */
function hashOf(key: string): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < key.length; i++) hash = Math.imul(hash ^ key.charCodeAt(i), 0x01000193)
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  return (hash ^ (hash >>> 13)) >>> 0
}
