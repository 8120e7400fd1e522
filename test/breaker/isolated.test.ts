import { describe, expect, it, vi } from 'vitest'
import { createBreaker } from 'recloser'
import {
  createRig,
  fail,
  halfOpenCircuit,
  moves,
  openCircuit,
  outage,
  play,
  rejectionOf,
  succeed,
} from '../support/breakers.js'

describe('an isolated circuit', () => {
  it('makes no call, from whichever state it was isolated', async () => {
    for (const { breaker, transitions } of [
      createRig(),
      await openCircuit(),
      await halfOpenCircuit(),
    ]) {
      const call = vi.fn()
      breaker.isolate('maintenance')
      expect(await breaker.attempt(call)).toMatchObject({
        status: 'rejected',
        state: 'isolated',
        retryAfter: undefined,
      })
      expect(call).not.toHaveBeenCalled()
      expect(transitions.at(-1)).toMatchObject({
        to: 'isolated',
        cause: 'isolated',
        reason: 'isolated by hand: maintenance',
      })
    }
  })

  it('stays isolated however long it takes, without a timer', async () => {
    const { breaker, clock } = createRig()
    breaker.isolate()
    expect(clock.pendingTimers).toBe(0)
    clock.advance(1e12)
    expect((await rejectionOf(breaker)).state).toBe('isolated')
  })

  it('shows the figures of the moment it was isolated', async () => {
    const { breaker, clock } = createRig()
    await play(breaker, 'SSF')
    breaker.isolate()
    clock.advance(60_000)
    expect(breaker.stats()).toMatchObject({ throughput: 3, failures: 1, state: 'isolated' })
  })

  it('shows them as well when the order came as an event', async () => {
    const { breaker, transitions } = createRig()
    await play(breaker, 'SSF')
    breaker.actor.send({ type: 'ISOLATE', reason: 'button on a dashboard' })
    expect(breaker.stats()).toMatchObject({ throughput: 3, failures: 1, state: 'isolated' })
    expect(transitions[0]?.health).toMatchObject({ throughput: 3, failures: 1 })
    expect(breaker.isolation?.reasons).toEqual(['button on a dashboard'])
  })

  it('asks no rule how long it shall last', () => {
    const breakDuration = vi.fn(() => 1000)
    const { breaker } = createRig({ breakDuration })
    breaker.isolate().release()
    expect(breakDuration).not.toHaveBeenCalled()
  })

  it('is not left by results, deadlines of a break or trips', async () => {
    const { breaker, clock } = await halfOpenCircuit()
    const probe = breaker.tryAcquire()
    breaker.isolate()
    probe?.succeed()
    clock.advance(60_000)
    expect(breaker.trip('test')).toBe(false)
    expect(breaker.stats()).toMatchObject({ state: 'isolated', stale: 1 })
  })

  it('counts its breaks on when it goes back to one', async () => {
    const { breaker, clock } = await openCircuit({
      breakDuration: ({ consecutiveBreaks }) => consecutiveBreaks * 1000,
    })
    breaker.isolate().release()
    clock.advance(1000)
    await fail(breaker)
    expect(breaker.stats()).toMatchObject({ consecutiveBreaks: 2, retryAfter: 2000 })
  })

  it('closes with a release when it was half-open before: that break is over', async () => {
    const { breaker } = await halfOpenCircuit()
    breaker.isolate().release()
    expect(breaker.stats()).toMatchObject({ state: 'closed', consecutiveBreaks: 0 })
    await succeed(breaker)
  })

  it('is left by a reset, with all its holds, which are then worth nothing', () => {
    const { breaker, transitions } = createRig()
    const holds = [breaker.isolate('one'), breaker.isolate('two')]
    breaker.reset()
    expect(breaker.isolation).toBeUndefined()
    expect(holds.map((hold) => hold.release())).toEqual([false, false])
    expect(moves(transitions)).toEqual(['closed>isolated', 'isolated>closed'])
  })

  it('is not released by a hold of an isolation before', () => {
    const { breaker } = createRig()
    const old = breaker.isolate('old')
    breaker.reset()
    breaker.isolate('new')
    expect(old.release()).toBe(false)
    expect(breaker.state).toBe('isolated')
    const first = createRig().breaker
    const snapshot = (first.isolate('first'), first.snapshot())
    const revived = createBreaker('payments-api', { snapshot })
    const [restored] = revived.isolation?.holds ?? []
    restored?.release()
    revived.isolate('second')
    expect(restored?.release()).toBe(false)
    expect(revived.isolation?.reasons).toEqual(['second'])
  })

  it('adds a hold without a transition', () => {
    const { breaker, transitions } = createRig()
    breaker.isolate('one')
    const states: string[] = []
    breaker.state$.subscribe((state) => states.push(state))
    breaker.isolate('two')
    expect([transitions.length, states]).toEqual([1, ['isolated']])
  })

  it('rejects with what broke the circuit when a break lies beneath', async () => {
    const { breaker } = await openCircuit()
    breaker.isolate('maintenance')
    expect(await rejectionOf(breaker)).toMatchObject({ cause: outage, reasons: ['maintenance'] })
  })
})
