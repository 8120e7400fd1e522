import { Failure, Settings, noHealth } from '../src/core/index.js'
import type {
  BreakerOptions,
  BreakerSnapshot,
  CircuitState,
  Health,
  OutcomeKind,
  Round,
  TripCause,
} from '../src/core/index.js'

/** What the chart is started with. */
export interface BreakerInput {
  readonly name: string
  readonly options?: BreakerOptions | Settings
}

/** Why the circuit moved, as a word. */
export type TransitionCause =
  | TripCause
  | 'break-elapsed'
  | 'probe-succeeded'
  | 'probe-failed'
  | 'lease-expired'
  | 'probe-refused'
  | 'isolated'
  | 'released'
  | 'hold-expired'
  | 'forced-half-open'
  | 'tripped'
  | 'reset'

/** The last decision: what moved the circuit, when, and the figures that it was made on. */
export interface Decision {
  readonly cause: TransitionCause
  readonly reason: string
  readonly at: number
  readonly health: Health
  readonly failure: Failure | undefined
}

/** One reason to keep the circuit isolated; `until` is Infinity when only a release ends it. */
export interface HoldRecord {
  readonly id: number
  readonly reason: string
  readonly since: number
  readonly until: number
}

/** A probe that runs, and when its lease ends. */
export interface Lease {
  readonly probe: number
  readonly until: number
}

/** What a person wants to see in the inspector. Moments are monotonic milliseconds. */
export interface BreakerContext {
  readonly name: string
  /** Shows as plain figures. */
  readonly settings: Settings
  /** Counts the times between transitions; what was admitted in another one is stale. */
  readonly epoch: number
  readonly consecutiveBreaks: number
  readonly halfOpenAttempts: number
  readonly breakDuration: number
  readonly openUntil: number
  /** The figures that the last decision was made on. */
  readonly health: Health
  /** The figures at the first break of this row of breaks. */
  readonly breaking: Health | undefined
  /** What broke the circuit. */
  readonly failure: Failure | undefined
  readonly round: Round
  /** The probes that run. */
  readonly leases: readonly Lease[]
  readonly holds: readonly HoldRecord[]
  /** The number of the latest hold; none is ever used again. */
  readonly lastHold: number
  readonly decision: Decision | undefined
}

/** A finished call. */
export interface OutcomeEvent {
  readonly type: 'OUTCOME'
  readonly outcome: OutcomeKind
  /** The figures with this call in them. Without them a closed circuit stays closed. */
  readonly health?: Health
  /** Took longer than `slowCall.duration`: not a good sign even when it succeeded. */
  readonly slow?: boolean
  /** The call was refused before it reached the dependency. Goes with the outcome `ignored`. */
  readonly refused?: boolean
  readonly error?: unknown
  /** The epoch it was admitted in; without it, it is of this one. */
  readonly epoch?: number
  /** Which probe it was; without it, it takes any free one. */
  readonly probe?: number
  readonly at?: number
}

/** Events of the chart. `at` is monotonic milliseconds; without it, now. */
export type BreakerEvent =
  | OutcomeEvent
  | { readonly type: 'ACQUIRE'; readonly probe: number; readonly at?: number }
  | { readonly type: 'DEADLINE'; readonly at?: number }
  | {
      readonly type: 'ISOLATE'
      readonly reason?: string
      /** Milliseconds until the hold ends by itself. */
      readonly duration?: number
      readonly hold?: number
      readonly health?: Health
      readonly at?: number
    }
  /** Without `hold`, the latest one. */
  | { readonly type: 'RELEASE'; readonly hold?: number; readonly at?: number }
  | { readonly type: 'RESET'; readonly at?: number }
  | { readonly type: 'FORCE_HALF_OPEN'; readonly at?: number }
  | {
      readonly type: 'TRIP'
      readonly reason?: string
      readonly duration?: number
      readonly health?: Health
      readonly at?: number
    }

/** What guards, actions and delays are given. */
export interface Moment {
  readonly context: BreakerContext
  readonly event: BreakerEvent
}

/** When the event happened: now, unless it says so. */
export function timeOf({ context, event }: Moment): number {
  return Number.isFinite(event.at) ? (event.at as number) : context.settings.clock.now()
}

/** The context a chart begins with: new, or going on from a snapshot. */
export function initialContext({ input }: { input: BreakerInput }): BreakerContext {
  const settings = Settings.of(input.options)
  const context = newContext(input.name, settings)
  const { snapshot } = settings
  return snapshot === undefined ? context : restored(context, snapshot)
}

/** The context of a circuit that has only ever been closed. */
export function newContext(name: string, settings: Settings): BreakerContext {
  return {
    name,
    settings,
    epoch: 0,
    consecutiveBreaks: 0,
    halfOpenAttempts: 0,
    breakDuration: 0,
    openUntil: -Infinity,
    health: noHealth,
    breaking: undefined,
    failure: undefined,
    round: { good: 0, bad: 0, health: noHealth },
    leases: [],
    holds: [],
    lastHold: 0,
    decision: undefined,
  }
}

function restored(context: BreakerContext, saved: BreakerSnapshot): BreakerContext {
  const { clock } = context.settings
  const now = clock.now()
  const elapsed = (at: number) => at - clock.wall()
  const breakDuration = saved.breakDuration ?? Infinity
  // A wall clock that was set back must not stretch a break, nor one set forth begin it anew.
  const left =
    saved.openUntil === null ? Infinity : Math.min(elapsed(saved.openUntil), breakDuration)
  return {
    ...context,
    consecutiveBreaks: saved.consecutiveBreaks,
    halfOpenAttempts: saved.halfOpenAttempts,
    breakDuration,
    openUntil: saved.state === 'closed' ? -Infinity : now + left,
    health: saved.health,
    breaking: saved.breaking ?? undefined,
    failure:
      saved.failure === null ? undefined : Failure.thrown(revivedError(saved.failure), clock.wall),
    round: goingOn(saved.round, context.settings) ? saved.round : context.round,
    lastHold: Math.max(0, ...saved.holds.map(({ id }) => id)),
    holds: saved.holds.map(({ id, reason, since, until }) => ({
      id,
      reason,
      since: now + Math.min(elapsed(since), 0),
      until: until === null ? Infinity : now + Math.min(elapsed(until), until - since),
    })),
  }
}

/** Whether a half-open round is still undecided: the options may be others than it began with. */
function goingOn({ good, bad }: Round, { halfOpen }: Settings): boolean {
  const { probes, successes } = halfOpen
  return good < successes && bad <= probes - successes
}

/** An error out of a snapshot, as good as it can be had. */
export function revivedError({ name, message }: { name: string; message: string }): Error {
  const error = new Error(message)
  delete error.stack
  return Object.assign(error, { name })
}

/** The state a snapshot was taken in; undefined without one. */
export function restoredState(context: BreakerContext): CircuitState | undefined {
  return context.settings.snapshot?.state
}

/** When a state has something to do by itself: a break, a lease or a hold ends. */
export function deadlineOf(state: CircuitState, context: BreakerContext): number {
  if (state === 'open') return context.openUntil
  // Only a half-open circuit has leases, and only an isolated one has holds.
  return Math.min(earliest(context.leases), earliest(context.holds))
}

function earliest(ends: readonly { readonly until: number }[]): number {
  return ends.reduce((first, { until }) => Math.min(first, until), Infinity)
}
