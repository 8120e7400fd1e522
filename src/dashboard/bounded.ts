import { errorName, messageOf } from '../core/index.js'
import type { Limits, Transition } from '../index.js'
import type { ErrorRow, LimitsRow, TransitionRow } from './wire.js'

const longestText = 300

/** A text of other people's making, cut to what a page can show. */
export function boundedText(text: string): string {
  return text.length > longestText ? `${text.slice(0, longestText - 1)}…` : text
}

/** An error as name and message: its other fields may be anything, and of any size. */
export function errorRow(error: unknown): ErrorRow {
  return { name: boundedText(errorName(error)), message: boundedText(messageOf(error)) }
}

export function transitionRow(transition: Transition): TransitionRow {
  const { breaker, from, to, at, cause, reason, health, error } = transition
  return {
    breaker,
    from,
    to,
    at,
    cause,
    reason: boundedText(reason),
    throughput: health.throughput,
    failures: health.failures,
    error: error === undefined ? null : errorRow(error),
  }
}

export function limitsRow(limits: Limits): LimitsRow {
  return {
    failureRatio: finite(limits.failureRatio),
    slowRatio: finite(limits.slowRatio),
    minimumThroughput: limits.minimumThroughput,
    consecutiveFailures: finite(limits.consecutiveFailures),
  }
}

/** JSON has no Infinity. */
export function finite(value: number | undefined): number | null {
  return value === undefined || !Number.isFinite(value) ? null : value
}
