import { healthOf } from './health.js'
import { integer, number, oneOf, shown } from './validate.js'
import type { Health } from './health.js'
import type { SavedRow, SavedWindow } from './sampling-window.js'

/** The states of the chart. */
export type CircuitState = 'closed' | 'open' | 'halfOpen' | 'isolated'
/** All of them, as values. */
export const circuitStates = ['closed', 'open', 'halfOpen', 'isolated'] as const

/** Outcomes since the breaker was made; nothing clears them. */
export interface Totals {
  readonly successes: number
  readonly failures: number
  /** Of these two, the slow ones. */
  readonly slow: number
  readonly ignored: number
  /** Calls that were not made. */
  readonly rejected: number
  /** Results that came after the transition that ended their epoch. */
  readonly stale: number
}

/** An error as plain data. */
export interface SavedError {
  readonly name: string
  readonly message: string
}

/**
 * Everything a breaker knows, as plain JSON of a known version. Moments are epoch milliseconds, so
 * that another process, with another monotonic clock, can go on from it; `null` stands for no end.
 */
export interface BreakerSnapshot {
  readonly version: 1
  readonly name: string
  readonly state: CircuitState
  readonly enteredAt: number
  readonly breakDuration: number | null
  readonly openUntil: number | null
  readonly consecutiveBreaks: number
  readonly halfOpenAttempts: number
  readonly consecutiveFailures: number
  readonly consecutiveSuccesses: number
  /** The figures that the last decision was made on. */
  readonly health: Health
  /** The figures at the first break of this row of breaks. */
  readonly breaking: Health | null
  /** What broke the circuit. */
  readonly failure: SavedError | null
  readonly lastError: SavedError | null
  readonly round: Round
  readonly holds: readonly SavedHold[]
  readonly window: SavedWindow
  readonly errors: Readonly<Record<string, number>>
  readonly totals: Totals
  readonly history: readonly SavedTransition[]
}

/** What the probes of a half-open round have said so far. A slow probe is a bad one. */
export interface Round {
  readonly good: number
  readonly bad: number
  readonly health: Health
}

/** A hold as plain data. */
export interface SavedHold {
  readonly id: number
  readonly reason: string
  readonly since: number
  readonly until: number | null
}

/** A transition as plain data. */
export interface SavedTransition {
  readonly breaker: string
  readonly from: CircuitState
  readonly to: CircuitState
  readonly at: number
  readonly cause: string
  readonly reason: string
  readonly health: Health
  readonly breakDuration?: number | null
  readonly consecutiveBreaks: number
  readonly error?: SavedError
}

/**
 * Takes plain data for a snapshot, checking every field, so that a breaker is never half restored.
 *
 * @throws TypeError or RangeError naming the field, its value and what it must be
 */
export function parseSnapshot(value: unknown): BreakerSnapshot {
  const data = record('snapshot', value)
  if (data.version !== 1) {
    throw new RangeError(`snapshot.version must be 1, got ${shown(data.version)}`)
  }
  return {
    version: 1,
    name: text('snapshot.name', data.name),
    state: oneOf('snapshot.state', data.state, circuitStates),
    enteredAt: moment('snapshot.enteredAt', data.enteredAt),
    breakDuration: nullable('snapshot.breakDuration', data.breakDuration, moment),
    openUntil: nullable('snapshot.openUntil', data.openUntil, moment),
    consecutiveBreaks: count('snapshot.consecutiveBreaks', data.consecutiveBreaks),
    halfOpenAttempts: count('snapshot.halfOpenAttempts', data.halfOpenAttempts),
    consecutiveFailures: count('snapshot.consecutiveFailures', data.consecutiveFailures),
    consecutiveSuccesses: count('snapshot.consecutiveSuccesses', data.consecutiveSuccesses),
    health: health('snapshot.health', data.health),
    breaking: nullable('snapshot.breaking', data.breaking, health),
    failure: nullable('snapshot.failure', data.failure, savedError),
    lastError: nullable('snapshot.lastError', data.lastError, savedError),
    round: round('snapshot.round', data.round),
    holds: holdsOf(data.state, data.holds),
    window: {
      rows: list('snapshot.window.rows', record('snapshot.window', data.window).rows, row),
    },
    errors: tally('snapshot.errors', data.errors),
    totals: totals('snapshot.totals', data.totals),
    history: list('snapshot.history', data.history, transition),
  }
}

type Field<T> = (field: string, value: unknown) => T

