import { createBreaker, breakerOf } from 'recloser'
import { breakerMachine } from 'recloser/machines'
import { describe, expect, it, vi } from 'vitest'
import { createActor } from 'xstate'
import { createRig, fail, halfOpenCircuit } from '../support/breakers.js'

describe('an inspector', () => {
  it('sees a breaker from the moment it is made', () => {
    const inspect = vi.fn()
    createBreaker('payments-api', { inspect })
    expect(inspect).toHaveBeenCalledWith(expect.objectContaining({ type: '@xstate.actor' }))
  })

  it('that asks for a probe while the chart decides on one gets none, and takes none away', async () => {
    const asked: unknown[] = []
    let asks = false
    const { breaker } = await halfOpenCircuit({
      halfOpen: { probes: 2, maxConcurrent: 2 },
      inspect: () => {
        if (!asks) return
        asks = false
        asked.push(breaker.tryAcquire())
      },
    })
    asks = true
    expect(breaker.tryAcquire()?.isProbe).toBe(true)
    expect(asked).toEqual([undefined])
    expect(breaker.tryAcquire()?.isProbe).toBe(true)
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
