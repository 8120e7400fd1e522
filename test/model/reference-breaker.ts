import type { BreakContext, CircuitState, Health, OutcomeKind, TransitionCause } from 'recloser'
import type { RuleAnswer, TracedOptions } from './trace.js'

/** What ended: an outcome and what came with it. Errors are told apart by name and message. */
export interface End {
  readonly kind: OutcomeKind
  readonly refused: boolean
  /** The value was returned, and judged a failure. */
  readonly returned: boolean
  readonly error: { readonly name: string; readonly message: string } | undefined
  readonly hint: number | undefined
}

/** A call that was let through. */
export interface Admitted {
  readonly probe: boolean
  readonly startedAt: number | undefined
  readonly epoch: number
  /** Which of the breakers that were restored one from the other let it through. */
  readonly life: number
  /** False in shadow of a broken circuit, or when disabled. */
  readonly counts: boolean
  /** The breaker has told it to stop. */
  aborted: boolean
}

export interface ReferenceHold {
  readonly reason: string
  readonly since: number
  readonly until: number
}

export interface ReferenceTransition {
  readonly from: CircuitState
  readonly to: CircuitState
  readonly at: number
  readonly cause: TransitionCause
  readonly health: Health
  readonly breakDuration: number | undefined
  readonly consecutiveBreaks: number
  readonly error: string | undefined
}

export type Heard =
  | { readonly on: 'transitions'; readonly transition: ReferenceTransition }
  | {
      readonly on: 'outcomes'
      readonly kind: OutcomeKind
      readonly slow: boolean
      readonly probe: boolean
      readonly stale: boolean
    }
  | {
      readonly on: 'rejections'
      readonly state: CircuitState
      readonly retryAfter: number | undefined
    }
  | { readonly on: 'aborts'; readonly call: Admitted }

/** What the breaker asks of its surroundings. */
export interface Surroundings {
  /** The rule for the break duration. */
  ask(
    context: Omit<BreakContext, 'random' | 'lastError'> & { lastError: string | undefined },
  ): RuleAnswer['returns']
  hears(channel: Heard['on']): boolean
  /** May throw. */
  hear(heard: Heard): void
}

interface Counted {
  readonly at: number
  readonly kind: OutcomeKind
  readonly slow: boolean
  readonly name: string
}

interface Streaks {
  readonly consecutiveFailures: number
  readonly consecutiveSuccesses: number
}

const nothing = figures([], [])

/**
 * The rules of the breaker, written down once more without regard to speed: every outcome of an epoch
 * is kept, and every figure is counted anew from the list. Knows nothing of charts, timers or rings.
 */
export class ReferenceBreaker {
  now = 0
  state: CircuitState = 'closed'
  enteredAt = 0
  history: ReferenceTransition[] = []
  /** Every transition there was, and how often a probe began. */
  readonly all: ReferenceTransition[] = []
  probed = 0
  holds: ReferenceHold[] = []
  consecutiveBreaks = 0
  totals = { successes: 0, failures: 0, slow: 0, ignored: 0, rejected: 0, stale: 0 }
  lastError: string | undefined
  /** The error that broke the circuit. */
  failure: string | undefined
  /** How often a callback was reported to `onError`. */
  reports = 0
  /** What the last call that was rejected heard. */
  refused: { readonly state: CircuitState; readonly retryAfter: number | undefined } = {
    state: 'closed',
    retryAfter: 0,
  }

  readonly #options: TracedOptions
  readonly #around: Surroundings
  readonly #slowAfter: number
  readonly #maxBreak: number

  #epoch = 0
  #life = 0
  /** Outcomes since the circuit was closed, or reset. */
  #counted: Counted[] = []
  /** Outcomes of the probes of this half-open round, and the streaks it began with. */
  #round: Counted[] = []
  #roundBegan: Streaks = nothing
  /** The probes that take a slot, and those of them that have not ended. */
  #slots: Admitted[] = []
  #probes: Admitted[] = []
  #halfOpenAttempts = 0
  #openUntil = -Infinity
  #breakDuration = 0
  /** The figures of the last decision, and of the first break of this row of breaks. */
  #frozen: Health = nothing
  #breaking: Health | undefined
  /** Failures by name, as of the decision, or of this round. */
  #tally: Record<string, number> = {}