const count: Field<number> = (field, value) => integer(field, value, { min: 0, max: 1e15 })
/** What a Date can hold. */
const moment: Field<number> = (field, value) =>
  number(field, value, { min: -8.64e15, max: 8.64e15 })

function record(field: string, value: unknown): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new TypeError(`${field} must be an object, got ${shown(value)}`)
  }
  return value as Record<string, unknown>
}

function text(field: string, value: unknown): string {
  if (typeof value !== 'string')
    throw new TypeError(`${field} must be a string, got ${shown(value)}`)
  return value
}

function nullable<T>(field: string, value: unknown, parse: Field<T>): T | null {
  return value === null ? null : parse(field, value)
}

function list<T>(field: string, value: unknown, parse: Field<T>): T[] {
  if (!Array.isArray(value)) throw new TypeError(`${field} must be an array, got ${shown(value)}`)
  return value.map((item: unknown, i) => parse(`${field}[${String(i)}]`, item))
}

function tally(field: string, value: unknown): Record<string, number> {
  const entries = Object.entries(record(field, value))
  return Object.fromEntries(entries.map(([name, n]) => [name, count(`${field}.${name}`, n)]))
}

function counts(field: string, data: Record<string, unknown>) {
  return {
    successes: count(`${field}.successes`, data.successes),
    failures: count(`${field}.failures`, data.failures),
    slow: count(`${field}.slow`, data.slow),
    ignored: count(`${field}.ignored`, data.ignored),
  }
}

function health(field: string, value: unknown): Health {
  const data = record(field, value)
  return healthOf(counts(field, data), {
    consecutiveFailures: count(`${field}.consecutiveFailures`, data.consecutiveFailures),
    consecutiveSuccesses: count(`${field}.consecutiveSuccesses`, data.consecutiveSuccesses),
  })
}

function round(field: string, value: unknown): Round {
  const data = record(field, value)
  return {
    good: count(`${field}.good`, data.good),
    bad: count(`${field}.bad`, data.bad),
    health: health(`${field}.health`, data.health),
  }
}

function totals(field: string, value: unknown): Totals {
  const data = record(field, value)
  return {
    ...counts(field, data),
    rejected: count(`${field}.rejected`, data.rejected),
    stale: count(`${field}.stale`, data.stale),
  }
}

function row(field: string, value: unknown): SavedRow {
  const data = record(field, value)
  return {
    at: moment(`${field}.at`, data.at),
    ...counts(field, data),
    errors: tally(`${field}.errors`, data.errors),
  }
}

/** An isolation without a hold could not be released, and a hold without it would come as a surprise. */
function holdsOf(state: unknown, value: unknown): SavedHold[] {
  const holds = list('snapshot.holds', value, hold)
  if ((state === 'isolated') !== holds.length > 0) {
    const wanted =
      state === 'isolated' ? 'at least one hold while isolated' : 'no hold unless isolated'
    throw new RangeError(`snapshot.holds must have ${wanted}, got ${String(holds.length)}`)
  }
  if (new Set(holds.map(({ id }) => id)).size < holds.length) {
    throw new RangeError('snapshot.holds must have different ids')
  }
  return holds
}

function hold(field: string, value: unknown): SavedHold {
  const data = record(field, value)
  return {
    id: count(`${field}.id`, data.id),
    reason: text(`${field}.reason`, data.reason),
    since: moment(`${field}.since`, data.since),
    until: nullable(`${field}.until`, data.until, moment),
  }
}

function savedError(field: string, value: unknown): SavedError {
  const data = record(field, value)
  return { name: text(`${field}.name`, data.name), message: text(`${field}.message`, data.message) }
}

function transition(field: string, value: unknown): SavedTransition {
  const data = record(field, value)
  return {
    breaker: text(`${field}.breaker`, data.breaker),
    from: oneOf(`${field}.from`, data.from, circuitStates),
    to: oneOf(`${field}.to`, data.to, circuitStates),
    at: moment(`${field}.at`, data.at),
    cause: text(`${field}.cause`, data.cause),
    reason: text(`${field}.reason`, data.reason),
    health: health(`${field}.health`, data.health),
    consecutiveBreaks: count(`${field}.consecutiveBreaks`, data.consecutiveBreaks),
    ...(data.breakDuration === undefined
      ? {}
      : { breakDuration: nullable(`${field}.breakDuration`, data.breakDuration, moment) }),
    ...(data.error === undefined ? {} : { error: savedError(`${field}.error`, data.error) }),
  }
}
