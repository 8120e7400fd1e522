import { createBreaker, breakerOf } from 'recloser'
import { breakerMachine } from 'recloser/machines'
import { describe, expect, it, vi } from 'vitest'
import { createActor } from 'xstate'
import { createRig, fail } from '../support/breakers.js'

describe('an inspector', () => {
  it('sees a breaker from the moment it is made', () => {
    const inspect = vi.fn()
    createBreaker('payments-api', { inspect })
    expect(inspect).toHaveBeenCalledWith(expect.objectContaining({ type: '@xstate.actor' }))
  })
})

describe('a breaker over an actor that began with a snapshot', () => {
  it('takes nothing from it once the actor has moved', async () => {
    const { breaker, clock } = createRig()
    await fail(breaker, 3)
    const options = { clock, snapshot: breaker.snapshot() }
    const actor = createActor(breakerMachine, { input: { name: 'payments-api', options } }).start()
    actor.send({ type: 'TRIP' })
    actor.send({ type: 'RESET' })
    expect(breakerOf(actor).stats()).toMatchObject({ state: 'closed', failures: 0 })
  })
})
