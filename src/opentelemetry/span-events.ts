import { trace } from '@opentelemetry/api'
import { errorName } from '../core/index.js'
import { attribute } from './attributes.js'
import type { Attributes, Tracer } from '@opentelemetry/api'
import type { Breaker, Registry, Rejection, Transition } from '../index.js'

/** Adds events to the spans of calls until the function it returns is called. */
export function recordSpanEvents(source: Registry | Breaker, tracer: Tracer): () => void {
  const subscriptions = [
    source.rejections$.subscribe((rejection) => {
      trace.getActiveSpan()?.addEvent('recloser.rejection', rejected(rejection))
    }),
    source.transitions$.subscribe((transition) => {
      const span = trace.getActiveSpan()
      // A timer runs in the context that armed it: the span of a call that ended long ago.
      if (span?.isRecording() === true) span.addEvent('recloser.transition', moved(transition))
      else
        tracer.startSpan('recloser.transition', { root: true, attributes: moved(transition) }).end()
    }),
  ]
  return () => {
    for (const subscription of subscriptions) subscription.unsubscribe()
  }
}

function rejected({ breaker, state, retryAfter }: Rejection): Attributes {
  return {
    [attribute.breaker]: breaker,
    [attribute.state]: state,
    ...seconds('recloser.retry_after', retryAfter),
  }
}

function moved(transition: Transition): Attributes {
  const { breaker, from, to, cause, reason, health, breakDuration, error } = transition
  return {
    [attribute.breaker]: breaker,
    [attribute.from]: from,
    [attribute.to]: to,
    [attribute.cause]: cause,
    'recloser.reason': reason,
    'recloser.failure_rate': health.failureRate,
    'recloser.throughput': health.throughput,
    ...seconds('recloser.break.duration', breakDuration),
    ...(error === undefined ? {} : { 'error.type': errorName(error) }),
  }
}

/** An attribute cannot be infinite: a break without an end has no duration. */
function seconds(name: string, ms: number | undefined): Attributes {
  return ms === undefined || ms === Infinity ? {} : { [name]: ms / 1000 }
}
