import type { Observable, Subscription } from 'rxjs'
import type { ActorRefFrom } from 'xstate'
import type { breakerMachine } from '../../machines/breaker.machine.js'
import type { TransitionCause } from '../../machines/breaker.context.js'
import type {
  BreakerSnapshot,
  BrokenCircuitError,
  CircuitState,
  Health,
  OutcomeKind,
} from '../core/index.js'
import type { Stats } from './stats.js'
import type { Span } from './timeline.js'

/** A circuit breaker: guards the calls to one dependency. Made by {@link createBreaker}. */
export interface Breaker extends Disposable {
  readonly name: string
  /** Reading it never moves it: an open circuit whose break is over is open until the next call. */
  readonly state: CircuitState
  /** Ms until a call is worth trying; 0 when it is now, undefined while isolated. */
  readonly retryAfter: number | undefined
  /** Who keeps the circuit isolated, and why; undefined while nobody does. */
  readonly isolation: Isolation | undefined
  /** The latest transitions, oldest first: at most `historySize`. */
  readonly history: readonly Transition[]
  /** The XState actor behind it: for inspectors, `useSelector`, and events sent by hand. */
  readonly actor: BreakerActorRef

  /**
   * Calls `fn` if the circuit lets it, and gives what it gives: the result and the errors of `fn`
   * are passed through untouched.
   *
   * @param fn - gets a signal that aborts with the caller's, or when the lease of a probe runs out
   * @throws BrokenCircuitError or IsolatedCircuitError when the circuit rejects the call, the reason
   * of the caller's signal when it aborts, DisposedBreakerError after `dispose`
   */
  execute<T>(fn: Call<T>, options?: CallOptions): Promise<T>
  /** As `execute`, but never throws: says as a value how it went. */
  attempt<T>(fn: Call<T>, options?: CallOptions): Promise<Attempt<T>>
  /** A function like `fn` that makes its calls through this breaker. */
  wrap<This, Args extends unknown[], T>(
    fn: (this: This, ...args: Args) => T | PromiseLike<T>,
  ): (this: This, ...args: Args) => Promise<T>
  /**
   * Leave to make one call, which must be ended by hand; undefined when the circuit rejects it.
   *
   * @throws DisposedBreakerError after `dispose`
   */
  tryAcquire(): Permit | undefined
  /** The error for a call that was just rejected; undefined while closed. Counts nothing. */
  rejection(): BrokenCircuitError | undefined

  /**
   * Rejects every call until each hold is released.
   *
   * @param reason - shown to operators and callers; default `manual`
   * @param options - `duration`: ms after which the hold releases itself, above 0
   */
  isolate(reason?: string, options?: { readonly duration?: number }): Hold
  /** Closes the circuit, and forgets everything but history and lifetime totals. */
  reset(): void
  /** Lets probes through now. False when the circuit was neither open nor isolated. */
  forceHalfOpen(): boolean
  /**
   * Opens the circuit by hand; the break ends by itself.
   *
   * @param options - `duration`: ms, default what `breakDuration` says
   * @returns false when it was neither closed nor half-open
   */
  trip(reason: string, options?: { readonly duration?: number }): boolean
  /** Ends the breaker: streams complete, timers are gone, later calls reject, late results are nothing. */
  dispose(): void

  /** The figures of now, at the cost of a small object. Reading them moves nothing. */
  stats(): Stats
  /**
   * What the circuit was when, oldest first, as far back as `history` goes.
   *
   * @param options - `since`: epoch ms; default as far back as is known
   */
  timeline(options?: { readonly since?: number }): Span[]
  /** Plain JSON to go on from, in this process or another: `createBreaker(name, { snapshot })`. */
  snapshot(): BreakerSnapshot