  #deciding = false
  readonly #events: (() => void)[] = []
  #telling = false
  readonly #notices: Heard[] = []

  constructor(options: TracedOptions, around: Surroundings) {
    this.#options = options
    this.#around = around
    this.#slowAfter = options.slowCall?.duration ?? Infinity
    this.#maxBreak = options.maxBreakDuration ?? 300_000
  }

  // ── Time ───────────────────────────────────────────────────────────────────────────────────────

  /** Time goes on; what falls due on the way happens when it falls due. */
  advance(ms: number): void {
    const until = this.now + ms
    while (this.deadline() <= until) {
      this.now = Math.max(this.now, this.deadline())
      this.#decide(() => this.#timeIsUp())
    }
    this.now = Math.max(this.now, until)
  }

  /** Time goes on, and no timer fires. */
  block(ms: number): void {
    this.now += ms
  }

  /** When the state ends by itself. */
  deadline(): number {
    if (this.state === 'open') return this.#openUntil
    if (this.state === 'isolated') return Math.min(...this.holds.map(({ until }) => until))
    if (this.state === 'halfOpen')
      return Math.min(...this.#slots.map((probe) => this.#leaseEnd(probe)))
    return Infinity
  }

  /** Moments at which something changes by time alone. */
  boundaries(): number[] {
    const { samplingDuration } = this.#options
    const ofBucket = (bucket: number) => (bucket * samplingDuration) / 10
    return [
      this.deadline(),
      ofBucket(this.#bucket(this.now) + 1),
      ...this.#counted.slice(0, 3).map(({ at }) => ofBucket(this.#bucket(at) + 10)),
      ...this.#probes.map((probe) => this.#leaseEnd(probe)),
      ...this.holds.map(({ until }) => until),
      this.#openUntil,
    ].filter((at) => at > this.now - 2 && at < Infinity)
  }

  #leaseEnd(probe: Admitted): number {
    return (probe.startedAt ?? NaN) + this.#options.halfOpen.probeLease
  }

  #timeIsUp(): void {
    if (this.state === 'open') this.#startRound('break-elapsed')
    else if (this.state === 'halfOpen') this.#endLeases()
    else {
      this.holds = this.holds.filter(({ until }) => this.now < until)
      if (this.holds.length === 0) this.#leaveIsolation('hold-expired')
    }
  }

  /**
   * A call or an outcome that comes at or past a deadline finds the circuit after it. Two may have
   * passed: that of a lease, and that of a break of no length. No more, or a listener that breaks
   * the circuit each time it half-opens would keep it busy for ever.
   */
  #catchUp(): void {
    for (let passed = 0; passed < 2; passed++)
      if (!this.#deciding && this.now >= this.deadline()) this.#decide(() => this.#timeIsUp())
  }

  // ── Calls ──────────────────────────────────────────────────────────────────────────────────────

  admit(): Admitted | undefined {
    if (this.#options.mode === 'disabled') return this.#admitted(false, false)
    this.#catchUp()
    if (this.state === 'closed') return this.#admitted(false, true)
    // In the middle of a decision nobody knows whether a slot is free.
    if (this.state === 'halfOpen' && !this.#deciding && this.freeSlots() > 0) {
      const probe = this.#admitted(true, true)
      this.probed++
      this.#slots.push(probe)
      this.#probes.push(probe)
      return probe
    }
    this.totals.rejected++
    const refused = { state: this.state, retryAfter: this.retryAfter() }
    if (this.#around.hears('rejections')) {
      this.#tell({ on: 'rejections', ...refused })
      this.#tellAll()
    }
    this.refused = refused
    return this.#options.mode === 'shadow' ? this.#admitted(false, false) : undefined
  }

  /** How many probes could begin now. */
  freeSlots(): number {
    const { probes, maxConcurrent } = this.#options.halfOpen
    const running = this.#slots.length
    const used = this.#round.filter(({ kind }) => kind !== 'ignored').length
    return Math.max(0, Math.min(maxConcurrent - running, probes - used - running))
  }

  #admitted(probe: boolean, counts: boolean): Admitted {
    return {
      probe,
      startedAt: this.now,
      epoch: this.#epoch,
      life: this.#life,
      counts,
      aborted: false,
    }
  }

