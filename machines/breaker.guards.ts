import { isUnhealthy, noHealth } from '../src/core/index.js'
import { restoredState, timeOf } from './breaker.context.js'
import { holdsAfter, isCurrent, isFreeProbe, isOfProbe, roundAfter } from './breaker.round.js'
import type { Moment, OutcomeEvent } from './breaker.context.js'

/** The questions of the chart. Each is a function of context and event and never throws. */
export const guards = {
  /** This outcome is bad, and with it a limit is reached. */
  isUnhealthy: ({ context, event }: Moment) => {
    if (event.type !== 'OUTCOME' || !isCurrent(event, context)) return false
    if (event.outcome !== 'failure' && event.slow !== true) return false
    return isUnhealthy(context.settings.limits, event.health ?? noHealth)
  },
  isBreakOver: (moment: Moment) => timeOf(moment) >= moment.context.openUntil,
  isBreakRunning: (moment: Moment) => timeOf(moment) < moment.context.openUntil,
  hasFreeProbe: ({ context }: Moment) => isFreeProbe(context),
  /** An outcome that no probe of this round stands behind. */
  isStale: (moment: Moment) => !isOfProbe(moment),
  /** The call was refused further in: it said nothing about the dependency. */
  isRefused: ({ event }: Moment) => (event as OutcomeEvent).refused === true,
  /** Enough probes have succeeded. */
  isRecovered: (moment: Moment) =>
    roundAfter(moment).good >= moment.context.settings.halfOpen.successes,
  /** So many probes have failed that enough can no longer succeed. */
  isBeyondRecovery: (moment: Moment) => {
    const { probes, successes } = moment.context.settings.halfOpen
    return roundAfter(moment).bad > probes - successes
  },
  isStillHeld: (moment: Moment) => holdsAfter(moment).length > 0,
  wasOpen: ({ context }: Moment) => restoredState(context) === 'open',
  wasHalfOpen: ({ context }: Moment) => restoredState(context) === 'halfOpen',
  wasIsolated: ({ context }: Moment) => restoredState(context) === 'isolated',
}
