import { attribute } from './attributes.js'
import type { Meter } from '@opentelemetry/api'
import type { Breaker, Outcome, Registry, Rejection, Transition } from '../index.js'

/** From a fast cache to a call that somebody should have given a timeout. */
const callSeconds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]
/** Around the default of 30 s, and what growing breaks come to. */
const breakSeconds = [1, 5, 10, 30, 60, 120, 300, 600, 1800, 3600]

/**
 * Counts what happens to a source until the function it returns is called.
 *
 * @param labelOf - the name that a breaker is counted under
 */
export function countEvents(
  source: Registry | Breaker,
  meter: Meter,
  labelOf: (breaker: string) => string,
): () => void {
  const count = countersOf(meter)
  const subscriptions = [
    source.outcomes$.subscribe((outcome) => count.outcome(outcome, labelOf(outcome.breaker))),
    source.rejections$.subscribe((rejection) =>
      count.rejection(rejection, labelOf(rejection.breaker)),
    ),
    source.transitions$.subscribe((transition) =>
      count.transition(transition, labelOf(transition.breaker)),
    ),
  ]
  return () => {
    for (const subscription of subscriptions) subscription.unsubscribe()
  }
}

function countersOf(meter: Meter) {
  const calls = meter.createCounter('recloser.calls', {
    description:
      'Calls that were made, by outcome: success, failure, ignored, or stale when it came too late to count',
    unit: '{call}',
  })
  const duration = meter.createHistogram('recloser.call.duration', {
    description: 'How long calls took, by outcome',
    unit: 's',
    advice: { explicitBucketBoundaries: callSeconds },
  })
  const probes = meter.createCounter('recloser.probes', {
    description: 'Calls that decided about a half-open circuit, by outcome',
    unit: '{call}',
  })
  const rejections = meter.createCounter('recloser.rejections', {
    description: 'Calls that were not made, by the state that rejected them',
    unit: '{call}',
  })
  const transitions = meter.createCounter('recloser.transitions', {
    description: 'Moves of the circuit, by where from, where to, and why',
    unit: '{transition}',
  })
  const breaks = meter.createHistogram('recloser.break.duration', {
    description: 'How long circuits were opened for; a break without an end is not in it',
    unit: 's',
    advice: { explicitBucketBoundaries: breakSeconds },
  })

  return {
    outcome(outcome: Outcome, breaker: string): void {
      const attributes = {
        [attribute.breaker]: breaker,
        [attribute.outcome]: outcome.stale ? 'stale' : outcome.kind,
      }
      calls.add(1, attributes)
      if (outcome.probe) probes.add(1, attributes)
      if (outcome.duration !== undefined) duration.record(outcome.duration / 1000, attributes)
    },
    rejection({ state }: Rejection, breaker: string): void {
      rejections.add(1, { [attribute.breaker]: breaker, [attribute.state]: state })
    },
    transition({ from, to, cause, breakDuration = Infinity }: Transition, breaker: string): void {
      transitions.add(1, {
        [attribute.breaker]: breaker,
        [attribute.from]: from,
        [attribute.to]: to,
        [attribute.cause]: cause,
      })
      if (breakDuration < Infinity)
        breaks.record(breakDuration / 1000, { [attribute.breaker]: breaker })
    },
  }
}