  /** The first ending of a call. */
  settle(call: Admitted, end: End): void {
    if (!call.counts || call.life !== this.#life) return
    this.#catchUp()
    const { kind } = end
    const slow =
      kind !== 'ignored' &&
      call.startedAt !== undefined &&
      this.now - call.startedAt > this.#slowAfter
    const stale = call.epoch !== this.#epoch || (call.probe && !this.#probes.includes(call))
    if (this.#around.hears('outcomes'))
      this.#tell({ on: 'outcomes', kind, slow, probe: call.probe, stale })
    if (stale) {
      this.totals.stale++
      this.#tellAll()
      return
    }
    this.#count(end, slow)
    const counted = { at: this.now, kind, slow, name: nameOf(end) }
    if (this.state === 'closed') this.#countClosed(counted, end)
    else this.#countProbe(counted, end, call)
    this.#tellAll()
  }

  /** An outcome that was measured elsewhere. */
  feed(end: End | undefined, duration: number | undefined): void {
    if (end === undefined) {
      this.reports++
      return
    }
    this.#catchUp()
    const counts = this.state === 'closed' || (this.state === 'halfOpen' && this.freeSlots() > 0)
    this.settle(
      {
        probe: false,
        startedAt: duration === undefined ? undefined : this.now - duration,
        epoch: counts ? this.#epoch : -1,
        life: this.#life,
        counts: this.#options.mode !== 'disabled',
        aborted: false,
      },
      end,
    )
  }

  #count({ kind, returned, error }: End, slow: boolean): void {
    const total = { success: 'successes', failure: 'failures', ignored: 'ignored' } as const
    this.totals[total[kind]]++
    if (slow) this.totals.slow++
    if (kind === 'failure' && !returned) this.lastError = told(error)
  }

  #countClosed(counted: Counted, end: End): void {
    const epoch = this.#epoch
    this.#counted.push(counted)
    const health = this.window()
    const cause = this.#limitReached(health)
    const bad = counted.kind === 'failure' || counted.slow
    if (!bad || cause === undefined) return
    this.#decide(() => {
      if (this.#epoch === epoch)
        this.#break(cause, health, counted.kind === 'failure' ? end : undefined)
    })
  }

  #limitReached(health: Health): TransitionCause | undefined {
    const { trip, failureRatio, slowCall } = this.#options
    if (trip?.type === 'consecutiveFailures' && health.consecutiveFailures >= trip.count)
      return 'consecutive-failures'
    if (health.throughput < this.minimumThroughput()) return undefined
    const limit = trip?.type === 'countWindow' ? trip.failureRatio : failureRatio
    if (trip?.type !== 'consecutiveFailures' && health.failures / health.throughput >= limit)
      return 'failure-rate'
    if (slowCall !== undefined && health.slow / health.throughput >= (slowCall.ratio ?? 0.5))
      return 'slow-rate'
    return undefined
  }

  minimumThroughput(): number {
    const { trip, minimumThroughput } = this.#options
    return trip?.type === 'countWindow' ? trip.minimumThroughput : minimumThroughput
  }

  #countProbe(counted: Counted, end: End, call: Admitted): void {
    const epoch = this.#epoch
    this.#probes = this.#probes.filter((probe) => probe !== call)
    if (counted.kind === 'failure') this.#addToTally(counted.name)
    this.#decide(() => {
      if (this.#epoch !== epoch) return
      if (end.refused) {
        this.#halfOpenAttempts--
        this.#move('open', 'probe-refused', this.#frozen)
        return
      }
      const round = [...this.#round, counted]
      if (good(round) >= this.#options.halfOpen.successes)
        this.#close('probe-succeeded', this.round(round))
      else if (this.#isLost(round))
        this.#break('probe-failed', this.round(round), counted.kind === 'failure' ? end : undefined)
      else {
        this.#round = round
        this.#slots = this.#slots.filter((probe) => probe !== call)
      }
    })
  }

  /** So many probes have failed that enough can no longer succeed. */
  #isLost(round: readonly Counted[]): boolean {
    const { probes, successes } = this.#options.halfOpen
    return round.filter(({ kind, slow }) => kind === 'failure' || slow).length > probes - successes
  }

  #endLeases(): void {
    const expired = this.#slots.filter((probe) => this.now >= this.#leaseEnd(probe))
    const failed = { at: this.now, kind: 'failure', slow: false, name: timeout.name } as const
    const round = [...this.#round, ...expired.map(() => failed)]
    if (this.#isLost(round)) {
      this.#break('lease-expired', this.round(round), {
        kind: 'failure',
        refused: false,
        returned: false,
        error: timeout,
        hint: undefined,
      })
    } else {
      this.#round = round
      this.#endProbes((probe) => expired.includes(probe))
    }
  }

  /** Probes whose lease is over have failed and are told to stop; the others are left to themselves. */
  #endProbes(which: (probe: Admitted) => boolean): void {
    const ended = this.#probes.filter(which)
    this.#probes = this.#probes.filter((probe) => !which(probe))
    this.#slots = this.#slots.filter((probe) => !which(probe))
    for (const probe of ended.filter((probe) => this.now >= this.#leaseEnd(probe))) {
      this.totals.failures++
      if (this.state !== 'closed') {
        this.lastError = told(timeout)
        this.#addToTally(timeout.name)
      }
      if (this.#around.hears('outcomes'))
        this.#tell({ on: 'outcomes', kind: 'failure', slow: false, probe: true, stale: false })
      this.#tell({ on: 'aborts', call: probe })
    }
  }

  // ── Control ────────────────────────────────────────────────────────────────────────────────────

  isolate(reason: string, duration = Infinity): ReferenceHold {
    const hold = { reason, since: this.now, until: this.now + duration }
    const health = this.health()
    this.#decide(() => {
      this.holds = [...this.holds, hold]
      if (this.state !== 'isolated') this.#move('isolated', 'isolated', health)
    })
    return hold
  }

  release(hold: ReferenceHold | undefined): boolean {
    if (hold === undefined || !this.holds.includes(hold)) return false
    this.#decide(() => {
      if (this.state !== 'isolated') return
      this.holds = this.holds.filter((other) => other !== hold)
      if (this.holds.length === 0) this.#leaveIsolation('released')
    })
    return true
  }

  /** For those who do not say which hold they mean. */
  releaseLatest(): void {
    this.#decide(() => {
      if (this.state !== 'isolated') return
      this.holds = this.holds.slice(0, -1)
      if (this.holds.length === 0) this.#leaveIsolation('released')
    })
  }

  #leaveIsolation(cause: TransitionCause): void {
    if (this.now < this.#openUntil) this.#move('open', cause, this.#frozen)
    else this.#close(cause, this.#frozen)
  }

  reset(): void {
    this.#decide(() => {
      this.#close('reset', this.#frozen)
      this.lastError = undefined
    })
  }

  forceHalfOpen(): boolean {
    return this.#moved(() => {
      if (this.state === 'open' || this.state === 'isolated') this.#startRound('forced-half-open')
    })
  }

  trip(duration?: number): boolean {
    const health = this.health()
    return this.#moved(() => {
      if (this.state === 'closed' || this.state === 'halfOpen')
        this.#break('tripped', health, undefined, duration)
    })
  }

  /** Saved, and gone on from by another breaker: calls under way and handles of holds are lost. */
  restore(away: number): void {
    this.now += away
    this.#life++
    this.#slots = []
    this.#probes = []
    this.holds = this.holds.map((hold) => ({ ...hold }))
    const { historySize = 100 } = this.#options
    this.history = historySize === 0 ? [] : this.history.slice(-historySize)
  }

  // ── Decisions ──────────────────────────────────────────────────────────────────────────────────

  /** Decides one thing after the other: what a callback asks for meanwhile comes after it. */
  #decide(event: () => void): void {
    this.#events.push(event)
    if (this.#deciding) return
    this.#deciding = true
    for (let next = this.#events.shift(); next !== undefined; next = this.#events.shift()) next()
    this.#deciding = false
    this.#tellAll()
  }

  /** Whether the event moved the circuit; in the middle of a decision that is not known. */
  #moved(event: () => void): boolean {
    let moved = false
    this.#decide(() => {
      const before = this.state
      event()
      moved = this.state !== before
    })
    return moved
  }

  #break(cause: TransitionCause, health: Health, end?: End, duration?: number): void {
    const consecutiveBreaks = this.consecutiveBreaks + 1
    const breaking = this.#breaking ?? health
    const error = end === undefined || end.returned ? undefined : told(end.error)
    const length =
      duration ??
      this.#breakLength({
        consecutiveBreaks,
        halfOpenAttempts: this.#halfOpenAttempts,
        consecutiveFailures: health.consecutiveFailures,
        failureCount: health.failures,
        failureRate: health.failureRate,
        lastError: error,
        retryAfter: end?.hint,
        breaking,
      })
    this.consecutiveBreaks = consecutiveBreaks
    this.#breaking = breaking
    this.#breakDuration = length
    this.#openUntil = this.now + length
    this.failure = error
    this.#move('open', cause, health, error)
  }

  #breakLength(context: Parameters<Surroundings['ask']>[0]): number {
    const { breakDuration } = this.#options
    const asked = Math.min(context.retryAfter ?? 0, this.#maxBreak)
    if (breakDuration !== 'rule') return Math.max(breakDuration, asked)
    const answer = this.#around.ask(context)
    if (typeof answer !== 'number' || Number.isNaN(answer) || answer < 0) {
      this.reports++
      return Math.max(Math.min(30_000, this.#maxBreak), asked)
    }
    return Math.max(answer === Infinity ? answer : Math.min(answer, this.#maxBreak), asked)
  }

  #startRound(cause: TransitionCause): void {
    this.#halfOpenAttempts++
    this.#round = []
    this.#roundBegan = this.#frozen
    this.holds = []
    this.#move('halfOpen', cause, this.#frozen)
  }

  #close(cause: TransitionCause, health: Health): void {
    this.consecutiveBreaks = 0
    this.#halfOpenAttempts = 0
    this.#openUntil = -Infinity
    this.#breakDuration = 0
    this.#breaking = undefined
    this.failure = undefined
    this.holds = []
    this.#move('closed', cause, health)
    this.#frozen = nothing
  }

  /** A new epoch begins, in another state or (a reset while closed) in the same. */
  #move(to: CircuitState, cause: TransitionCause, health: Health, error?: string): void {
    const from = this.state
    if (from === 'closed') this.#tally = this.#namesInWindow()
    if (to === 'closed' || to === 'halfOpen') this.#tally = {}
    this.#epoch++
    this.#counted = []
    this.#frozen = health
    this.state = to
    this.#endProbes(() => true)
    if (from === to) return
    this.enteredAt = this.now
    const transition: ReferenceTransition = {
      from,
      to,
      at: this.now,
      cause,
      health,
      breakDuration: to === 'open' ? this.#breakDuration : undefined,
      consecutiveBreaks: this.consecutiveBreaks,
      error,
    }
    this.all.push(transition)
    const { historySize = 100 } = this.#options
    if (historySize > 0) this.history = [...this.history, transition].slice(-historySize)
    this.#tell({ on: 'transitions', transition })
  }

  // ── Listeners ──────────────────────────────────────────────────────────────────────────────────

  #tell(heard: Heard): void {
    this.#notices.push(heard)
  }

  /** In order; what a listener does is told after what it answers to. */
  #tellAll(): void {
    if (this.#deciding || this.#telling) return
    this.#telling = true
    for (let heard = this.#notices.shift(); heard !== undefined; heard = this.#notices.shift()) {
      if (heard.on === 'aborts') heard.call.aborted = true
      try {
        this.#around.hear(heard)
      } catch {
        this.reports++
      }
    }
    this.#telling = false
  }

  // ── Figures ────────────────────────────────────────────────────────────────────────────────────

  retryAfter(): number | undefined {
    if (this.state === 'isolated') return undefined
    if (this.state !== 'open') return 0
    const left = Math.max(0, this.#openUntil - this.now)
    // Timers drop fractions and may be a millisecond early.
    return Number.isInteger(left) || left === Infinity ? left : Math.ceil(left) + 1
  }

  health(): Health {
    if (this.state === 'closed') return this.window()
    return this.state === 'halfOpen' ? this.round() : this.#frozen
  }

  window(): Health {
    return figures(this.#inWindow(), this.#counted)
  }

  round(round: readonly Counted[] = this.#round): Health {
    return figures(round, round, this.#roundBegan)
  }

  errorBreakdown(): Record<string, number> {
    return this.state === 'closed' ? this.#namesInWindow() : this.#tally
  }

  /** An outcome counts while its bucket is one of the latest ten. */
  #inWindow(): Counted[] {
    const { trip } = this.#options
    if (trip?.type !== 'countWindow') {
      const oldest = this.#bucket(this.now) - 9
      return this.#counted.filter(({ at }) => this.#bucket(at) >= oldest)
    }
    const ignored = this.#counted.filter(({ kind }) => kind === 'ignored')
    const completed = this.#counted.filter(({ kind }) => kind !== 'ignored')
    return [...ignored, ...completed.slice(-trip.size)]
  }

  #bucket(at: number): number {
    return Math.floor((at * 10) / this.#options.samplingDuration)
  }

  #namesInWindow(): Record<string, number> {
    const names: Record<string, number> = {}
    for (const { kind, name } of this.#inWindow())
      if (kind === 'failure') names[name] = (names[name] ?? 0) + 1
    return names
  }

  #addToTally(name: string): void {
    this.#tally = { ...this.#tally, [name]: (this.#tally[name] ?? 0) + 1 }
  }
}

