import type { Claim, Hold } from './claim-queue.js'
import type { Reservation } from './rate-limiter.js'

/** What a reservation is asked of and given back to. */
export interface ReservationOwner {
  /** Monotonic ms; hands out what is due by then, and takes back what has expired. */
  now(): number
  toWall(at: number): number
  delayOf(claim: Claim): number
  leave(claim: Claim): boolean
  hold(hold: Hold): void
  /** The tokens were used. */
  useUp(hold: Hold): void
  /** They were given back. */
  giveUp(hold: Hold): void
  expired(tokens: number): void
}

/** Needs no timer: whether its time has come is found out when somebody asks. */
export class TokenReservation implements Reservation, Claim, Hold {
  readonly tokens: number
  readonly since: number
  readonly maxWait: number
  readonly #owner: ReservationOwner
  readonly #holdFor: number
  epoch = 0
  /** Monotonic ms; undefined while it waits. */
  #grantedAt: number | undefined
  #ended: 'used' | 'cancelled' | 'expired' | undefined

  constructor(
    owner: ReservationOwner,
    tokens: number,
    since: number,
    maxWait: number,
    holdFor: number,
  ) {
    this.#owner = owner
    this.tokens = tokens
    this.since = since
    this.maxWait = maxWait
    this.#holdFor = holdFor
  }

  get state(): Reservation['state'] {
    this.#owner.now()
    return this.#ended ?? (this.#grantedAt === undefined ? 'queued' : 'ready')
  }

  get delay(): number | undefined {
    const { state } = this
    if (state === 'cancelled') return undefined
    return state === 'queued' ? this.#owner.delayOf(this) : 0
  }

  get readyAt(): number | undefined {
    const { delay } = this
    if (delay === undefined) return undefined
    return this.#owner.toWall(this.#grantedAt ?? this.#owner.now() + delay)
  }

  get expiresAt(): number | undefined {
    const { readyAt } = this
    return readyAt === undefined ? undefined : readyAt + this.#holdFor
  }

  get until(): number {
    return (this.#grantedAt as number) + this.#holdFor
  }

  use(): boolean {
    if (this.state !== 'ready') return false
    this.#ended = 'used'
    this.#owner.useUp(this)
    return true
  }

  cancel(): boolean {
    const { state } = this
    if (state !== 'queued' && state !== 'ready') return false
    this.#ended = 'cancelled'
    if (state === 'ready') this.#owner.giveUp(this)
    else this.#owner.leave(this)
    return true
  }

  [Symbol.dispose](): void {
    this.cancel()
  }

  grant(epoch: number, at: number): void {
    this.epoch = epoch
    this.#grantedAt = at
    if (this.#holdFor < Infinity) this.#owner.hold(this)
  }

  /** It will get nothing; nobody to throw at. */
  lose(): void {
    this.#ended = 'cancelled'
  }

  expire(): void {
    this.#ended = 'expired'
    this.#owner.expired(this.tokens)
  }
}
