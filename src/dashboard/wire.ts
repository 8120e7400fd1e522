import type { CircuitState, TransitionCause } from '../index.js'

export type { CircuitState }

// What server and page say to each other. Moments are epoch ms. `null` stands for what JSON cannot
// say: no end, no limit, nothing there.

/** A breaker as a line of the list shows it. */
export interface BreakerRow {
  readonly name: string
  readonly state: CircuitState
  /** When it entered that state. */
  readonly since: number
  /** When the break ends; null when it is not open, or open until somebody resets it. */
  readonly until: number | null
  readonly throughput: number
  readonly failures: number
  readonly slow: number
  readonly consecutiveFailures: number
  readonly consecutiveBreaks: number
  readonly limits: LimitsRow
  /** Over the last ten seconds or so. */
  readonly perSecond: RatesRow
  /** Since the breaker was made. */
  readonly totals: TotalsRow
  readonly holds: readonly HoldRow[]
  readonly lastError: ErrorRow | null
  readonly lastTransition: TransitionRow | null
}

/** What changed of a breaker; of a new one, everything. */
export type BreakerPatch = Pick<BreakerRow, 'name'> & Partial<BreakerRow>

/** The limits that a circuit is held against. */
export interface LimitsRow {
  readonly failureRatio: number | null
  readonly slowRatio: number | null
  readonly minimumThroughput: number
  readonly consecutiveFailures: number | null
}

/** Calls a second. */
export interface RatesRow {
  readonly succeeded: number
  readonly failed: number
  readonly rejected: number
}

/** Calls. */
export interface TotalsRow extends RatesRow {
  readonly slow: number
  readonly ignored: number
  readonly stale: number
}

/** One reason to keep a circuit isolated. */
export interface HoldRow {
  readonly id: number
  readonly reason: string
  readonly since: number
  readonly until: number | null
}

/** An error, in bounded space. */
export interface ErrorRow {
  readonly name: string
  readonly message: string
}

/** A transition, in bounded space. */
export interface TransitionRow {
  readonly breaker: string
  readonly from: CircuitState
  readonly to: CircuitState
  readonly at: number
  readonly cause: TransitionCause
  readonly reason: string
  readonly throughput: number
  readonly failures: number
  readonly error: ErrorRow | null
}

/** Everything: what a reader is told first, and whenever it could not keep up. */
export interface Everything {
  readonly type: 'everything'
  /** Another one means another process, or a dashboard made anew. */
  readonly dashboard: string
  readonly title: string
  readonly now: number
  /** Whether anybody may act. */
  readonly control: boolean
  readonly rows: readonly BreakerRow[]
  /** The latest of all breakers, oldest first. */
  readonly transitions: readonly TransitionRow[]
}

/** What changed since the last message. */
interface Changes {
  readonly type: 'changes'
  readonly now: number
  readonly rows: readonly BreakerPatch[]
  /** Names of breakers that are no more. */
  readonly gone: readonly string[]
  readonly transitions: readonly TransitionRow[]
}

/** What the event stream carries. */
export type Message = Everything | Changes

/** What is asked for when somebody looks at one breaker. */
export interface BreakerDetail {
  readonly name: string
  readonly now: number
  /** The latest, oldest first. */
  readonly transitions: readonly TransitionRow[]
  /** The states it was in, oldest first. */
  readonly spans: readonly SpanRow[]
  /** Failures in the window by the name of their error, the most frequent first. */
  readonly errors: readonly ErrorCount[]
  readonly series: SeriesRow
}

/** A time in one state. */
export interface SpanRow {
  readonly state: CircuitState
  readonly from: number
  readonly to: number
}

/** Failures of one name. */
interface ErrorCount {
  readonly name: string
  readonly count: number
}

/** Calls a second over time, column by column as a plot wants them. */
export interface SeriesRow {
  /** Epoch ms between two points when nothing is late. */
  readonly step: number
  readonly at: readonly number[]
  readonly succeeded: readonly number[]
  readonly failed: readonly number[]
  readonly rejected: readonly number[]
}

/** What an operator can do. */
export type DashboardAction =
  | {
      readonly action: 'isolate'
      readonly breaker: string
      /** Shown to operators and callers: 1 to 200 characters. */
      readonly reason: string
      /** Ms after which the hold ends by itself, above 0; without it, only a release ends it. */
      readonly duration?: number
    }
  | { readonly action: 'release'; readonly breaker: string; readonly hold: number }
  | { readonly action: 'forceHalfOpen'; readonly breaker: string }
  | { readonly action: 'reset'; readonly breaker: string }

/** Why a request was refused. */
export type RefusalCode =
  | 'bad-request'
  | 'cross-site'
  | 'disposed'
  | 'method-not-allowed'
  | 'no-effect'
  | 'not-found'
  | 'read-only'
  | 'too-large'
  | 'too-many-readers'
  | 'unauthorized'

/** The body of a refusal. */
export interface RefusalBody {
  readonly error: { readonly code: RefusalCode; readonly message: string }
}
