import { Subscription } from 'rxjs'
import { newContext, revivedError } from '../../machines/breaker.context.js'
import { isFreeProbe, isRunning } from '../../machines/breaker.round.js'
import {
  DisposedBreakerError,
  Failure,
  ProbeTimeoutError,
  isOutcomeKind,
  liveSignal,
  number,
  optionsOf,
  shown,
  wholeDelay,
} from '../core/index.js'
import { signalOf, untilAborted } from './abort.js'
import { Chart } from './chart.js'
import { Observers } from './observers.js'
import { CallPermit, uncounted } from './permit.js'
import { Refusal } from './refusal.js'
import { Rejecting } from './rejecting.js'
import { saveBreaker } from './save.js'
import { GuardedObservable } from '../streams/guarded-observable.js'
import { OutcomeStream } from './streams.js'
import { Tally } from './tally.js'
import { spansOf } from './timeline.js'
import type { Observable } from 'rxjs'
import type { BreakerContext, Decision, HoldRecord } from '../../machines/breaker.context.js'
import type {
  BreakerSnapshot,
  BrokenCircuitError,
  CircuitState,
  Health,
  OutcomeKind,
  Settings,
} from '../core/index.js'
import type {
  Attempt,
  BreakerActorRef,
  Call,
  CallOptions,
  FedOutcome,
  Hold,
  Isolation,
  Outcome,
  Permit,
  Rejection,
  Transition,
} from './breaker.js'
import type { ChartOwner } from './chart.js'
import type { PermitOwner } from './permit.js'
import type { Stats } from './stats.js'
import type { Outlets } from './streams.js'
import type { Span } from './timeline.js'

/** What the breakers of a registry have in common. */
export interface Hub {
  readonly outlets: Outlets
  /** A breaker moved. */
  moved(breaker: CircuitBreaker): void
  /** A breaker was disposed of. */
  disposed(breaker: CircuitBreaker): void
}

/** The epoch of outcomes fed while they cannot count. */
const noEpoch = -2

/**
 * The engine. The path of a call: `execute` → permit → your function → outcome → outcome stream →
 * sampling window → (only what may move the circuit) the chart → `follow` → history → observers.
 *
 * What is needed only once the circuit is used, watched or moved is made only then: an idle breaker
 * is its name, an empty tally and no observers.
 */
export class CircuitBreaker implements ChartOwner, PermitOwner {
  readonly name: string
  readonly #settings: Settings
  readonly #hub: Hub | undefined

  readonly #chart: Chart
  /** Calls pass without asking the chart: it is closed, and the breaker in use. */
  #flowing: boolean
  #disposed = false

  readonly #tally: Tally
  readonly #observers: Observers
  /** The state as observers know it: that of the last transition they were told. */
  #told: CircuitState
  #calls: OutcomeStream | undefined
  #history: Transition[] = []
  #shownHistory: readonly Transition[] | undefined
  /** When it entered its state, and when it was used last: monotonic ms. */
  #enteredAt: number
  #usedAt: number
  /** When this breaker began: epoch ms. */
  readonly #createdAt: number

  #lastProbe = 0
  #lastHold = 0
  #probing: Map<number, CallPermit> | undefined
  #feeds: Subscription | undefined

  constructor(name: string, settings: Settings, hub?: Hub, actor?: BreakerActorRef) {
    this.name = name
    this.#settings = settings
    this.#hub = hub
    this.#tally = new Tally(settings)
    this.#observers = new Observers(settings.report, hub?.outlets)
    this.#enteredAt = this.#usedAt = settings.clock.now()
    this.#createdAt = settings.clock.wallAt(this.#enteredAt)
    // An actor that has moved since knows better.
    const begins = actor === undefined || actor.getSnapshot().context.epoch === 0
    if (settings.snapshot !== undefined && begins) this.#restore(settings.snapshot)
    this.#chart = new Chart(this, this.#observers, actor)
    if (settings.snapshot !== undefined || settings.inspect !== undefined) this.#chart.start()
    this.#told = this.#chart.state
    this.#flowing = this.#isFlowing()
  }

  // ── Calls ────────────────────────────────────────────────────────────────────────────────────

  execute<T>(fn: Call<T>, options?: CallOptions): Promise<T> {
    try {
      // Most calls are made so, and kept apart they cost a twentieth less.
      if (this.#flowing && options === undefined && typeof (fn as unknown) === 'function') {
        return this.#run(this.#pass(), fn, undefined)
      }
      const caller = liveSignal(options?.signal)
      const permit = this.#enter(fn)
      return permit instanceof Refusal
        ? Promise.resolve(new Rejecting(permit.error))
        : this.#run(permit, fn, caller)
    } catch (error) {
      return Promise.resolve(new Rejecting(error))
    }
  }

