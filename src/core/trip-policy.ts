import { integer, number, optionsOf } from './validate.js'
import { formatDuration, formatRate } from './format.js'
import type { Health } from './health.js'

/**
 * The limits that a circuit is held against; `Infinity` where one is not used. A circuit is
 * unhealthy when it has reached any of them. They are plain numbers so that an inspector shows them.
 */
export interface Limits {
  /** Share of failed calls, above 0 and at most 1. */
  readonly failureRatio: number
  /** Share of slow calls, above 0 and at most 1. */
  readonly slowRatio: number
  /** Calls below which no ratio is looked at. */
  readonly minimumThroughput: number
  /** Failures in a row. */
  readonly consecutiveFailures: number
}

/** What the sampling window spans: milliseconds, or a number of calls. */
export type Sampling =
  | { readonly by: 'time'; readonly duration: number }
  | { readonly by: 'count'; readonly size: number }

/** Another rule for opening than the failure ratio over a time window. Made by the factories below. */
export type TripPolicy =
  | { readonly type: 'consecutiveFailures'; readonly count: number }
  | {
      readonly type: 'countWindow'
      readonly size: number
      readonly failureRatio: number
      readonly minimumThroughput: number
    }

/**
 * Opens after `count` failures in a row, however long they take: the count-based breaker of old.
 *
 * @param count - an integer of at least 1
 * @throws RangeError when `count` is out of bounds
 */
export function consecutiveFailures(count: number): TripPolicy {
  return {
    type: 'consecutiveFailures',
    count: integer('consecutiveFailures count', count, { min: 1 }),
  }
}

/** Options of {@link countWindow}. */
export interface CountWindowOptions {
  /** How many of the latest calls are looked at: an integer from 1 to 100,000. */
  readonly size: number
  /** Share of failures that opens, above 0 and at most 1. Default 0.5. */
  readonly failureRatio?: number
  /** Calls below which nothing is decided: 1 to `size`. Default 10, or `size` if that is less. */
  readonly minimumThroughput?: number
}

/**
 * Opens when the failure ratio among the latest `size` calls reaches `failureRatio`, whenever they
 * were made: for dependencies called too seldom for a time window.
 *
 * @throws RangeError when an option is out of bounds
 */
export function countWindow(options: CountWindowOptions): TripPolicy {
  const given = optionsOf('countWindow options', options, [
    'size',
    'failureRatio',
    'minimumThroughput',
  ])
  const size = integer('size', given.size, { min: 1, max: 100_000 })
  return {
    type: 'countWindow',
    size,
    failureRatio: ratio('failureRatio', given.failureRatio ?? 0.5),
    minimumThroughput: integer('minimumThroughput', given.minimumThroughput ?? Math.min(10, size), {
      min: 1,
      max: size,
    }),
  }
}

/** A ratio above 0 and at most 1; hints at the ratio that somebody who wrote per cent meant. */
export function ratio(option: string, value: unknown): number {
  return number(option, value, { above: 0, max: 1, hint: percentHint })
}

function percentHint(value: number): string | undefined {
  return value > 0 && value <= 100 ? String(value / 100) : undefined
}

/** The figures that a circuit is judged by. */
export type Figures = Pick<
  Health,
  'throughput' | 'failureRate' | 'slowRate' | 'consecutiveFailures'
>

/** True when the figures have reached a limit. Exact, compared with ≥. */
export function isUnhealthy(limits: Limits, figures: Figures): boolean {
  return (
    figures.consecutiveFailures >= limits.consecutiveFailures ||
    (figures.throughput >= limits.minimumThroughput &&
      (figures.failureRate >= limits.failureRatio || figures.slowRate >= limits.slowRatio))
  )
}

/** Which limit was reached. */
export type TripCause = 'failure-rate' | 'slow-rate' | 'consecutive-failures'

/** Says which limit `health` reached, as a word and as a sentence. */
export function tripReason(
  limits: Limits,
  sampling: Sampling,
  health: Figures,
): { cause: TripCause; reason: string } {
  if (health.consecutiveFailures >= limits.consecutiveFailures) {
    const { consecutiveFailures: limit } = limits
    return {
      cause: 'consecutive-failures',
      reason: `${String(health.consecutiveFailures)} consecutive failures reached the limit of ${String(limit)}`,
    }
  }
  const calls = sampling.by === 'time' ? 'calls' : 'latest calls'
  const span = sampling.by === 'time' ? ` in ${formatDuration(sampling.duration)}` : ''
  const over = `over ${String(health.throughput)} ${calls}${span}`
  return health.failureRate >= limits.failureRatio
    ? {
        cause: 'failure-rate',
        reason: `failure rate ${formatRate(health.failureRate)} reached ${formatRate(limits.failureRatio)} ${over}`,
      }
    : {
        cause: 'slow-rate',
        reason: `slow-call rate ${formatRate(health.slowRate)} reached ${formatRate(limits.slowRatio)} ${over}`,
      }
}