const timeout = { name: 'ProbeTimeoutError', message: '' }

function told(error: End['error']): string | undefined {
  return error && `${error.name}: ${error.message}`
}

function good(round: readonly Counted[]): number {
  return round.filter(({ kind, slow }) => kind === 'success' && !slow).length
}

/** The name that a failure is counted under. */
function nameOf({ returned, error }: End): string {
  return returned ? 'result' : (error?.name ?? 'undefined')
}

function figures(counted: readonly Counted[], all: readonly Counted[], began?: Streaks): Health {
  const of = (kind: OutcomeKind) => counted.filter((outcome) => outcome.kind === kind).length
  const successes = of('success')
  const failures = of('failure')
  const slow = counted.filter((outcome) => outcome.slow).length
  const throughput = successes + failures
  return {
    throughput,
    successes,
    failures,
    slow,
    ignored: of('ignored'),
    failureRate: throughput === 0 ? 0 : failures / throughput,
    slowRate: throughput === 0 ? 0 : slow / throughput,
    consecutiveFailures: inARow('failure', all, began?.consecutiveFailures),
    consecutiveSuccesses: inARow('success', all, began?.consecutiveSuccesses),
  }
}

/** How many of the latest ended alike, going on from those before when all did. */
function inARow(kind: OutcomeKind, all: readonly Counted[], before = 0): number {
  const completed = all.filter((outcome) => outcome.kind !== 'ignored')
  const latestFirst = [...completed].reverse()
  const row = latestFirst.findIndex((outcome) => outcome.kind !== kind)
  return row === -1 ? before + completed.length : row
}
