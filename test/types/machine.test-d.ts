// The chart as part of a system of your own.
import { createBreaker } from 'recloser'
import { breakerMachine, breakerOf } from 'recloser/machines'
import { createActor, setup } from 'xstate'
import { expectTypeOf } from 'vitest'
import type { Breaker } from 'recloser'

const actor = createActor(breakerMachine, {
  input: { name: 'api', options: { failureRatio: 0.3 } },
})
expectTypeOf(breakerOf(actor)).toEqualTypeOf<Breaker>()

actor.send({ type: 'ISOLATE' })
actor.send({ type: 'ISOLATE', reason: 'maintenance', duration: 1000 })
actor.send({ type: 'RELEASE' })
actor.send({ type: 'RESET' })
actor.send({ type: 'FORCE_HALF_OPEN' })
actor.send({ type: 'TRIP', reason: 'drill' })
actor.send({ type: 'OUTCOME', outcome: 'failure' })
createBreaker('api').actor.send({ type: 'RESET' })
// @ts-expect-error there is no such event
actor.send({ type: 'OPEN' })
// @ts-expect-error an event has a type
actor.send({})
// @ts-expect-error a reason is a text
actor.send({ type: 'ISOLATE', reason: 1 })
// @ts-expect-error an outcome is one of three
actor.send({ type: 'OUTCOME', outcome: 'error' })
// @ts-expect-error a probe has a number
actor.send({ type: 'ACQUIRE' })

const snapshot = actor.getSnapshot()
expectTypeOf(snapshot.context.name).toEqualTypeOf<string>()
void snapshot.matches('halfOpen')
// @ts-expect-error there is no such state
void snapshot.matches('half-open')

// @ts-expect-error the chart wants to know whom it guards
createActor(breakerMachine)
// @ts-expect-error it wants a name
createActor(breakerMachine, { input: {} })
// @ts-expect-error an option that does not exist
createActor(breakerMachine, { input: { name: 'api', options: { ratio: 0.3 } } })

const other = setup({}).createMachine({})
// @ts-expect-error another machine is no breaker
breakerOf(createActor(other))
