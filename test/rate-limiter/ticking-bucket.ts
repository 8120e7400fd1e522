/** Tokens taken, or waited for. */
export interface Taking {
  readonly tokens: number
  /** Whether they may be given back. */
  readonly isReturnable: boolean
  /** Undefined while they are waited for. */
  at: number | undefined
  /** When they go back unless they were used by then; Infinity when they do not. */
  until: number
  isReturned: boolean
}

/**
 * A token bucket as one would explain it to a child: it ticks once a millisecond, and each `period`
 * ticks are a token. Counts in ticks, so that there are no fractions. Slow, and independent of the
 * one it is compared with.
 */
export class TickingBucket {
  readonly #period: number
  readonly #burst: number
  readonly takings: Taking[] = []
  readonly queue: Taking[] = []
  now = 0
  /** Whether each refund so far gave back all that was taken. */
  isExact = true

  constructor(period: number, burst: number) {
    this.#period = period
    this.#burst = burst
  }

  /** Whole tokens there are; below 0 when they are waited for. */
  get available(): number {
    const waited = this.queue.reduce((sum, { tokens }) => sum + tokens, 0)
    return Math.floor(this.#levelWithout(({ isReturned }) => isReturned) / this.#period) - waited
  }

  /** Takes tokens, now or when they come. */
  take(tokens: number, isReturnable: boolean, holdFor = Infinity): Taking {
    const taking = { tokens, isReturnable, at: undefined, until: holdFor, isReturned: false }
    this.queue.push(taking)
    this.#grant()
    return taking
  }

  /** Whether one who asks now gets them now. */
  has(tokens: number): boolean {
    return this.queue.length === 0 && this.available >= tokens
  }

  tick(): void {
    this.now++
    // Who is late gives back before the next is served, for as long as there is a next.
    for (let late = this.#late(); late !== undefined; late = this.#late()) this.giveBack(late)
    this.#grant()
  }

  /** They were used: they do not go back. */
  use(taking: Taking): void {
    taking.until = Infinity
  }

  giveBack(taking: Taking): void {
    if (taking.at === undefined) this.queue.splice(this.queue.indexOf(taking), 1)
    else {
      if (this.#lostSince(taking.at) > 0) this.isExact = false
      taking.isReturned = true
    }
    this.#grant()
  }

  #grant(): void {
    for (let [first] = this.queue; first !== undefined; [first] = this.queue) {
      const level = this.#levelWithout(({ isReturned }) => isReturned)
      if (first.tokens * this.#period > level) return
      first.at = this.now
      first.until += this.now
      this.takings.push(first)
      this.queue.shift()
    }
  }

  #late(): Taking | undefined {
    return this.takings.find(({ until, isReturned }) => until <= this.now && !isReturned)
  }

  #levelWithout(isLeftOut: (taking: Taking) => boolean): number {
    return this.#replay(isLeftOut, Infinity).level
  }

  /** Ticks that a bucket from which nobody took what may be given back would have lost since `at`. */
  #lostSince(at: number): number {
    return this.#replay(({ isReturnable }) => isReturnable, at).lost
  }

  #replay(isLeftOut: (taking: Taking) => boolean, lostFrom: number) {
    const full = this.#burst * this.#period
    let level = full
    let lost = 0
    let last = 0
    const refill = (at: number) => {
      const filled = level + at - last
      // What ran over after `lostFrom`.
      if (at > lostFrom) lost += Math.max(0, Math.min(filled - full, at - lostFrom))
      level = Math.min(full, filled)
      last = at
    }
    for (const taking of this.takings) {
      if (isLeftOut(taking)) continue
      refill(taking.at as number)
      level -= taking.tokens * this.#period
    }
    refill(this.now)
    return { level, lost }
  }
}
