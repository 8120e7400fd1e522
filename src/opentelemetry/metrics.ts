import { BreakerNames, attribute, states } from './attributes.js'
import type { BatchObservableResult, Meter } from '@opentelemetry/api'
import type { Breaker, Outcome, Registry, Rejection, Transition } from '../index.js'

/** From a fast cache to a call that somebody should have given a timeout. */
const callSeconds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]
/** Around the default of 30 s, and what growing breaks come to. */
const breakSeconds = [1, 5, 10, 30, 60, 120, 300, 600, 1800, 3600]

/** Counts and measures until the function it returns is called. */
export function recordMetrics(
  source: Registry | Breaker,
  meter: Meter,
  maxBreakers: number,
): () => void {
  const names = new BreakerNames(maxBreakers)
  const counts = countersOf(meter)
  const gauges = gaugesOf(meter)

  const subscriptions = [
    source.outcomes$.subscribe((outcome) => {
      counts.outcome(outcome, names.of(outcome.breaker))
    }),
    source.rejections$.subscribe((rejection) => {
      counts.rejection(rejection, names.of(rejection.breaker))
    }),
    source.transitions$.subscribe((transition) => {
      counts.transition(transition, names.of(transition.breaker))
    }),
  ]

  const observe = (result: BatchObservableResult) => {
    for (const breaker of breakersOf(source)) {
      if (names.has(breaker.name)) gauges.observe(breaker, result)
    }
  }
  meter.addBatchObservableCallback(observe, gauges.all)

  return () => {
    for (const subscription of subscriptions) subscription.unsubscribe()
    meter.removeBatchObservableCallback(observe, gauges.all)
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
    outcome(outcome: Outcome, breaker: string) {
      const attributes = {
        [attribute.breaker]: breaker,
        [attribute.outcome]: outcome.stale ? 'stale' : outcome.kind,
      }
      calls.add(1, attributes)
      if (outcome.probe) probes.add(1, attributes)
      if (outcome.duration !== undefined) duration.record(outcome.duration / 1000, attributes)
    },
    rejection({ state }: Rejection, breaker: string) {
      rejections.add(1, { [attribute.breaker]: breaker, [attribute.state]: state })
    },
    transition({ from, to, cause, breakDuration = Infinity }: Transition, breaker: string) {
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

function gaugesOf(meter: Meter) {
  const state = meter.createObservableGauge('recloser.state', {
    description: '1 for the state the circuit is in, 0 for the others',
  })
  const failureRate = meter.createObservableGauge('recloser.failure_rate', {
    description:
      'Share of failures among the calls counted; while open, what it was when it opened',
    unit: '1',
  })
  const failureRatio = meter.createObservableGauge('recloser.failure_ratio', {
    description: 'The failure rate that opens the circuit, where there is such a limit',
    unit: '1',
  })
  const slowRate = meter.createObservableGauge('recloser.slow_rate', {
    description: 'Share of slow calls among the calls counted, where slow calls matter',
    unit: '1',
  })
  const throughput = meter.createObservableGauge('recloser.throughput', {
    description: 'Calls counted in the sampling window',
    unit: '{call}',
  })
  const retryAfter = meter.createObservableGauge('recloser.retry_after', {
    description: 'Time until a call is worth trying, of circuits that are open and will end',
    unit: 's',
  })

  return {
    all: [state, failureRate, failureRatio, slowRate, throughput, retryAfter],
    observe(breaker: Breaker, result: BatchObservableResult) {
      const stats = breaker.stats()
      const attributes = { [attribute.breaker]: breaker.name }
      for (const each of states) {
        const value = Number(each === stats.state)
        result.observe(state, value, { ...attributes, [attribute.state]: each })
      }
      result.observe(failureRate, stats.failureRate, attributes)
      result.observe(throughput, stats.throughput, attributes)
      const { failureRatio: limit, slowRatio } = stats.limits
      if (limit < Infinity) result.observe(failureRatio, limit, attributes)
      if (slowRatio < Infinity) result.observe(slowRate, stats.slowRate, attributes)
      const wait = stats.state === 'open' ? (stats.retryAfter ?? Infinity) : Infinity
      if (wait < Infinity) result.observe(retryAfter, wait / 1000, attributes)
    },
  }
}

function breakersOf(source: Registry | Breaker): Iterable<Breaker> {
  return Symbol.iterator in source ? source : [source]
}
