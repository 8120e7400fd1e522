import { boundedText, errorRow, finite, limitsRow, transitionRow } from './bounded.js'
import { Series } from './series.js'
import type { Breaker, Stats, Transition } from '../index.js'
import type { TimeAxis } from './series.js'
import type {
  BreakerDetail,
  BreakerPatch,
  BreakerRow,
  ErrorRow,
  HoldRow,
  LimitsRow,
  RatesRow,
  TotalsRow,
  TransitionRow,
} from './wire.js'

/** A moment in monotonic and in epoch ms. */
export interface Instant {
  readonly now: number
  readonly wall: number
}

/** What is shown as a rate is that of so many ms. */
const rateSpan = 10_000
/** Transitions and spans that a page is told of one breaker. */
const longestHistory = 200

const atRest: RatesRow = { succeeded: 0, failed: 0, rejected: 0 }

/**
 * One breaker as the dashboard knows it. It only looks: it subscribes to nothing, so it costs a call
 * nothing, and a registry can still let go of an idle breaker.
 */
export class WatchedBreaker {
  readonly breaker: Breaker
  row: BreakerRow
  readonly #series: Series
  #past: { readonly now: number; readonly totals: TotalsRow }[] = []
  #perSecond = atRest
  readonly #limits: LimitsRow
  // What a row repeats as long as it is the same: then it need not be sent again.
  #error: unknown
  #errorRow: ErrorRow | null = null
  #transition: Transition | undefined
  #transitionRow: TransitionRow | null = null
  #holds: readonly HoldRow[] = noHolds

  constructor(breaker: Breaker, axis: TimeAxis, instant: Instant) {
    this.breaker = breaker
    this.#series = new Series(axis)
    const stats = breaker.stats()
    this.#limits = limitsRow(stats.limits)
    this.row = this.#rowOf(stats, instant)
    this.#past.push({ now: instant.now, totals: this.row.totals })
  }

  /** Looks at the breaker; undefined when nothing has changed since the last look. */
  look(instant: Instant): BreakerPatch | undefined {
    const before = this.row
    this.row = this.#rowOf(this.breaker.stats(), instant, before)
    const changed = (Object.keys(this.row) as (keyof BreakerRow)[]).filter(
      (field) => this.row[field] !== before[field],
    )
    if (changed.length === 0) return undefined
    const patch = Object.fromEntries(changed.map((field) => [field, this.row[field]]))
    return { ...patch, name: this.row.name }
  }

  /** Adds a point to the series, of the calls since the last one. */
  record({ now }: Instant): void {
    const { totals } = this.row
    const last = this.#past.at(-1)
    if (last !== undefined) this.#series.record(ratesBetween(last, { now, totals }))
    this.#past.push({ now, totals })
    // Keeps the youngest of those that are older than the span.
    while ((this.#past[1]?.now ?? Infinity) <= now - rateSpan) this.#past.shift()
    const oldest = this.#past[0]
    if (oldest !== undefined) this.#perSecond = ratesBetween(oldest, { now, totals })
  }

  detail(wall: number): BreakerDetail {
    const errors = Object.entries(this.breaker.stats().errorBreakdown)
      .map(([name, count]) => ({ name: boundedText(name), count }))
      .sort((one, other) => other.count - one.count)
    return {
      name: this.row.name,
      now: wall,
      transitions: this.breaker.history.slice(-longestHistory).map(transitionRow),
      spans: this.breaker
        .timeline()
        .slice(-longestHistory)
        .map(({ state, from, to }) => ({ state, from, to })),
      errors,
      series: this.#series.read(),
    }
  }

  #rowOf(stats: Stats, { wall }: Instant, before?: BreakerRow): BreakerRow {
    const { name, state, throughput, failures, slow, totals } = stats
    const until = state === 'open' ? finite(stats.retryAfter) : null
    return {
      name,
      state,
      since: steady(before?.since, wall - stats.timeInState),
      until: until === null ? null : steady(before?.until, wall + until),
      throughput,
      failures,
      slow,
      consecutiveFailures: stats.consecutiveFailures,
      consecutiveBreaks: stats.consecutiveBreaks,
      limits: this.#limits,
      perSecond: same(before?.perSecond, this.#perSecond),
      totals: same(before?.totals, {
        succeeded: totals.successes,
        failed: totals.failures,
        rejected: totals.rejected,
        slow: totals.slow,
        ignored: totals.ignored,
        stale: totals.stale,
      }),
      holds: this.#holdsOf(state),
      lastError: this.#lastErrorOf(stats.lastError),
      lastTransition: this.#lastTransitionOf(),
    }
  }

  #holdsOf(state: Stats['state']): readonly HoldRow[] {
    const holds = state === 'isolated' ? (this.breaker.isolation?.holds ?? []) : []
    const asMany = this.#holds.length === holds.length
    // The same holds have the same ids, in the same order.
    if (asMany && this.#holds.every(({ id }, i) => holds[i]?.id === id)) return this.#holds
    this.#holds = holds.map(({ id, reason, since, until }) => ({
      id,
      reason: boundedText(reason),
      since: Math.round(since),
      until: until === undefined ? null : Math.round(until),
    }))
    return this.#holds
  }

  #lastErrorOf(error: unknown): ErrorRow | null {
    if (error !== this.#error) {
      this.#error = error
      this.#errorRow = error === undefined ? null : errorRow(error)
    }
    return this.#errorRow
  }

  #lastTransitionOf(): TransitionRow | null {
    const transition = this.breaker.history.at(-1)
    if (transition !== this.#transition) {
      this.#transition = transition
      this.#transitionRow = transition === undefined ? null : transitionRow(transition)
    }
    return this.#transitionRow
  }
}

const noHolds: readonly HoldRow[] = []

/** A moment that is told anew at each look, from clocks that drift: the old one, if it will do. */
function steady(before: number | null | undefined, moment: number): number {
  return typeof before === 'number' && Math.abs(before - moment) < 100 ? before : Math.round(moment)
}

/** The old figures when the new ones are equal, so that they are not sent again. */
function same<T extends object>(before: T | undefined, figures: T): T {
  if (before === undefined) return figures
  const fields = Object.keys(figures) as (keyof T)[]
  return fields.every((field) => before[field] === figures[field]) ? before : figures
}

interface Count {
  readonly now: number
  readonly totals: TotalsRow
}

function ratesBetween(from: Count, to: Count): RatesRow {
  const seconds = (to.now - from.now) / 1000
  if (seconds <= 0) return atRest
  const rateOf = (column: keyof RatesRow) =>
    Math.max(0, Number(((to.totals[column] - from.totals[column]) / seconds).toFixed(2)))
  return {
    succeeded: rateOf('succeeded'),
    failed: rateOf('failed'),
    rejected: rateOf('rejected'),
  }
}
