import { Queue } from '../layer/queue.js'
import type { Bucket } from './bucket.js'

/** Somebody who waits for tokens. */
export interface Claim {
  readonly tokens: number
  /** Since when, monotonic ms. */
  readonly since: number
  /** How long at most, in ms. */
  readonly maxWait: number
  /** It has its tokens, since `at`. */
  grant(epoch: number, at: number): void
  /** It will get nothing. */
  lose(error: Error): void
}

/**
 * Who waits for the tokens of a bucket, first come first served. Nothing is taken before its time
 * has come, so one who leaves has cost nothing and everybody behind moves up.
 */
export class ClaimQueue {
  readonly #bucket: Bucket
  readonly #claims = new Queue<Claim>()
  #tokens = 0
  #latest = -Infinity

  constructor(bucket: Bucket) {
    this.#bucket = bucket
  }

  get size(): number {
    return this.#claims.size
  }

  /** Tokens that are waited for. */
  get tokens(): number {
    return this.#tokens
  }

  /** Ms until one who comes now would have `tokens`. */
  delay(now: number, tokens: number): number {
    return this.#bucket.delay(now, this.#tokens + tokens)
  }

  /** Ms until `claim` has its tokens. */
  delayOf(now: number, claim: Claim): number {
    let behind = 0
    // A delay is asked for most by one who has just come.
    for (const later of this.#claims.backwards()) {
      if (later === claim) break
      behind += later.tokens
    }
    return this.#bucket.delay(now, this.#tokens - behind)
  }

  /** Ms until the first has its tokens; Infinity when nobody waits. */
  nextDelay(now: number): number {
    const { first } = this.#claims
    return first === undefined ? Infinity : this.#bucket.delay(now, first.tokens)
  }

  add(claim: Claim): void {
    this.#claims.add(claim)
    this.#tokens += claim.tokens
  }

  /** False when it was not waiting. */
  remove(claim: Claim): boolean {
    if (!this.#claims.delete(claim)) return false
    this.#tokens -= claim.tokens
    return true
  }

  /** Hands out what has come by `now`, at the moment at which it came. */
  advance(now: number): void {
    for (let claim = this.#claims.first; claim !== undefined; claim = this.#claims.first) {
      if (this.#bucket.delay(now, claim.tokens) > 0) break
      const at = Math.min(this.#latest + this.#bucket.delay(this.#latest, claim.tokens), now)
      this.remove(claim)
      claim.grant(this.#bucket.take(at, claim.tokens), at)
      this.#latest = at
    }
    this.#latest = now
  }

  /** Takes out and returns whoever waits, or will have waited too long. */
  removeAll(which: (claim: Claim, waited: number) => boolean, now: number): Claim[] {
    const removed: Claim[] = []
    let ahead = 0
    for (const claim of this.#claims) {
      const delay = this.#bucket.delay(now, ahead + claim.tokens)
      if (which(claim, now + delay - claim.since)) removed.push(claim)
      else ahead += claim.tokens
    }
    for (const claim of removed) this.remove(claim)
    return removed
  }
}
