import { isRefusal, number, onAbort, untilCallerLeaves } from '../core/index.js'
import { Alarm } from '../layer/alarm.js'
import { traits } from '../layer/layer.js'
import { callerOf, leaverOf, rejected, start } from '../layer/signal.js'
import { Bucket, wholeMs } from './bucket.js'
import { ClaimQueue } from './claim-queue.js'
import { maxWaitOf, tokensOf } from './limiter-settings.js'
import { rateLimited } from './rate-limited-error.js'
import { TokenReservation } from './reservation.js'
import type { Observable, Subscription } from 'rxjs'
import type { Call, Traits } from '../layer/layer.js'
import type { Claim, Hold } from './claim-queue.js'
import type { LimiterSettings } from './limiter-settings.js'
import type { RateLimitedReason } from './rate-limited-error.js'
import type {
  AcquireOptions,
  KeyLimiter,
  LimitedCallOptions,
  RateLimiterEvent,
  Reservation,
} from './rate-limiter.js'
import type { ReservationOwner } from './reservation.js'

/** The tokens of one key: a bucket, and while somebody waits for it, a queue and a timer. */
export class TokenLimiter implements KeyLimiter, ReservationOwner {
  readonly [traits]: Traits
  readonly #settings: LimiterSettings
  readonly #bucket: Bucket
  #queue: ClaimQueue | undefined
  /** Callers among the waiting: they must be woken, reservations are asked for. */
  #sleepers = 0
  #alarm: Alarm | undefined
  #circuit: Subscription | undefined

  constructor(settings: LimiterSettings) {
    this[traits] = settings.traits
    this.#settings = settings
    this.#bucket = new Bucket(settings.rate)
  }

