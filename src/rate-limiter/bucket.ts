import { wholeDelay } from '../core/index.js'
import type { Rate } from './rate.js'

/** A share of a token that floats may be wrong by. */
const trifle = 1e-6

/**
 * A token bucket by virtual scheduling: the generic cell rate algorithm (ITU-T I.371, annex A). All
 * it knows is one moment, when it will be full again; no timer fills it, and an idle bucket is the
 * same as a new one. Time is handed in, in monotonic milliseconds.
 *
 * A refund is exact or nothing. What was taken can be given back only as long as the bucket would
 * not have been full without it: a full bucket would have lost the token anyway, and giving it back
 * then would let more than the rate through. So takings that may be given back belong to an epoch,
 * and the epoch ends when the bucket would have been full without them.
 */
export class Bucket {
  #rate: Rate
  #fullAt = -Infinity
  /** Until when a penalty lets no token come. */
  #silentUntil = -Infinity
  #epoch = 0
  /** Tokens taken in this epoch that may still be given back. */
  #returnable = 0

  constructor(rate: Rate) {
    this.#rate = rate
  }

  get burst(): number {
    return this.#rate.burst
  }

  /** Tokens there are, not rounded; below 0 during a penalty. */
  available(now: number): number {
    const { burst, period } = this.#rate
    return burst - Math.max(0, this.#fullAt - now) / period
  }

  /** Ms until `tokens` are there. */
  delay(now: number, tokens: number): number {
    const { burst, period } = this.#rate
    const delay = Math.max(this.#fullAt, now) + (tokens - burst) * period - now
    return delay > period * trifle ? delay : 0
  }

  isFull(now: number): boolean {
    return this.#fullAt <= now
  }

  /**
   * Takes tokens that are there.
   *
   * @returns the epoch to keep or give them back with
   */
  take(now: number, tokens: number): number {
    const { period } = this.#rate
    const missing = Math.max(0, this.#fullAt - now)
    if (this.#returnable * period > missing + period * trifle) this.#endEpoch()
    this.#returnable += tokens
    this.#fullAt = now + missing + tokens * period
    return this.#epoch
  }

  /** Tokens taken in `epoch` were used: they will not come back. */
  keep(epoch: number, tokens: number): void {
    if (epoch === this.#epoch) this.#returnable -= tokens
  }

  /** Gives back tokens taken in `epoch`. */
  giveBack(now: number, epoch: number, tokens: number): void {
    if (epoch !== this.#epoch) return
    this.#fullAt = Math.max(now, this.#fullAt) - tokens * this.#rate.period
    this.#returnable -= tokens
  }

  /** No token comes for `ms`, and none is left: afterwards they come one by one. */
  penalize(now: number, ms: number): void {
    this.#silentUntil = Math.max(this.#silentUntil, now + ms)
    this.#keepSilence()
    this.#endEpoch()
  }

  /**
   * The rate is another one from now on. An empty bucket stays empty, a full one full and a half one
   * half, so that no change, however often, brings a token; and a penalty stays as long as it was.
   */
  change(now: number, rate: Rate): void {
    const missing = 1 - Math.max(0, this.available(now)) / this.#rate.burst
    this.#rate = rate
    this.#fullAt = now + missing * rate.burst * rate.period
    this.#keepSilence()
    this.#endEpoch()
  }

  #keepSilence(): void {
    const { burst, period } = this.#rate
    this.#fullAt = Math.max(this.#fullAt, this.#silentUntil + (burst - 1) * period)
  }

  #endEpoch(): void {
    this.#epoch++
    this.#returnable = 0
  }
}

/** Whole ms, rounded up. Floats: a delay of 300.0000000001 ms is one of 300. */
export function wholeMs(delay: number): number {
  return wholeDelay(Math.round(delay * 1e6) / 1e6)
}
