import { withOutcome } from '../src/core/index.js'
import { timeOf } from './breaker.context.js'
import type { Round } from '../src/core/index.js'
import type { BreakerContext, HoldRecord, Moment } from './breaker.context.js'

/** True for an event of this epoch, or of no epoch: fed from outside. */
export function isCurrent({ context, event }: Moment): boolean {
  return event.type === 'OUTCOME' && (event.epoch ?? context.epoch) === context.epoch
}

/** Whether the half-open round lets one more probe begin. */
export function isFreeProbe({ settings, round, leases }: BreakerContext): boolean {
  const running = Object.keys(leases).length
  const { probes, maxConcurrent } = settings.halfOpen
  return running < maxConcurrent && round.good + round.bad + running < probes
}

/** When the lease of the probe behind an outcome ends; undefined when there is none. */
export function leaseOf(moment: Moment): number | undefined {
  const { context, event } = moment
  if (event.type !== 'OUTCOME' || !isCurrent(moment)) return undefined
  if (event.probe !== undefined) return context.leases[event.probe]
  return isFreeProbe(context) ? Infinity : undefined
}

/** The round after the event: one outcome, or the failure of every probe whose lease ran out. */
export function roundAfter(moment: Moment): Round {
  const { context, event } = moment
  if (event.type === 'OUTCOME') return withProbe(context.round, event.outcome, event.slow === true)
  return expiredLeases(moment).reduce((round) => withProbe(round, 'failure', false), context.round)
}

/** The leases that go on after the event. */
export function leasesAfter(moment: Moment): Record<number, number> {
  const { context, event } = moment
  const ended = event.type === 'OUTCOME' ? [String(event.probe)] : expiredLeases(moment)
  return Object.fromEntries(
    Object.entries(context.leases).filter(([probe]) => !ended.includes(probe)),
  )
}

function expiredLeases(moment: Moment): string[] {
  const at = timeOf(moment)
  const { leases } = moment.context
  return Object.keys(leases).filter((probe) => at >= (leases[Number(probe)] as number))
}

function withProbe(round: Round, outcome: 'success' | 'failure' | 'ignored', slow: boolean): Round {
  const health = withOutcome(round.health, outcome, slow)
  if (outcome === 'ignored') return { ...round, health }
  const bad = outcome === 'failure' || slow
  return { good: round.good + (bad ? 0 : 1), bad: round.bad + (bad ? 1 : 0), health }
}

/** The holds that remain after the event: a release, or the end of those made for a while. */
export function holdsAfter(moment: Moment): readonly HoldRecord[] {
  const { context, event } = moment
  if (event.type !== 'RELEASE') {
    const at = timeOf(moment)
    return context.holds.filter(({ until }) => at < until)
  }
  if (event.hold === undefined) return context.holds.slice(0, -1)
  return context.holds.filter(({ id }) => id !== event.hold)
}
