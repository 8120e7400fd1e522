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

/** Tokens that are kept for somebody who has yet to use them. */
export interface Hold {
  readonly tokens: number
  /** Of the bucket, when they were taken. */
  readonly epoch: number
  /** Monotonic ms. */
  readonly until: number
  /** They were not used in time, and are given back. */
  expire(): void
}

/**
 * Who waits for the tokens of a bucket, first come first served, and for whom they are kept. Nothing
 * is taken before its time has come, so one who leaves has cost nothing and everybody behind moves
 * up. No timer: what has come about is found out when somebody asks, and happens at its moment.
 */
export class ClaimQueue {
  readonly #bucket: Bucket
  readonly #claims = new Queue<Claim>()
  /** In the order in which they end: all are kept for equally long. */
  readonly #holds = new Queue<Hold>()
  #tokens = 0
  #latest = -Infinity

  constructor(bucket: Bucket) {
    this.#bucket = bucket
  }

  /** How many wait. */
  get size(): number {
    return this.#claims.size
  }

  /** Tokens that are waited for. */
  get tokens(): number {
    return this.#tokens
  }

  /** Ms until one who comes now would have `tokens`, if everybody uses theirs. */
  delay(now: number, tokens: number): number {
    return this.#bucket.delay(now, this.#tokens + tokens)
  }

  /** Ms until `claim` has its tokens, if everybody uses theirs. */
  delayOf(now: number, claim: Claim): number {
    let behind = 0
    // A delay is asked for most by one who has just come.
    for (const later of this.#claims.backwards()) {
      if (later === claim) break
      behind += later.tokens
    }
    return this.#bucket.delay(now, this.#tokens - behind)
  }

  /** Ms until it is worth looking whether the first has its tokens; Infinity when nobody waits. */
  nextDelay(now: number): number {
    const { first } = this.#claims
    if (first === undefined) return Infinity
    const expiry = this.#holds.first?.until ?? Infinity
    return Math.min(this.#bucket.delay(now, first.tokens), expiry - now)
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

  hold(hold: Hold): void {
    this.#holds.add(hold)
  }

  /** It was used or given back: it will not expire. */
  release(hold: Hold): void {
    this.#holds.delete(hold)
  }

  /** Hands out what has come by `now`, and takes back what was not used, each at its moment. */
  advance(now: number): void {
    for (;;) {
      const { first: hold } = this.#holds
      const dueAt = this.#dueAt(now)
      if (hold !== undefined && hold.until <= Math.min(dueAt, now)) this.#expire(hold)
      else if (dueAt <= now) this.#grantFirst(dueAt)
      else break
    }
    this.#latest = now
  }

  /** When the first had its tokens, if that was by `now`; else Infinity. */
  #dueAt(now: number): number {
    const { first } = this.#claims
    if (first === undefined || this.#bucket.delay(now, first.tokens) > 0) return Infinity
    return Math.min(this.#latest + this.#bucket.delay(this.#latest, first.tokens), now)
  }

  #grantFirst(at: number): void {
    const claim = this.#claims.first as Claim
    this.remove(claim)
    this.#latest = at
    claim.grant(this.#bucket.take(at, claim.tokens), at)
  }

  #expire(hold: Hold): void {
    this.#holds.delete(hold)
    this.#latest = hold.until
    this.#bucket.giveBack(hold.until, hold.epoch, hold.tokens)
    hold.expire()
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
