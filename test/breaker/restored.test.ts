import { createBreaker } from 'recloser'
import { createFakeClock } from 'recloser/testing'
import { describe, expect, it } from 'vitest'
import { createRig, fail, openCircuit, succeed } from '../support/breakers.js'
import type { Breaker, BreakerSnapshot, HalfOpenOptions } from 'recloser'

/** What a breaker goes on from, with some of it written by hand. */
function saved(breaker: Breaker, written: Partial<BreakerSnapshot> = {}): unknown {
  return JSON.parse(JSON.stringify({ ...breaker.snapshot(), ...written }))
}

describe('a circuit that is restored', () => {
  it('is isolated no longer than was said, also when the wall clock was set back', () => {
    const { breaker, clock } = createRig()
    clock.advance(1000)
    breaker.isolate('maintenance', { duration: 500 })
    const later = createFakeClock({ wall: clock.wall() - 3_600_000 })
    const restored = createBreaker('payments-api', { clock: later, snapshot: saved(breaker) })
    later.advance(499)
    expect(restored.state).toBe('isolated')
    later.advance(1)
    expect(restored.state).toBe('closed')
  })

  it('has no break to go back to when it was closed, whatever is written of one', () => {
    const { breaker, clock } = createRig()
    for (const openUntil of [null, clock.wall() + 60_000]) {
      const snapshot = saved(breaker, { openUntil, breakDuration: 60_000 })
      const restored = createBreaker('payments-api', { clock, snapshot })
      restored.isolate('maintenance').release()
      expect(restored.state).toBe('closed')
    }
  })

  it.each<[string, HalfOpenOptions, number, number]>([
    ['enough probes had succeeded', { probes: 5, successes: 2 }, 2, 0],
    ['too many probes had failed', { probes: 5, successes: 5 }, 0, 1],
  ])('begins a round anew in which, by its options, %s', async (_, halfOpen, good, bad) => {
    const { breaker, clock } = await openCircuit({ halfOpen: { probes: 5, successes: 3 } })
    breaker.forceHalfOpen()
    await succeed(breaker, good)
    await fail(breaker, bad)
    const options = { clock, halfOpen, breakDuration: 1000, snapshot: saved(breaker) }
    const restored = createBreaker('payments-api', options)
    await fail(restored)
    expect(restored.state).toBe(bad === 0 ? 'halfOpen' : 'open')
    const { successes = 1 } = halfOpen
    const another = createBreaker('payments-api', options)
    await succeed(another, successes - 1)
    expect(another.state).toBe('halfOpen')
    await succeed(another)
    expect(another.state).toBe('closed')
  })

  it('goes on with a round that its options leave undecided', async () => {
    const { breaker, clock } = await openCircuit({ halfOpen: { probes: 5, successes: 3 } })
    breaker.forceHalfOpen()
    await succeed(breaker, 2)
    await fail(breaker, 2)
    const restored = createBreaker('payments-api', {
      clock,
      halfOpen: { probes: 5, successes: 3 },
      snapshot: saved(breaker),
    })
    await succeed(restored)
    expect(restored.state).toBe('closed')
  })
})