  /** The state, now and whenever it changes. */
  readonly state$: Observable<CircuitState>
  /** The history, now and whenever it grows. */
  readonly history$: Observable<readonly Transition[]>
  /**
   * The figures, now and every `every` milliseconds.
   *
   * @throws RangeError when `every` is not above 0
   */
  stats$(every: number): Observable<Stats>
  /** Each transition when it happens. */
  readonly transitions$: Observable<Transition>
  /** Each outcome when it is counted, stale ones included. */
  readonly outcomes$: Observable<Outcome>
  /** Each call that was not made. */
  readonly rejections$: Observable<Rejection>
  /**
   * Counts outcomes measured elsewhere. They count while closed, take a free probe slot while
   * half-open, and are stale otherwise. Errors and completion of the source change nothing.
   *
   * @returns what to unsubscribe to stop
   */
  feed(outcomes$: Observable<FedOutcome>): Subscription
}

/** An actor of the breaker chart. */
export type BreakerActorRef = ActorRefFrom<typeof breakerMachine>

/** The guarded call. It may ignore its signal. */
export type Call<T> = (signal: AbortSignal) => T | PromiseLike<T>

/** Options of one call. */
export interface CallOptions {
  /** Ends the call; its abort is ignored by the breaker. */
  readonly signal?: AbortSignal | undefined
}

/** How an attempt went. `rejected` means that the circuit did not let the call be made. */
export type Attempt<T> =
  | { readonly status: 'success'; readonly value: T }
  /** `value` is there when it was returned but judged a failure; `error` is then undefined. */
  | { readonly status: 'failure'; readonly error: unknown; readonly value?: T }
  | {
      readonly status: 'rejected'
      readonly state: 'open' | 'halfOpen' | 'isolated'
      readonly retryAfter: number | undefined
      /** Made when it is read. */
      readonly error: BrokenCircuitError
    }

/** Leave to make one call. The first ending counts, later ones are nothing. */
export interface Permit extends Disposable {
  /** Aborts when the lease of a probe runs out. */
  readonly signal: AbortSignal
  /** Whether the call decides about a half-open circuit. */
  readonly isProbe: boolean
  /** The call is over, and the dependency did well. Nobody is asked to classify it. */
  succeed(): void
  /** An error that says that the call was refused further in is ignored. */
  fail(error?: unknown): void
  /** The call said nothing about the dependency. */
  ignore(): void
}

/** One reason to keep a circuit isolated. Disposing of it releases it. */
export interface Hold extends Disposable {
  readonly id: number
  readonly reason: string
  /** Epoch ms. */
  readonly since: number
  /** Epoch ms; undefined when only `release` ends it. */
  readonly until: number | undefined
  /** False when it was released already. */
  release(): boolean
}

/** Why the circuit is isolated. */
export interface Isolation {
  /** Epoch ms of the oldest hold. */
  readonly since: number
  readonly reasons: readonly string[]
  readonly holds: readonly Hold[]
}

/** The circuit moved. */
export interface Transition {
  readonly breaker: string
  readonly from: CircuitState
  readonly to: CircuitState
  /** Epoch ms. */
  readonly at: number
  readonly cause: TransitionCause
  /** A sentence for people. */
  readonly reason: string
  /** The figures it was decided on. */
  readonly health: Health
  /** Ms, when it opened. */
  readonly breakDuration?: number
  readonly consecutiveBreaks: number
  /** What the failing call threw, when one did. */
  readonly error?: unknown
}

/** A call ended. */
export interface Outcome {
  readonly breaker: string
  readonly kind: OutcomeKind
  /** Epoch ms. */
  readonly at: number
  /** Ms; undefined when nobody listened when it began. */
  readonly duration: number | undefined
  readonly slow: boolean
  readonly probe: boolean
  /** It was admitted in an earlier epoch and changed nothing. */
  readonly stale: boolean
  readonly error?: unknown
}

/** A call was not made, or in shadow mode would not have been. */
export interface Rejection {
  readonly breaker: string
  readonly state: 'open' | 'halfOpen' | 'isolated'
  /** Epoch ms. */
  readonly at: number
  readonly retryAfter: number | undefined
}

/** An outcome measured elsewhere. */
export interface FedOutcome {
  readonly kind: OutcomeKind
  /** Ms. */
  readonly duration?: number
  readonly error?: unknown
}
