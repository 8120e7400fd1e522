import {
  Failure,
  ProbeTimeoutError,
  breakDurationOf,
  formatDuration,
  healthOf,
  noCounts,
  noHealth,
  timerDelay,
  tripReason,
} from '../src/core/index.js'
import { deadlineOf, newContext, timeOf } from './breaker.context.js'
import { holdsAfter, leasesAfter, roundAfter } from './breaker.round.js'
import type { CircuitState, Health, Round } from '../src/core/index.js'
import type {
  BreakerContext,
  BreakerEvent,
  Decision,
  Moment,
  OutcomeEvent,
  TransitionCause,
} from './breaker.context.js'

type Update = Partial<BreakerContext>

/** The chart says which event leads to which action. */
type EventOf<Type extends BreakerEvent['type']> = Extract<BreakerEvent, { readonly type: Type }>

/** How long a state waits before it moves by itself. */
export const delays = {
  breakDuration: untilDeadlineOf('open'),
  probeLease: untilDeadlineOf('halfOpen'),
  holdDuration: untilDeadlineOf('isolated'),
}

function untilDeadlineOf(state: CircuitState): (moment: Moment) => number {
  return (moment) => timerDelay(deadlineOf(state, moment.context) - timeOf(moment))
}

/** What a timer has to say, and a call that comes after it: the time of the state is over. */
export function deadlineNow({ context }: Moment): BreakerEvent {
  return { type: 'DEADLINE', at: context.settings.clock.now() }
}

/** Closed to open: a limit was reached. */
export function openCircuit(moment: Moment): Update {
  const { settings } = moment.context
  const { health = noHealth, error } = moment.event as OutcomeEvent
  const { cause, reason } = tripReason(settings.limits, settings.sampling, health)
  return broken(moment, cause, reason, health, failureOf(moment, error))
}

/** Half-open to open: enough probes can no longer succeed. */
export function reopen(moment: Moment): Update {
  const { context, event } = moment
  const { probes, probeLease } = context.settings.halfOpen
  const round = roundAfter(moment)
  if (event.type === 'OUTCOME') {
    const how = round.health.failures < round.bad ? 'failed or too slow' : 'failed'
    const reason = `${String(round.bad)} of ${countOf(probes, 'probe')} ${how}`
    return broken(moment, 'probe-failed', reason, round.health, failureOf(moment, event.error))
  }
  const reason = `a probe did not end within ${formatDuration(probeLease)}`
  const failure = failureOf(moment, new ProbeTimeoutError(probeLease))
  return broken(moment, 'lease-expired', reason, round.health, failure)
}

/** To open by hand; the break ends by itself. */
export function trip(moment: Moment): Update {
  const event = moment.event as EventOf<'TRIP'>
  const { reason = 'manual', duration, health = noHealth } = event
  return broken(moment, 'tripped', `tripped by hand: ${reason}`, health, undefined, duration)
}

function broken(
  moment: Moment,
  cause: TransitionCause,
  reason: string,
  health: Health,
  failure: Failure | undefined,
  // NaN: the rule says how long.
  duration = NaN,
): Update {
  const { context } = moment
  const { settings } = context
  const consecutiveBreaks = context.consecutiveBreaks + 1
  const breaking = context.breaking ?? health
  const breakDuration =
    duration >= 0
      ? duration
      : breakDurationOf(
          settings.breakDuration,
          {
            consecutiveBreaks,
            halfOpenAttempts: context.halfOpenAttempts,
            consecutiveFailures: health.consecutiveFailures,
            failureCount: health.failures,
            failureRate: health.failureRate,
            lastError: failure?.error,
            retryAfter: failure?.retryAfter,
            breaking,
            random: settings.random,
          },
          settings.maxBreakDuration,
          settings.report,
        )
  return {
    consecutiveBreaks,
    breaking,
    breakDuration,
    openUntil: timeOf(moment) + breakDuration,
    failure,
    leases: [],
    ...decided(moment, cause, reason, health, failure),
  }
}