  get available(): number {
    const now = this.#advance()
    return Math.floor(this.#bucket.available(now) + 1e-6) - (this.#queue?.tokens ?? 0)
  }

  get queued(): number {
    this.#advance()
    return this.#queue?.size ?? 0
  }

  get events$(): Observable<RateLimiterEvent> {
    return this.#settings.events.events$
  }

  /** Whether a new one in its place would do the same. */
  isIdle(now: number): boolean {
    return this.#bucket.isFull(now) && (this.#queue?.size ?? 0) === 0
  }

  // ── Taking ───────────────────────────────────────────────────────────────────────────────────

  tryAcquire(tokens = 1): boolean {
    const wanted = tokensOf(tokens, this.#settings.rate)
    const epoch = this.#take(this.#advance(), wanted)
    if (epoch === undefined) {
      this.#tellRefusal('limit', wanted)
      return false
    }
    this.#bucket.keep(epoch, wanted)
    return true
  }

  async acquire(tokens = 1, options: AcquireOptions = {}): Promise<void> {
    const wanted = tokensOf(tokens, this.#settings.rate)
    const maxWait = maxWaitOf(options.maxWait ?? this.#settings.maxWait)
    const now = this.#advance()
    const caller = callerOf(noCall, options)
    const epoch = this.#take(now, wanted) ?? (await this.#wait(now, wanted, maxWait, caller))
    this.#assertWanted(epoch, wanted, caller)
    this.#bucket.keep(epoch, wanted)
  }

  reserve(tokens = 1, options: Pick<AcquireOptions, 'maxWait'> = {}): Reservation | undefined {
    const wanted = tokensOf(tokens, this.#settings.rate)
    const maxWait = maxWaitOf(options.maxWait ?? this.#settings.maxWait)
    const now = this.#advance()
    const reservation = new TokenReservation(this, wanted, now, maxWait, this.#settings.holdFor)
    const epoch = this.#take(now, wanted)
    if (epoch !== undefined) {
      reservation.grant(epoch, now)
      return reservation
    }
    const full = this.#isFull(now, wanted, maxWait)
    if (full !== undefined) {
      this.#tellRefusal(full, wanted)
      return undefined
    }
    this.#enqueue(now, reservation)
    return reservation
  }

  retryAfter(tokens = 1): number {
    const wanted = tokensOf(tokens, this.#settings.rate)
    return this.#delay(this.#advance(), wanted)
  }

  execute<T>(fn: Call<T>, options?: LimitedCallOptions): Promise<T> {
    try {
      const wanted =
        options?.tokens === undefined ? 1 : tokensOf(options.tokens, this.#settings.rate)
      // Somebody who is told of what is handed out may make this caller leave.
      const now = this.#advance()
      const caller = callerOf(fn, options)
      const leaver = leaverOf(caller, options)
      const epoch = this.#take(now, wanted)
      if (epoch !== undefined) return this.#run(fn, caller, leaver, epoch, wanted)
      if (!this.#settings.waits) throw this.#refusal('limit', wanted)
      return this.#wait(now, wanted, this.#settings.maxWait, caller).then((later) => {
        this.#assertWanted(later, wanted, caller)
        return this.#run(fn, caller, leaver, later, wanted)
      })
    } catch (error) {
      return rejected(error)
    }
  }

  #run<T>(
    fn: Call<T>,
    caller: AbortSignal | undefined,
    leaver: AbortSignal | undefined,
    epoch: number,
    tokens: number,
  ): Promise<T> {
    return untilCallerLeaves(start(fn, caller), leaver).then(
      (value) => {
        this.#bucket.keep(epoch, tokens)
        return value
      },
      (error: unknown) => {
        if (isRefusal(error)) this.giveBack(epoch, tokens)
        else this.#bucket.keep(epoch, tokens)
        throw error
      },
    )
  }

  /** The epoch of the tokens, or undefined: they are not there, or others wait for them. */
  #take(now: number, tokens: number): number | undefined {
    if (this.#queue !== undefined && this.#queue.size > 0) return undefined
    return this.#bucket.delay(now, tokens) > 0 ? undefined : this.#bucket.take(now, tokens)
  }

  // ── Waiting ──────────────────────────────────────────────────────────────────────────────────

  async #wait(
    now: number,
    tokens: number,
    maxWait: number,
    caller: AbortSignal | undefined,
  ): Promise<number> {
    const full = this.#isFull(now, tokens, maxWait)
    if (full !== undefined) throw this.#refusal(full, tokens)
    return new Promise<number>((resolve, reject) => {
      const end = () => {
        this.#sleepers--
        leave()
      }
      const claim: Claim = {
        tokens,
        since: now,
        maxWait,
        grant: (epoch, at) => {
          end()
          resolve(epoch)
          this.#tell({ type: 'granted', tokens, waited: at - now })
        },
        lose: (error) => {
          end()
          reject(error)
        },
      }
      const leave = onAbort(caller, () => {
        // What the queue has already granted is not given up here.
        this.#advance()
        if (!this.leave(claim)) return
        end()
        // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- the caller's reason, untouched
        reject(caller?.reason)
      })
      this.#sleepers++
      this.#enqueue(now, claim)
    })
  }

  /** The caller may have left between the grant and its hearing of it. */
  #assertWanted(epoch: number, tokens: number, caller: AbortSignal | undefined): void {
    if (caller?.aborted !== true) return
    this.giveBack(epoch, tokens)
    throw caller.reason
  }

  /** Why nobody more may wait; undefined when one may. */
  #isFull(now: number, tokens: number, maxWait: number): RateLimitedReason | undefined {
    if ((this.#queue?.size ?? 0) >= this.#settings.maxQueue) return 'queueFull'
    return this.#delay(now, tokens) > maxWait ? 'maxWait' : undefined
  }

  #enqueue(now: number, claim: Claim): void {
    const queue = this.#claims()
    queue.advance(now)
    queue.add(claim)
    this.#tell({ type: 'queued', tokens: claim.tokens, delay: wholeMs(queue.delay(now, 0)) })
    this.#watch()
    if (this.#alarm === undefined) this.#rearm(now)
  }

  /** A claim leaves the queue; those behind it move up. False when it was not waiting. */
  leave(claim: Claim): boolean {
    if (this.#queue?.remove(claim) !== true) return false
    this.#tell({ type: 'left', tokens: claim.tokens })
    this.#settle(this.#advance())
    return true
  }

  giveBack(epoch: number, tokens: number): void {
    const now = this.#advance()
    this.#bucket.giveBack(now, epoch, tokens)
    this.#tell({ type: 'refunded', tokens })
    this.#settle(now)
  }

  hold(hold: Hold): void {
    this.#claims().hold(hold)
  }

  useUp(hold: Hold): void {
    this.#queue?.release(hold)
    this.#bucket.keep(hold.epoch, hold.tokens)
  }

  giveUp(hold: Hold): void {
    this.#queue?.release(hold)
    this.giveBack(hold.epoch, hold.tokens)
  }

  expired(tokens: number): void {
    this.#tell({ type: 'expired', tokens })
  }

  delayOf(claim: Claim): number {
    const now = this.#advance()
    return wholeMs(this.#queue?.delayOf(now, claim) ?? 0)
  }

  now(): number {
    return this.#advance()
  }

  toWall(at: number): number {
    const { clock } = this.#settings
    return at - clock.now() + clock.wall()
  }

  /** Hands out what is due by now, and takes back what has expired. */
  #advance(): number {
    const now = this.#settings.clock.now()
    if (this.#queue !== undefined) {
      const { size } = this.#queue
      this.#queue.advance(now)
      if (size > 0 && this.#queue.size === 0) this.#settle(now)
    }
    return now
  }

  #claims(): ClaimQueue {
    return (this.#queue ??= new ClaimQueue(this.#bucket))
  }

  /** The order of things has changed: somebody may be due sooner, or nobody wait any longer. */
  #settle(now: number): void {
    this.#queue?.advance(now)
    this.#rearm(now)
    if (this.#queue?.size === 0) this.#unwatch()
  }

  #rearm(now: number): void {
    this.#alarm?.clear()
    this.#alarm = undefined
    // Reservations are asked for, but the circuit must not be listened to for ever.
    const isAwaited = this.#sleepers > 0 || this.#circuit !== undefined
    if (!isAwaited || this.#queue === undefined || this.#queue.size === 0) return
    this.#alarm = new Alarm(this.#settings.clock, this.#queue.nextDelay(now), () => {
      this.#settle(this.#advance())
    })
  }

  // ── The circuit further in ───────────────────────────────────────────────────────────────────

  #watch(): void {
    const { circuit } = this.#settings
    if (circuit === undefined || this.#circuit !== undefined) return
    // What it is already is no news: its break may be over, and the next call its probe.
    let isNews = false
    this.#circuit = circuit.state$.subscribe({
      next: (state) => {
        if (!isNews || (state !== 'open' && state !== 'isolated')) return
        const error = circuit.rejection()
        if (error !== undefined) this.#releaseAll(error)
      },
      error: () => undefined,
    })
    isNews = true
  }

  #unwatch(): void {
    this.#circuit?.unsubscribe()
    this.#circuit = undefined
  }

  #releaseAll(error: Error): void {
    const now = this.#advance()
    for (const claim of this.#queue?.removeAll(() => true, now) ?? []) {
      claim.lose(error)
      this.#tell({ type: 'released', tokens: claim.tokens })
    }
    this.#settle(now)
  }

  // ── Another pace ─────────────────────────────────────────────────────────────────────────────

  penalize(ms: number): void {
    const delay = number('ms', ms, { min: 0 })
    const now = this.#advance()
    this.#bucket.penalize(now, delay)
    this.#tell({ type: 'penalized', delay })
    this.#dropLate(now)
  }

  /** The settings have another rate since `now`. */
  rateChanged(now: number): void {
    const { rate } = this.#settings
    this.#bucket.change(now, rate)
    for (const claim of this.#queue?.removeAll(({ tokens }) => tokens > rate.burst, now) ?? []) {
      claim.lose(
        new RangeError(
          `tokens must be at most ${String(rate.burst)}, the burst of the new rate, got ${String(claim.tokens)}`,
        ),
      )
    }
    this.#dropLate(now)
  }

  /** Refuses those who by now would wait longer than they may. */
  #dropLate(now: number): void {
    const late = this.#queue?.removeAll(({ maxWait }, waited) => waited > maxWait, now) ?? []
    for (const claim of late) claim.lose(this.#refusal('maxWait', claim.tokens))
    this.#settle(now)
  }

  // ── Telling ──────────────────────────────────────────────────────────────────────────────────

  #delay(now: number, tokens: number): number {
    return wholeMs(this.#queue?.delay(now, tokens) ?? this.#bucket.delay(now, tokens))
  }

  #refusal(reason: RateLimitedReason, tokens: number): Error {
    this.#tellRefusal(reason, tokens)
    return rateLimited(reason, tokens, this.#delay(this.#settings.clock.now(), tokens))
  }

  #tellRefusal(reason: RateLimitedReason, tokens: number): void {
    const { events, clock } = this.#settings
    if (!events.observed) return
    events.emit({ type: 'refused', reason, tokens, retryAfter: this.#delay(clock.now(), tokens) })
  }

  #tell(event: RateLimiterEvent): void {
    if (this.#settings.events.observed) this.#settings.events.emit(event)
  }
}

function noCall(): void {
  // `acquire` has a caller but no call.
}
