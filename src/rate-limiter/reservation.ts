import type { Claim } from './claim-queue.js'
import type { Reservation } from './rate-limiter.js'

/** What a reservation is asked of and given back to. */
export interface ReservationOwner {
  /** Monotonic ms; hands out what is due by then. */
  now(): number
  toWall(at: number): number
  delayOf(claim: Claim): number
  leave(claim: Claim): boolean
  keep(epoch: number, tokens: number): void
  giveBack(epoch: number, tokens: number): void
}

/** Needs no timer: whether its time has come is found out when somebody asks. */
export class TokenReservation implements Reservation, Claim {
  readonly tokens: number
  readonly since: number
  readonly maxWait: number
  readonly #owner: ReservationOwner
  readonly #holdFor: number
  #epoch = 0
  /** Monotonic ms; undefined while it waits. */
  #grantedAt: number | undefined
  #ended: 'used' | 'cancelled' | undefined

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
    const now = this.#owner.now()
    if (this.#ended !== undefined) return this.#ended
    if (this.#grantedAt === undefined) return 'queued'
    return now < this.#grantedAt + this.#holdFor ? 'ready' : 'expired'
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

  use(): boolean {
    if (this.state !== 'ready') return false
    this.#ended = 'used'
    this.#owner.keep(this.#epoch, this.tokens)
    return true
  }

  cancel(): boolean {
    const { state } = this
    if (state !== 'queued' && state !== 'ready') return false
    this.#ended = 'cancelled'
    if (state === 'ready') this.#owner.giveBack(this.#epoch, this.tokens)
    else this.#owner.leave(this)
    return true
  }

  [Symbol.dispose](): void {
    this.cancel()
  }

  grant(epoch: number, at: number): void {
    this.#epoch = epoch
    this.#grantedAt = at
  }

  /** It will get nothing; nobody to throw at. */
  lose(): void {
    this.#ended = 'cancelled'
  }
}