/** Open or isolated to half-open: a round of probes begins. */
export function startProbing(moment: Moment): Update {
  const { context, event } = moment
  const forced = event.type === 'FORCE_HALF_OPEN'
  const decision = forced
    ? decided(moment, 'forced-half-open', 'forced half-open by hand', context.health)
    : decided(
        moment,
        'break-elapsed',
        `the break of ${formatDuration(context.breakDuration)} is over`,
        context.health,
      )
  return {
    halfOpenAttempts: context.halfOpenAttempts + 1,
    round: freshRound(context.health),
    leases: [],
    holds: [],
    ...decision,
  }
}

/** A probe begins. */
export function startLease(moment: Moment): Update {
  const { context } = moment
  const event = moment.event as EventOf<'ACQUIRE'>
  const until = timeOf(moment) + context.settings.halfOpen.probeLease
  return { leases: [...context.leases, { probe: event.probe, until }] }
}

/** A probe ended and the round goes on. */
export function countProbe(moment: Moment): Update {
  return { round: roundAfter(moment), leases: leasesAfter(moment) }
}

/** Half-open to open: the probe never reached the dependency, so the old break goes on. */
export function returnProbe(moment: Moment): Update {
  const { context, event } = moment
  const { name } = failureOf(moment, (event as OutcomeEvent).error) ?? { name: 'refused' }
  const reason = `the probe was refused before it was made: ${name}`
  return {
    halfOpenAttempts: context.halfOpenAttempts - 1,
    leases: [],
    ...decided(moment, 'probe-refused', reason, context.health),
  }
}

/** Half-open to closed. */
export function recover(moment: Moment): Update {
  const { good, health } = roundAfter(moment)
  const { successes } = moment.context.settings.halfOpen
  const reason = `${String(good)} of ${countOf(successes, 'needed probe')} succeeded`
  return closed(moment, 'probe-succeeded', reason, health)
}

/** To isolated by hand. */
export function isolate(moment: Moment): Update {
  const { context } = moment
  const event = moment.event as EventOf<'ISOLATE'>
  const { reason = 'manual', health = context.health } = event
  return {
    leases: [],
    ...addHold(moment),
    ...decided(moment, 'isolated', `isolated by hand: ${reason}`, health),
  }
}

/** One more reason to stay isolated. */
export function addHold(moment: Moment): Update {
  const { context } = moment
  const event = moment.event as EventOf<'ISOLATE'>
  const { reason = 'manual', duration = Infinity, hold = context.lastHold + 1 } = event
  const since = timeOf(moment)
  const until = duration >= 0 ? since + duration : Infinity
  return {
    holds: [...context.holds, { id: hold, reason, since, until }],
    lastHold: Math.max(context.lastHold, hold),
  }
}

/** One reason less. */
export function dropHold(moment: Moment): Update {
  return { holds: holdsAfter(moment) }
}

/** Isolated to open: the break that ran before goes on to its old deadline. */
export function resumeBreak(moment: Moment): Update {
  return { holds: [], ...decided(moment, ...releaseReason(moment), moment.context.health) }
}

/** Isolated to closed. */
export function release(moment: Moment): Update {
  return closed(moment, ...releaseReason(moment), moment.context.health)
}

/** Anything to closed, by hand. */
export function reset(moment: Moment): Update {
  return closed(moment, 'reset', 'reset by hand', moment.context.health)
}

function closed(moment: Moment, cause: TransitionCause, reason: string, health: Health): Update {
  const { name, settings, lastHold } = moment.context
  return {
    ...newContext(name, settings),
    ...decided(moment, cause, reason, health),
    lastHold,
    health: noHealth,
  }
}

function decided(
  moment: Moment,
  cause: TransitionCause,
  reason: string,
  health: Health,
  failure?: Failure,
): { epoch: number; health: Health; decision: Decision } {
  const decision = { cause, reason, at: timeOf(moment), health, failure }
  return { epoch: moment.context.epoch + 1, health, decision }
}

function releaseReason({ event }: Moment): [TransitionCause, string] {
  return event.type === 'RELEASE'
    ? ['released', 'the last hold was released']
    : ['hold-expired', 'the last hold ran out']
}

function freshRound(health: Health): Round {
  return { good: 0, bad: 0, health: healthOf(noCounts, health) }
}

function failureOf({ context }: Moment, error: unknown): Failure | undefined {
  return error === undefined ? undefined : Failure.thrown(error, context.settings.clock.wall)
}

function countOf(n: number, noun: string): string {
  return `${String(n)} ${noun}${n === 1 ? '' : 's'}`
}
