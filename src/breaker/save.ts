import { errorName, messageOf, noHealth } from '../core/index.js'
import type { BreakerContext } from '../../machines/breaker.context.js'
import type { BreakerSnapshot, CircuitState, Health, SavedError } from '../core/index.js'
import type { Transition } from './breaker.js'
import type { Tally } from './tally.js'

/** What a breaker knows, as it knows it. Moments are monotonic ms, but for those of `history`. */
export interface Saved {
  readonly name: string
  readonly state: CircuitState
  readonly context: BreakerContext
  readonly health: Health
  readonly at: number
  readonly enteredAt: number
  readonly toWall: (at: number) => number
  readonly tally: ReturnType<Tally['save']>
  readonly history: readonly Transition[]
}

/** Writes it down as plain JSON: moments as epoch ms, no end as null, errors as name and message. */
export function saveBreaker(saved: Saved): BreakerSnapshot {
  const { name, state, context, health, at, toWall, tally } = saved
  return {
    version: 1,
    name,
    state,
    enteredAt: toWall(saved.enteredAt),
    breakDuration: finite(context.breakDuration),
    // A break that is over is over now: before the first one there was none.
    openUntil: finite(toWall(Math.max(context.openUntil, at))),
    consecutiveBreaks: context.consecutiveBreaks,
    halfOpenAttempts: context.halfOpenAttempts,
    consecutiveFailures: health.consecutiveFailures,
    consecutiveSuccesses: health.consecutiveSuccesses,
    health: { ...(state === 'closed' ? noHealth : context.health) },
    breaking: context.breaking === undefined ? null : { ...context.breaking },
    failure: context.failure?.error === undefined ? null : savedError(context.failure),
    lastError: tally.lastError === undefined ? null : savedError(tally.lastError),
    round: { ...context.round, health: { ...context.round.health } },
    holds: context.holds.map(({ id, reason, since, until }) => ({
      id,
      reason,
      since: toWall(since),
      until: finite(toWall(until)),
    })),
    window: tally.window,
    errors: tally.errors,
    totals: tally.totals,
    history: saved.history.map(({ error, breakDuration, health, ...transition }) => ({
      ...transition,
      health: { ...health },
      ...(breakDuration === undefined ? {} : { breakDuration: finite(breakDuration) }),
      ...(error === undefined ? {} : { error: savedError(error) }),
    })),
  }
}

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null
}

function savedError(error: unknown): SavedError {
  return { name: errorName(error), message: messageOf(error) }
}
