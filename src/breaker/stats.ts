import { formatDuration } from '../core/index.js'
import type { CircuitState, Health, Limits, Totals } from '../core/index.js'
import type { Transition } from './breaker.js'

/**
 * What an operator asks for. The figures are those of the sampling window while closed, those of
 * the probes while half-open, and while open or isolated those that it was decided on.
 */
export interface Stats extends Health {
  readonly name: string
  readonly state: CircuitState
  /** Ms. */
  readonly timeInState: number
  /** Ms; undefined while isolated. */
  readonly retryAfter: number | undefined
  readonly successRate: number
  readonly limits: Limits
  readonly hasMinimumThroughput: boolean
  readonly consecutiveBreaks: number
  /** Failures by the name of their error: at most 50 names, the rest as `other`. */
  readonly errorBreakdown: Readonly<Record<string, number>>
  /** What was thrown last. */
  readonly lastError: unknown
  /** The latest ten, oldest first. */
  readonly recentTransitions: readonly Transition[]
  /** Reasons of the holds. */
  readonly isolation: readonly string[]
  /** Calls not made, since the breaker was made. */
  readonly rejected: number
  /** Results that came too late, since the breaker was made. */
  readonly stale: number
  /** Since the breaker was made. */
  readonly totals: Totals
}

/** Prints the figures for people, a fact a line. */
export function formatStats(stats: Stats): string {
  const { name, state, throughput, failures, slow, limits } = stats
  const lines = [
    `${name}: ${state} for ${formatDuration(stats.timeInState)}`,
    `failure rate ${percent(stats.failureRate)} of ${String(throughput)} calls (${String(failures)} failed, ` +
      `limit ${limits.failureRatio === Infinity ? 'none' : percent(limits.failureRatio)})`,
    `success rate ${percent(stats.successRate)}, slow ${percent(stats.slowRate)} (${String(slow)})`,
    `in a row: ${String(stats.consecutiveFailures)} failures, ${String(stats.consecutiveSuccesses)} successes, ` +
      `${String(stats.consecutiveBreaks)} breaks`,
    `rejected ${String(stats.rejected)}, ignored ${String(stats.ignored)}, stale ${String(stats.stale)}`,
  ]
  if (state === 'open') lines.push(`next try in ${formatDuration(stats.retryAfter ?? Infinity)}`)
  if (stats.isolation.length > 0) lines.push(`isolated: ${stats.isolation.join('; ')}`)
  const errors = Object.entries(stats.errorBreakdown).map(([error, n]) => `${error} ${String(n)}`)
  if (errors.length > 0) lines.push(`errors: ${errors.join(', ')}`)
  return lines.join('\n')
}

function percent(rate: number): string {
  return `${(rate * 100).toFixed(2)}%`
}
