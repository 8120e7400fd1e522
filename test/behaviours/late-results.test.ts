import { controlledCall } from 'recloser/testing'
import { describe, expect, it } from 'vitest'
import { createRig, fail, halfOpenCircuit, moves, succeed } from '../support/breakers.js'
import type { Permit } from 'recloser'

describe('a call from before the last transition', () => {
  it('G1: does not close a half-open circuit by its success', async () => {
    const { breaker, clock } = createRig({ minimumThroughput: 2, breakDuration: 1000 })
    const call = controlledCall<string>()
    const attempts = Array.from({ length: 4 }, () => breaker.attempt(call))
    call.reject(new Error('first'))
    call.reject(new Error('second'))
    await Promise.all(attempts.slice(0, 2))
    expect(breaker.state).toBe('open')

    clock.advance(1000)
    const probe = breaker.tryAcquire()
    expect(probe?.isProbe).toBe(true)
    call.resolve('third')
    call.resolve('fourth')
    expect((await Promise.all(attempts.slice(2))).map(({ status }) => status)).toEqual([
      'success',
      'success',
    ])
    expect(breaker.stats()).toMatchObject({ state: 'halfOpen', throughput: 0, stale: 2 })
    probe?.succeed()
    expect(breaker.state).toBe('closed')
  })

  it('G3: neither opens an open circuit again nor prolongs its break', async () => {
    const { breaker, clock, transitions } = createRig({ breakDuration: 1000 })
    const late = breaker.tryAcquire()
    await fail(breaker, 10)
    clock.advance(400)
    late?.fail(new Error('late'))
    expect(moves(transitions)).toEqual(['closed>open'])
    expect(breaker.retryAfter).toBe(600)
    expect(breaker.stats()).toMatchObject({ failures: 10, stale: 1 })
  })

  it('G4: does not end an isolation, however it ends', () => {
    const { breaker, transitions } = createRig({ minimumThroughput: 1 })
    const calls = [1, 2, 3].map(() => breaker.tryAcquire())
    breaker.isolate('maintenance')
    calls[0]?.succeed()
    calls[1]?.fail(new Error('late'))
    calls[2]?.ignore()
    expect(breaker.stats()).toMatchObject({ state: 'isolated', stale: 3 })
    expect(moves(transitions)).toEqual(['closed>isolated'])
  })

  it('G5: is not in the window of a circuit that has closed again', async () => {
    const { breaker, clock } = createRig({ breakDuration: 1000 })
    const late = breaker.tryAcquire()
    await fail(breaker, 10)
    clock.advance(1000)
    await succeed(breaker)
    late?.fail(new Error('late'))
    expect(breaker.stats()).toMatchObject({
      state: 'closed',
      throughput: 0,
      consecutiveFailures: 0,
      stale: 1,
    })
  })

  it('G8: does not count after a reset, though the circuit was closed all the time', async () => {
    const { breaker, transitions } = createRig()
    const call = controlledCall()
    const attempt = breaker.attempt(call)
    breaker.reset()
    call.reject(new Error('late'))
    expect((await attempt).status).toBe('failure')
    expect(breaker.stats()).toMatchObject({ throughput: 0, failures: 0, stale: 1 })
    expect(transitions).toEqual([])
  })
})

describe('a permit', () => {
  it('G10: counts only at the breaker that gave it', () => {
    const { breaker: one } = createRig({}, 'one')
    const { breaker: other } = createRig({}, 'other')
    const permit = one.tryAcquire()
    other.tryAcquire()
    permit?.fail(new Error('of one'))
    expect(one.stats().failures).toBe(1)
    expect(other.stats()).toMatchObject({ throughput: 0, stale: 0 })
  })

  it('G10: cannot be ended in the name of something else', () => {
    const permit = createRig().breaker.tryAcquire() as Permit
    expect(() => {
      permit.succeed.call({} as Permit)
    }).toThrow(TypeError)
  })

  it('G10: that no probe of this breaker has stands behind no outcome', async () => {
    const { breaker } = await halfOpenCircuit()
    // As somebody might send it by hand.
    breaker.actor.send({ type: 'OUTCOME', outcome: 'success', probe: 99 })
    expect(breaker.state).toBe('halfOpen')
  })
})
