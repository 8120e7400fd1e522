// An application in ESM: every subpath, and one class of each error whichever subpath it comes from.
import assert from 'node:assert/strict'
import { BrokenCircuitError, createBreaker, isBrokenCircuit } from 'recloser'
import * as core from 'recloser/core'
import { breakerMachine, breakerOf } from 'recloser/machines'
import { createFakeClock } from 'recloser/testing'
import { createActor } from 'xstate'

const clock = createFakeClock()
const breaker = createBreaker('payments', { minimumThroughput: 1, breakDuration: 1000, clock })
assert.equal(await breaker.execute(() => 'paid'), 'paid')
breaker.trip('for the test')
await assert.rejects(
  breaker.execute(() => 'paid'),
  BrokenCircuitError,
)
clock.advance(1000)
assert.equal(await breaker.execute(() => 'paid again'), 'paid again')

const actor = createActor(breakerMachine, { input: { name: 'in a system' } }).start()
actor.send({ type: 'TRIP' })
const error = breakerOf(actor).rejection()
assert.ok(error instanceof BrokenCircuitError)
assert.ok(isBrokenCircuit(error))
assert.equal(core.BrokenCircuitError, BrokenCircuitError)
actor.stop()
