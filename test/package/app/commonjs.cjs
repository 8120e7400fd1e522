// The same application in CommonJS.
/* eslint-disable @typescript-eslint/no-require-imports */
const assert = require('node:assert/strict')
const { BrokenCircuitError, createBreaker, isBrokenCircuit } = require('recloser')
const core = require('recloser/core')
const { breakerMachine, breakerOf } = require('recloser/machines')
const { createFakeClock } = require('recloser/testing')
const { createActor } = require('xstate')

void main()

async function main() {
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
}
