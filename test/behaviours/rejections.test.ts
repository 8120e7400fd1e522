import { BrokenCircuitError } from 'recloser'
import { controlledCall } from 'recloser/testing'
import { describe, expect, it } from 'vitest'
import { openCircuit, outage, rejectionOf, succeed } from '../support/breakers.js'

describe('an open circuit', () => {
  it('TC1: rejects to the last millisecond of the break, and then lets a probe through', async () => {
    for (const pass of ['advance', 'block'] as const) {
      const { breaker, clock, transitions } = await openCircuit()
      clock[pass](999)
      expect(await rejectionOf(breaker)).toMatchObject({ state: 'open', retryAfter: 1 })
      clock[pass](1)
      const probe = breaker.tryAcquire()
      expect([probe?.isProbe, breaker.state]).toEqual([true, 'halfOpen'])
      expect(transitions.map(({ cause }) => cause)).toEqual(['failure-rate', 'break-elapsed'])
    }
  })

  it('TC2: rejects with an error that says what a caller needs', async () => {
    const { breaker, clock } = await openCircuit()
    clock.advance(400)
    const error = await breaker.execute(() => 'made').catch((caught: unknown) => caught)
    expect(error).toBeInstanceOf(BrokenCircuitError)
    expect(error).toBeInstanceOf(Error)
    expect(error).toMatchObject({
      name: 'BrokenCircuitError',
      code: 'ERR_CIRCUIT_BROKEN',
      breaker: 'payments-api',
      state: 'open',
      retryAfter: 600,
      cause: outage,
    })
    const { code, state, retryAfter } = error as BrokenCircuitError
    expect(structuredClone({ code, state, retryAfter })).toEqual({ code, state, retryAfter })
  })

  it('TC4: is not closed by a success from before', async () => {
    const { breaker, clock } = await openCircuit({
      trip: { type: 'consecutiveFailures', count: 9 },
    })
    breaker.reset()
    const call = controlledCall<string>()
    const late = breaker.execute(call)
    breaker.trip('test')
    clock.advance(500)
    call.resolve('late')
    expect(await late).toBe('late')
    expect(breaker.stats()).toMatchObject({ state: 'open', stale: 1, retryAfter: 500 })
  })

  it('TC6: stays open until the next call when no timer ran: reading it does not move it', async () => {
    const { breaker, clock, transitions } = await openCircuit()
    clock.block(1500)
    expect([breaker.state, breaker.state, breaker.stats().state]).toEqual(['open', 'open', 'open'])
    expect([breaker.retryAfter, breaker.stats().retryAfter]).toEqual([0, 0])
    expect(transitions).toHaveLength(1)
    await succeed(breaker)
    expect(transitions.map(({ to }) => to)).toEqual(['open', 'halfOpen', 'closed'])
  })
})
