import { describe, expect, it } from 'vitest'
import { createActor } from 'xstate'
import { breakerMachine } from 'recloser/machines'
import { createFakeClock } from 'recloser/testing'
import type { BreakerOptions } from 'recloser'

const day = 86_400_000

/** A running actor of the bare chart, without the call API over it. */
function startChart(options: BreakerOptions = {}) {
  const clock = createFakeClock()
  const input = { name: 'payments-api', options: { clock, breakDuration: 1000, ...options } }
  const actor = createActor(breakerMachine, { input, clock }).start()
  return { actor, clock, state: () => actor.getSnapshot().value }
}

describe('the chart by itself', () => {
  it('arms no timer while closed', () => {
    expect(startChart().clock.pendingTimers).toBe(0)
  })

  it('ends a break when its time has come', () => {
    const { actor, clock, state } = startChart()
    actor.send({ type: 'TRIP' })
    clock.advance(999)
    expect(state()).toBe('open')
    clock.advance(1)
    expect(state()).toBe('halfOpen')
    expect(clock.pendingTimers).toBeLessThanOrEqual(1)
  })

  it('takes every probe whose lease ran out for a failure', () => {
    const { actor, clock, state } = startChart({ halfOpen: { probes: 2, probeLease: 400 } })
    actor.send({ type: 'TRIP' })
    clock.advance(1000)
    actor.send({ type: 'ACQUIRE', probe: 1 })
    clock.advance(399)
    expect(state()).toBe('halfOpen')
    clock.advance(1)
    expect(state()).toBe('open')
    expect(actor.getSnapshot().context.decision).toMatchObject({
      cause: 'lease-expired',
      reason: 'a probe did not end within 400 ms',
      failure: { name: 'ProbeTimeoutError' },
    })
  })

  it('ends the round of a probe that left others time to succeed', () => {
    const halfOpen = { probes: 2, successes: 1, maxConcurrent: 2, probeLease: 400 }
    const { actor, clock, state } = startChart({ halfOpen })
    actor.send({ type: 'TRIP' })
    clock.advance(1000)
    actor.send({ type: 'ACQUIRE', probe: 1 })
    clock.advance(200)
    actor.send({ type: 'ACQUIRE', probe: 2 })
    clock.advance(200)
    expect([state(), actor.getSnapshot().context.round.bad]).toEqual(['halfOpen', 1])
    actor.send({ type: 'OUTCOME', outcome: 'success', probe: 2 })
    expect(state()).toBe('closed')
  })

  it('ends holds one by one', () => {
    const { actor, clock, state } = startChart()
    actor.send({ type: 'ISOLATE', duration: 100 })
    actor.send({ type: 'ISOLATE', duration: 300 })
    clock.advance(100)
    expect([state(), actor.getSnapshot().context.holds.length]).toEqual(['isolated', 1])
    clock.advance(200)
    expect(state()).toBe('closed')
  })

  it('keeps a break of many days, which no timer lasts', () => {
    const { actor, clock, state } = startChart({ breakDuration: 90 * day })
    actor.send({ type: 'TRIP' })
    clock.advance(90 * day - 1)
    expect(state()).toBe('open')
    clock.advance(1)
    expect(state()).toBe('halfOpen')
  })

  it('keeps a break and a hold without an end', () => {
    const { actor, clock, state } = startChart({ breakDuration: Infinity })
    actor.send({ type: 'TRIP' })
    clock.advance(400 * day)
    expect(state()).toBe('open')
    actor.send({ type: 'ISOLATE' })
    clock.advance(400 * day)
    expect(state()).toBe('isolated')
  })

  it('waits on when a timer fires before its time', () => {
    const { actor, clock, state } = startChart()
    const early = createActor(breakerMachine, {
      input: { name: 'early', options: { clock, breakDuration: 1000 } },
      clock: {
        // As real timers do: a fraction of a millisecond too soon.
        setTimeout: (fn, ms) => clock.setTimeout(fn, ms - (ms > 1 ? 0.5 : 0)),
        clearTimeout: (handle) => {
          clock.clearTimeout(handle)
        },
      },
    }).start()
    early.send({ type: 'TRIP' })
    actor.send({ type: 'TRIP' })
    clock.advance(999.6)
    expect(early.getSnapshot().value).toBe('open')
    clock.advance(0.4)
    expect([early.getSnapshot().value, state()]).toEqual(['halfOpen', 'halfOpen'])
  })

  it('has a known name for every delay', () => {
    const names = Object.values(breakerMachine.config.states ?? {}).flatMap((state) =>
      Object.keys(state.after ?? {}),
    )
    expect(names.sort()).toEqual(['breakDuration', 'holdDuration', 'probeLease'])
    expect(Object.keys(breakerMachine.implementations.delays)).toEqual(
      expect.arrayContaining(names),
    )
  })
})
