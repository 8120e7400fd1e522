import { withOutcome } from '../src/core/index.js'
import { timeOf } from './breaker.context.js'
import type { Round } from '../src/core/index.js'
import type { BreakerContext, HoldRecord, Lease, Moment, OutcomeEvent } from './breaker.context.js'

/** True for an outcome of this epoch, or of no epoch: fed from outside. */
export function isCurrent(event: OutcomeEvent, { epoch }: BreakerContext): boolean {
  return (event.epoch ?? epoch) === epoch
}

/** Whether the half-open round lets one more probe begin. */
export function isFreeProbe({ settings, round, leases }: BreakerContext): boolean {
  const running = leases.length
  const { probes, maxConcurrent } = settings.halfOpen
  return running < maxConcurrent && round.good + round.bad + running < probes
}

/** Whether a probe runs: its lease has neither ended nor been overtaken. */
export function isRunning({ leases }: BreakerContext, probe: number): boolean {
  return leases.some((lease) => lease.probe === probe)
}

/** Whether a probe of this round stands behind an outcome: the one it names, else any free one. */
export function isOfProbe({ context, event }: Moment): boolean {
  if (event.type !== 'OUTCOME' || !isCurrent(event, context)) return false
  return event.probe === undefined ? isFreeProbe(context) : isRunning(context, event.probe)
}

/** The round after the event: one outcome, or the failure of every probe whose lease ran out. */
export function roundAfter(moment: Moment): Round {
  const { context, event } = moment
  if (event.type === 'OUTCOME') return withProbe(context.round, event.outcome, event.slow === true)
  const expired = context.leases.length - leasesAfter(moment).length
  let { round } = context
  for (let i = 0; i < expired; i++) round = withProbe(round, 'failure', false)
  return round
}

/** The leases that go on after the event. */
export function leasesAfter(moment: Moment): readonly Lease[] {
  const { context, event } = moment
  if (event.type === 'OUTCOME') return context.leases.filter(({ probe }) => probe !== event.probe)
  const at = timeOf(moment)
  return context.leases.filter(({ until }) => at < until)
}

function withProbe(round: Round, outcome: 'success' | 'failure' | 'ignored', slow: boolean): Round {
  const health = withOutcome(round.health, outcome, slow)
  const { good, bad } = round
  if (outcome === 'ignored') return { good, bad, health }
  return outcome === 'failure' || slow
    ? { good, bad: bad + 1, health }
    : { good: good + 1, bad, health }
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