  async attempt<T>(fn: Call<T>, options?: CallOptions): Promise<Attempt<T>> {
    try {
      const caller = liveSignal(options?.signal)
      const permit = this.#enter(fn)
      if (permit instanceof Refusal) return permit
      const value = await this.#run(permit, fn, caller)
      return permit.kind === 'failure'
        ? { status: 'failure', error: undefined, value }
        : { status: 'success', value }
    } catch (error) {
      return { status: 'failure', error }
    }
  }

  wrap<This, Args extends unknown[], T>(
    fn: (this: This, ...args: Args) => T | PromiseLike<T>,
  ): (this: This, ...args: Args) => Promise<T> {
    if (typeof (fn as unknown) !== 'function')
      throw new TypeError(`wrap needs a function, got ${shown(fn)}`)
    // eslint-disable-next-line @typescript-eslint/no-this-alias -- `this` is the wrapped function's
    const breaker = this
    return function (this: This, ...args: Args) {
      return breaker.execute(() => fn.apply(this, args))
    }
  }

  tryAcquire(): Permit | undefined {
    if (this.#flowing) return this.#pass()
    const permit = this.admit()
    return permit instanceof Refusal ? undefined : permit
  }

  rejection(): BrokenCircuitError | undefined {
    return this.#chart.state === 'closed'
      ? undefined
      : this.#refusal(this.#settings.clock.now()).error
  }

  /** Leave for a call of `fn`, or why there is none. */
  #enter<T>(fn: Call<T>): CallPermit | Refusal {
    if (typeof (fn as unknown) !== 'function')
      throw new TypeError(`fn must be a function, got ${shown(fn)}`)
    return this.admit()
  }

