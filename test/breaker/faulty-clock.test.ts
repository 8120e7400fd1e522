import { createFakeClock } from 'recloser/testing'
import { describe, expect, it } from 'vitest'
import { fail, openCircuit, rejectionOf, succeed } from '../support/breakers.js'
import type { Clock } from 'recloser'

const bug = new Error('no timers today')
const broken = (): never => {
  throw bug
}

/** A clock some of whose methods throw, and the one that drives it. */
function createFaultyClock(faults: Partial<Clock>) {
  const driven = createFakeClock()
  const clock: Clock = {
    now: () => driven.now(),
    setTimeout: (fn, ms) => driven.setTimeout(fn, ms),
    clearTimeout: (handle) => {
      driven.clearTimeout(handle)
    },
    ...faults,
  }
  return { driven, clock }
}

describe('a clock', () => {
  it('that can arm no timer is reported, and the circuit right all the same', async () => {
    const { driven, clock } = createFaultyClock({ setTimeout: broken })
    const { breaker, reported } = await openCircuit({ clock })
    expect(reported).toEqual([bug])
    driven.advance(999)
    expect((await rejectionOf(breaker)).retryAfter).toBe(1)
    driven.advance(1)
    await fail(breaker)
    expect(breaker.state).toBe('open')
    driven.advance(1000)
    await succeed(breaker)
    expect(breaker.state).toBe('closed')
  })

  it('that can stop no timer is reported, and what it rings for then is over', async () => {
    const { driven, clock } = createFaultyClock({ clearTimeout: broken })
    const { breaker, reported, transitions } = await openCircuit({ clock })
    breaker.reset()
    expect(reported).toEqual([bug])
    driven.advance(1000)
    expect(breaker.state).toBe('closed')
    expect(transitions).toHaveLength(2)
  })
})
