// What can be read, and that it can only be read.
import { createBreaker, protect } from 'recloser'
import { of } from 'rxjs'
import { expectTypeOf } from 'vitest'
import type { CircuitState, FedOutcome, Hold, Transition } from 'recloser'
import type { Observable } from 'rxjs'

const breaker = createBreaker('api')

expectTypeOf(breaker.state).toEqualTypeOf<'closed' | 'open' | 'halfOpen' | 'isolated'>()
expectTypeOf(breaker.state$).toEqualTypeOf<Observable<CircuitState>>()
expectTypeOf(breaker.transitions$).toEqualTypeOf<Observable<Transition>>()
expectTypeOf(breaker.retryAfter).toEqualTypeOf<number | undefined>()
expectTypeOf(breaker.isolate()).toEqualTypeOf<Hold>()
expectTypeOf(breaker.forceHalfOpen()).toEqualTypeOf<boolean>()
// @ts-expect-error only the chart moves a circuit
breaker.state = 'closed'
// @ts-expect-error there is no such state
void (breaker.state === 'half-open')
// @ts-expect-error history is not rewritten
breaker.history.push({} as Transition)
// @ts-expect-error a trip has a reason
breaker.trip()
// @ts-expect-error an isolation has a duration, not an end
breaker.isolate('maintenance', { until: 1000 })
// @ts-expect-error the figures come at an interval
breaker.stats$()

// protect keeps the type of the stream.
expectTypeOf(of(1, 2).pipe(protect(breaker))).toEqualTypeOf<Observable<number>>()
// @ts-expect-error it wants a breaker
protect()

breaker.feed(of<FedOutcome>({ kind: 'failure', duration: 10 }))
// @ts-expect-error an outcome is one of three kinds
breaker.feed(of({ kind: 'error' }))