  /** Makes the call and ends its permit. Promises by hand: an `await` more is a tenth of a call. */
  #run<T>(permit: CallPermit, fn: Call<T>, caller: AbortSignal | undefined): Promise<T> {
    let call: Promise<T>
    try {
      const result = fn(signalOf(permit, caller, fn))
      call = caller === undefined ? Promise.resolve(result) : untilAborted(result, caller, permit)
    } catch (error) {
      call = Promise.resolve(new Rejecting(error))
    }
    return call.then<T>(
      (value) => {
        permit.fulfilled(value)
        return value
      },
      (error: unknown) => {
        if (caller?.aborted === true) permit.ignore()
        else permit.rejected(error)
        return new Rejecting(error)
      },
    )
  }

  /** Leave for a call, or why there is none. */
  admit(): CallPermit | Refusal {
    if (this.#flowing) return this.#pass()
    this.#assertInUse()
    if (this.#settings.mode === 'disabled') {
      return new CallPermit(this, uncounted, 0, this.#startTime())
    }
    const at = this.#settings.clock.now()
    this.#usedAt = at
    this.#chart.catchUp(at)
    // Who heard of that may have disposed of it.
    this.#assertInUse()
    if (this.#chart.state === 'closed') return this.#pass()
    return this.#admitProbe(at) ?? this.#reject(at)
  }

  /** Leave for a call while the circuit is closed. */
  #pass(): CallPermit {
    return new CallPermit(this, this.#chart.epoch, 0, this.#startTime())
  }

  #admitProbe(at: number): CallPermit | undefined {
    // Within the chart an event would only be queued: too late to know what comes of it.
    if (this.#chart.state !== 'halfOpen' || this.#observers.areWaiting) return undefined
    // None that somebody else has let in through the actor.
    const running = (this.#chart.context as BreakerContext).leases.map((lease) => lease.probe)
    const probe = (this.#lastProbe = Math.max(this.#lastProbe, ...running) + 1)
    const permit = new CallPermit(this, this.#chart.epoch, probe, at)
    this.#probing ??= new Map()
    this.#probing.set(probe, permit)
    this.#chart.send({ type: 'ACQUIRE', probe, at })
    if (isRunning(this.#chart.context as BreakerContext, probe)) return permit
    this.#probing.delete(probe)
    return undefined
  }

  #reject(at: number): CallPermit | Refusal {
    this.#tally.rejected++
    // Made before observers hear of it, who may move the circuit.
    const refusal = this.#refusal(at)
    if (this.#observers.hear('rejections')) {
      const { breaker, state, retryAfter } = refusal
      const rejection = { breaker, state, retryAfter, at: this.#settings.clock.wallAt(at) }
      this.#observers.tellNow('rejections', rejection)
    }
    return this.#settings.mode === 'shadow' ? new CallPermit(this, uncounted, 0, at) : refusal
  }

  #refusal(at: number): Refusal {
    const { state, context } = this.#chart
    const { captureStack } = this.#settings
    const retryAfter = this.#retryAfter(at)
    return new Refusal(this.name, state as Refusal['state'], retryAfter, context, captureStack)
  }

  #startTime(): number | undefined {
    const { isTimed, clock } = this.#settings
    return isTimed || this.#observers.hear('outcomes') ? clock.now() : undefined
  }

  // ── Outcomes ─────────────────────────────────────────────────────────────────────────────────

  judge(permit: CallPermit, status: 'fulfilled' | 'rejected', outcome: unknown): OutcomeKind {
    if (this.#settings.classify !== undefined) return this.#classify(permit, status, outcome)
    return status === 'fulfilled' ? 'success' : 'failure'
  }

  #classify(permit: CallPermit, status: 'fulfilled' | 'rejected', outcome: unknown): OutcomeKind {
    const { classify, clock, report } = this.#settings
    try {
      const settled =
        status === 'fulfilled' ? { status, value: outcome } : { status, reason: outcome }
      const duration = clock.now() - (permit.startedAt as number)
      const kind: unknown = classify?.(settled, { duration })
      if (isOutcomeKind(kind)) return kind
      void Promise.resolve(kind).catch(report)
      report(
        new TypeError(`classify must return 'success', 'failure' or 'ignored', got ${shown(kind)}`),
      )
    } catch (error) {
      report(error)
    }
    return 'failure'
  }

  /** A call ended: its outcome goes into the stream. */
  settle(call: CallPermit): void {
    if (call.epoch === uncounted || this.#disposed) return
    this.#calls ??= this.#outcomeStream()
    this.#calls.next(call)
    this.#observers.drain()
  }

  /** Every outcome is counted; those that may move the circuit go on to the chart. */
  #outcomeStream(): OutcomeStream {
    const calls = new OutcomeStream((call) => this.#record(call))
    calls.subscribe((call) => {
      this.#decide(call)
    })
    return calls
  }

  /** Counts an outcome, once. True when it may move the circuit; with an inspector, always. */
  #record(call: CallPermit): boolean {
    const { clock, inspect, slowAfter } = this.#settings
    const chart = this.#chart
    const at = (this.#usedAt = clock.now())
    if (chart.state !== 'closed') chart.catchUp(at)
    if (call.startedAt !== undefined)
      call.slow = call.kind !== 'ignored' && at - call.startedAt > slowAfter
    const stale =
      call.epoch !== chart.epoch || (call.probe > 0 && this.#probing?.has(call.probe) !== true)
    let goesOn = inspect !== undefined
    if (stale) this.#tally.stale++
    else if (chart.state === 'closed') {
      goesOn = this.#tally.countInWindow(call, at) || goesOn
      // One that breaks again before it can be judged keeps its actor.
      if (!goesOn && chart.isAwake && this.#tally.hasMinimumThroughput) chart.rest()
    } else {
      this.#tally.countProbe(call)
      goesOn = true
    }
    if (this.#observers.hear('outcomes')) this.#tellOutcome(call, stale, goesOn)
    return goesOn
  }

  /** Puts the question to the chart. */
  #decide(call: CallPermit): void {
    const { clock } = this.#settings
    const { kind, epoch, probe, slow, refused, failure, returned } = call
    const at = this.#usedAt
    const bad = kind === 'failure' || refused
    const error = !bad
      ? undefined
      : returned
        ? Failure.returned(failure, clock.wall)
        : Failure.thrown(failure, clock.wall)
    this.#probing?.delete(probe)
    this.#chart.send({
      type: 'OUTCOME',
      outcome: kind as OutcomeKind,
      health: this.health(at),
      slow,
      refused,
      error,
      epoch,
      at,
      ...(probe > 0 ? { probe } : {}),
    })
  }

  #tellOutcome(call: CallPermit, stale: boolean, beforeChart: boolean): void {
    const { kind, slow, isProbe, startedAt, returned, failure } = call
    const outcome: { -readonly [K in keyof Outcome]: Outcome[K] } = {
      breaker: this.name,
      kind: kind as OutcomeKind,
      at: this.#settings.clock.wallAt(this.#usedAt),
      duration: startedAt === undefined ? undefined : this.#usedAt - startedAt,
      slow,
      probe: isProbe,
      stale,
    }
    if (failure !== undefined && !returned) outcome.error = failure
    if (beforeChart) this.#observers.tell('outcomes', outcome)
    else this.#observers.tellNow('outcomes', outcome)
  }

  feed(outcomes$: Observable<FedOutcome>): Subscription {
    this.#assertInUse()
    this.#feeds ??= new Subscription()
    const subscription = outcomes$.subscribe({
      next: (outcome) => {
        this.#feedOne(outcome)
      },
      error: this.#settings.report,
    })
    this.#feeds.add(subscription)
    return subscription
  }

  #feedOne(outcome: Partial<FedOutcome> | null | undefined): void {
    const { clock, mode, report } = this.#settings
    const { kind, duration, error } = outcome ?? {}
    if (!isOutcomeKind(kind)) {
      report(
        new TypeError(
          `a fed outcome must have the kind 'success', 'failure' or 'ignored', got ${shown(kind)}`,
        ),
      )
      return
    }
    const at = clock.now()
    this.#chart.catchUp(at)
    const { state, epoch: current, context } = this.#chart
    const counts =
      state === 'closed' || (state === 'halfOpen' && isFreeProbe(context as BreakerContext))
    const epoch = mode === 'disabled' ? uncounted : counts ? current : noEpoch
    const startedAt = duration === undefined ? undefined : at - duration
    const permit = new CallPermit(this, epoch, 0, startedAt)
    if (kind === 'success') permit.succeed()
    else if (kind === 'failure') permit.fail(error)
    else permit.ignore()
  }

  // ── Control ──────────────────────────────────────────────────────────────────────────────────

  isolate(reason = 'manual', options: { readonly duration?: number } = {}): Hold {
    this.#assertInUse()
    if (typeof (reason as unknown) !== 'string')
      throw new TypeError(`reason must be a string, got ${shown(reason)}`)
    const given = optionsOf('isolate options', options, ['duration'])
    const duration =
      given.duration === undefined
        ? Infinity
        : number('duration', given.duration, { above: 0, infinite: true })
    const at = this.#settings.clock.now()
    const hold = (this.#lastHold = Math.max(this.#lastHold, this.#chart.context?.lastHold ?? 0) + 1)
    this.#chart.send({ type: 'ISOLATE', reason, duration, hold, health: this.health(at), at })
    return this.#holdOf({ id: hold, reason, since: at, until: at + duration })
  }

  reset(): void {
    this.#assertInUse()
    this.#chart.send({ type: 'RESET', at: this.#settings.clock.now() })
  }

  forceHalfOpen(): boolean {
    this.#assertInUse()
    return this.#chart.moves({ type: 'FORCE_HALF_OPEN', at: this.#settings.clock.now() })
  }

  trip(reason: string, options: { readonly duration?: number } = {}): boolean {
    this.#assertInUse()
    if (typeof (reason as unknown) !== 'string')
      throw new TypeError(`reason must be a string, got ${shown(reason)}`)
    const given = optionsOf('trip options', options, ['duration'])
    const at = this.#settings.clock.now()
    const event = { type: 'TRIP', reason, health: this.health(at), at } as const
    if (given.duration === undefined) return this.#chart.moves(event)
    return this.#chart.moves({
      ...event,
      duration: number('duration', given.duration, { min: 0, infinite: true }),
    })
  }

  dispose(): void {
    if (this.#disposed) return
    this.#observers.drain()
    this.#disposed = true
    this.#flowing = false
    this.#feeds?.unsubscribe()
    this.#chart.end()
    this.#probing = undefined
    // First: who hears of the end may ask for a new breaker of this name.
    this.#hub?.disposed(this)
    this.#observers.end()
  }

  [Symbol.dispose](): void {
    this.dispose()
  }

  #holdOf({ id, reason, since, until }: HoldRecord): Hold {
    const toWall = this.#toWall()
    const release = () => {
      const { holds } = this.#chart.context as BreakerContext
      if (this.#disposed || !holds.some((hold) => hold.id === id)) return false
      this.#chart.send({ type: 'RELEASE', hold: id, at: this.#settings.clock.now() })
      return true
    }
    return {
      id,
      reason,
      since: toWall(since),
      until: until === Infinity ? undefined : toWall(until),
      release,
      [Symbol.dispose]: release,
    }
  }

  #assertInUse(): void {
    if (this.#disposed) throw new DisposedBreakerError(this.name)
  }

  // ── The chart ────────────────────────────────────────────────────────────────────────────────

  get actor(): BreakerActorRef {
    return this.#chart.actor
  }

  /** Takes over what the chart decided. */
  follow(state: CircuitState, context: BreakerContext): void {
    const from = this.#chart.state
    const begins = context.epoch !== this.#chart.epoch
    // First: a lease that ran out belongs to the epoch that ends.
    this.#endLeases(context)
    if (begins) this.#beginEpoch(from, state, context)
    this.#chart.take(state, context)
    this.#flowing = this.#isFlowing()
    if (begins && context.decision?.cause === 'reset') this.#tally.lastError = undefined
    if (state !== from) this.#remember(this.#transitionOf(from, state, context))
    this.#observers.drainLater()
  }

  #isFlowing(): boolean {
    return this.#chart.state === 'closed' && this.#settings.mode !== 'disabled'
  }

  #beginEpoch(from: CircuitState, state: CircuitState, context: BreakerContext): void {
    if (state !== from) this.#enteredAt = (context.decision as Decision).at
    this.#tally.moved(from, state)
  }

  /** Probes whose lease ran out have failed; those that a transition overtook are merely stale. */
  #endLeases(context: BreakerContext): void {
    if (this.#probing === undefined) return
    for (const [probe, permit] of this.#probing) {
      if (isRunning(context, probe)) continue
      this.#probing.delete(probe)
      const { clock, halfOpen } = this.#settings
      const at = clock.now()
      // Younger than its lease: it was not granted one, or a transition overtook it.
      if (at < (permit.startedAt as number) + halfOpen.probeLease) continue
      const failed = new CallPermit(this, permit.epoch, probe, permit.startedAt)
      failed.kind = 'failure'
      failed.failure = new ProbeTimeoutError(halfOpen.probeLease)
      this.#usedAt = at
      this.#tally.countProbe(failed)
      if (this.#observers.hear('outcomes')) this.#tellOutcome(failed, false, true)
      this.#observers.then(() => {
        permit.abort(failed.failure)
      })
    }
  }

  #transitionOf(from: CircuitState, to: CircuitState, context: BreakerContext): Transition {
    const { cause, reason, health, failure } = context.decision as Decision
    // Keys that are not always there are added last: spreading them in costs ten times as much.
    const transition: { -readonly [K in keyof Transition]: Transition[K] } = {
      breaker: this.name,
      from,
      to,
      at: this.#settings.clock.wall(),
      cause,
      reason,
      health,
      consecutiveBreaks: context.consecutiveBreaks,
    }
    if (to === 'open') transition.breakDuration = context.breakDuration
    if (failure?.error !== undefined) transition.error = failure.error
    return transition
  }

  #remember(transition: Transition): void {
    const { historySize } = this.#settings
    this.#history.push(transition)
    if (this.#history.length > historySize) this.#history.shift()
    this.#shownHistory = undefined
    this.#observers.then(() => {
      this.#told = transition.to
    })
    this.#observers.tell('transitions', transition)
    this.#hub?.moved(this)
  }

  // ── Observers ────────────────────────────────────────────────────────────────────────────────

  get state$(): Observable<CircuitState> {
    return this.#observers.current(() => this.#told)
  }

  get history$(): Observable<readonly Transition[]> {
    return this.#observers.current(() => this.history)
  }

  get transitions$(): Observable<Transition> {
    return this.#observers.stream('transitions')
  }

  get outcomes$(): Observable<Outcome> {
    return this.#observers.stream('outcomes')
  }

  get rejections$(): Observable<Rejection> {
    return this.#observers.stream('rejections')
  }

  stats$(every: number): Observable<Stats> {
    const period = number('every', every, { above: 0, max: 2 ** 31 - 2 })
    const { clock, report } = this.#settings
    return new GuardedObservable(report, (subscriber) => {
      let timer: unknown
      const tick = () => {
        try {
          subscriber.next(this.stats())
        } catch (error) {
          report(error)
        }
        if (!subscriber.closed) timer = clock.setTimeout(tick, period)
      }
      tick()
      const ended = this.#observers.stream('transitions').subscribe({
        complete: () => {
          subscriber.complete()
        },
      })
      ended.add(() => {
        clock.clearTimeout(timer)
      })
      return ended
    })
  }

  // ── State ────────────────────────────────────────────────────────────────────────────────────

  get state(): CircuitState {
    return this.#chart.state
  }

  get retryAfter(): number | undefined {
    return this.#retryAfter(this.#settings.clock.now())
  }

  #retryAfter(at: number): number | undefined {
    const { state, deadline } = this.#chart
    if (state === 'isolated') return undefined
    return state === 'open' ? wholeDelay(deadline - at) : 0
  }

  get history(): readonly Transition[] {
    // The same array until the next transition: what it gave stays as it was.
    return (this.#shownHistory ??= [...this.#history])
  }

  get isolation(): Isolation | undefined {
    const records = this.#chart.context?.holds ?? []
    if (records.length === 0) return undefined
    const holds = records.map((record) => this.#holdOf(record))
    const since = Math.min(...holds.map((hold) => hold.since))
    return { since, reasons: holds.map(({ reason }) => reason), holds }
  }

  stats(): Stats {
    const at = this.#settings.clock.now()
    const health = this.health(at)
    const { state, context } = this.#chart
    const { totals } = this.#tally
    const { limits } = this.#settings
    return {
      name: this.name,
      state,
      timeInState: Math.max(0, at - this.#enteredAt),
      retryAfter: this.#retryAfter(at),
      ...health,
      successRate: health.throughput === 0 ? 0 : health.successes / health.throughput,
      limits,
      hasMinimumThroughput: health.throughput >= limits.minimumThroughput,
      consecutiveBreaks: context?.consecutiveBreaks ?? 0,
      errorBreakdown: this.#tally.errorBreakdown,
      lastError: this.#tally.lastError,
      recentTransitions: this.#history.slice(-10),
      isolation: (context?.holds ?? []).map(({ reason }) => reason),
      rejected: totals.rejected,
      stale: totals.stale,
      totals,
    }
  }

  timeline(options: { readonly since?: number } = {}): Span[] {
    const given = optionsOf('timeline options', options, ['since'])
    const since = given.since === undefined ? -Infinity : number('since', given.since, {})
    const { clock, historySize } = this.#settings
    const first = this.#history[0]
    // What a full history has forgotten, and what was before a snapshot, is not made up.
    const known =
      first !== undefined && (this.#history.length === historySize || first.at < this.#createdAt)
    const at =
      first === undefined ? this.#toWall()(this.#enteredAt) : known ? first.at : this.#createdAt
    return spansOf(this.#history, { state: this.#chart.state, at }, clock.wall(), since)
  }

  snapshot(): BreakerSnapshot {
    const { clock } = this.#settings
    const { state, context } = this.#chart
    const at = clock.now()
    const toWall = this.#toWall()
    return saveBreaker({
      name: this.name,
      state,
      context: context ?? newContext(this.name, this.#settings),
      health: this.health(at),
      at,
      enteredAt: this.#enteredAt,
      toWall,
      tally: this.#tally.save(toWall),
      history: this.#history,
    })
  }

  get settings(): Settings {
    return this.#settings
  }

  /** The figures by which the circuit is judged in its state. */
  health(at = this.#settings.clock.now()): Health {
    const { state, context } = this.#chart
    if (state === 'closed') return this.#tally.health(at)
    const { round, health } = context as BreakerContext
    return state === 'halfOpen' ? round.health : health
  }

  /** Whether nothing would be missed if the registry let go of this breaker. */
  isIdleSince(moment: number): boolean {
    if (this.#chart.state !== 'closed' || this.#usedAt > moment) return false
    return !this.#observers.areThere
  }

  #toWall(): (at: number) => number {
    const { clock } = this.#settings
    const offset = clock.wall() - clock.now()
    return (at) => at + offset
  }

  #restore(saved: BreakerSnapshot): void {
    if (saved.name !== this.name) {
      throw new RangeError(`snapshot.name must be ${shown(this.name)}, got ${shown(saved.name)}`)
    }
    const { clock, historySize } = this.#settings
    const now = clock.now()
    const wall = clock.wall()
    const fromWall = (at: number) => now + Math.min(at - wall, 0)
    this.#enteredAt = fromWall(saved.enteredAt)
    this.#tally.load(saved, fromWall)
    if (historySize > 0) {
      this.#history = saved.history
        .slice(-historySize)
        .map(({ error, breakDuration, ...transition }) => ({
          ...(transition as Transition),
          ...(breakDuration === undefined ? {} : { breakDuration: breakDuration ?? Infinity }),
          ...(error === undefined ? {} : { error: revivedError(error) }),
        }))
    }
  }
}
