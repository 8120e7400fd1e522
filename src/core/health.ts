import type { OutcomeKind } from './outcome.js'

/** What was counted. `slow` calls are successes or failures too; `ignored` ones are neither. */
export interface Counts {
  readonly successes: number
  readonly failures: number
  readonly slow: number
  readonly ignored: number
}

/** How many calls in a row ended alike. Ignored calls leave both as they are. */
export interface Streaks {
  readonly consecutiveFailures: number
  readonly consecutiveSuccesses: number
}

/** The figures a decision is made on. Rates run from 0 to 1 and are 0 when nothing was counted. */
export interface Health extends Counts, Streaks {
  /** Completed calls that count: successes and failures. */
  readonly throughput: number
  readonly failureRate: number
  readonly slowRate: number
}

/** The figures that follow from what was counted. */
export function healthOf(counts: Counts, streaks: Streaks): Health {
  const { successes, failures, slow, ignored } = counts
  const throughput = successes + failures
  return {
    throughput,
    successes,
    failures,
    slow,
    ignored,
    failureRate: throughput === 0 ? 0 : failures / throughput,
    slowRate: throughput === 0 ? 0 : slow / throughput,
    consecutiveFailures: streaks.consecutiveFailures,
    consecutiveSuccesses: streaks.consecutiveSuccesses,
  }
}

/** Nothing counted yet. */
export const noStreaks: Streaks = { consecutiveFailures: 0, consecutiveSuccesses: 0 }
/** Nothing counted yet. */
export const noCounts: Counts = { successes: 0, failures: 0, slow: 0, ignored: 0 }
/** Nothing counted yet. Frozen: one object stands in the stats and transitions of many breakers. */
export const noHealth: Health = Object.freeze(healthOf(noCounts, noStreaks))

/** The figures after one more outcome. */
export function withOutcome(health: Health, kind: OutcomeKind, slow: boolean): Health {
  if (kind === 'ignored') return { ...health, ignored: health.ignored + 1 }
  const failed = kind === 'failure'
  return healthOf(
    {
      successes: health.successes + (failed ? 0 : 1),
      failures: health.failures + (failed ? 1 : 0),
      slow: health.slow + (slow ? 1 : 0),
      ignored: health.ignored,
    },
    {
      consecutiveFailures: failed ? health.consecutiveFailures + 1 : 0,
      consecutiveSuccesses: failed ? 0 : health.consecutiveSuccesses + 1,
    },
  )
}
