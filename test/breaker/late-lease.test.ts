import { describe, expect, it } from 'vitest'
import { halfOpenCircuit } from '../support/breakers.js'

describe('a lease that ran out before anybody noticed', () => {
  it('counts as a failure of the round that a reset ends, not of what begins then', async () => {
    const { breaker, clock } = await halfOpenCircuit({ halfOpen: { probeLease: 500 } })
    breaker.tryAcquire()
    const { failures } = breaker.stats().totals
    clock.block(500)
    breaker.reset()
    expect(breaker.stats()).toMatchObject({ state: 'closed', failures: 0, errorBreakdown: {} })
    expect(Object.keys(breaker.stats().errorBreakdown)).toEqual([])
    expect(breaker.stats().totals.failures).toBe(failures + 1)
  })
})
