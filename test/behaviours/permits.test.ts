import { describe, expect, it } from 'vitest'
import { createRig, halfOpenCircuit, openCircuit, outage } from '../support/breakers.js'

describe('a permit', () => {
  it('TM10: whose call was never made gives its slot back and counts for nothing', async () => {
    const { breaker } = await halfOpenCircuit()
    for (let i = 0; i < 3; i++) {
      using permit = breaker.tryAcquire()
      expect(permit?.isProbe).toBe(true)
      expect(breaker.tryAcquire()).toBeUndefined()
    }
    expect(breaker.stats()).toMatchObject({ state: 'halfOpen', throughput: 0, ignored: 3 })
  })

  it('TM10: ends once: what is said later is nothing', async () => {
    const { breaker } = createRig()
    const permit = breaker.tryAcquire()
    permit?.succeed()
    permit?.fail(outage)
    permit?.ignore()
    permit?.[Symbol.dispose]()
    expect(breaker.stats().totals).toMatchObject({ successes: 1, failures: 0, ignored: 0 })
    const probing = await halfOpenCircuit()
    const probe = probing.breaker.tryAcquire()
    probe?.fail()
    probe?.succeed()
    expect(probing.breaker.state).toBe('open')
  })

  it('TM10: that is failed by a refusal further in gives the slot back as well', async () => {
    const { breaker, transitions } = await halfOpenCircuit()
    const inner = await openCircuit()
    breaker.tryAcquire()?.fail(inner.breaker.rejection())
    expect(transitions.at(-1)).toMatchObject({ to: 'open', cause: 'probe-refused' })
    expect(breaker.stats()).toMatchObject({ consecutiveBreaks: 1, retryAfter: 0 })
    expect(breaker.stats().totals).toMatchObject({ ignored: 1, failures: 10 })
  })

  it('TM10: of a closed circuit is no probe, and there is any number of them', () => {
    const { breaker } = createRig()
    const permits = Array.from({ length: 500 }, () => breaker.tryAcquire())
    expect(permits.every((permit) => permit?.isProbe === false)).toBe(true)
  })

  it('TM10: is not given while the circuit is open', async () => {
    const { breaker } = await openCircuit()
    expect(breaker.tryAcquire()).toBeUndefined()
    expect(breaker.rejection()).toMatchObject({ state: 'open', cause: outage })
    expect(breaker.stats().rejected).toBe(1)
  })

  it('TM10: of a probe has a signal that aborts when its lease runs out', async () => {
    const { breaker, clock } = await halfOpenCircuit({ halfOpen: { probeLease: 200 } })
    const watched = breaker.tryAcquire()
    const signal = watched?.signal
    expect(signal?.aborted).toBe(false)
    clock.advance(200)
    expect(signal?.aborted).toBe(true)
    expect(signal?.reason).toMatchObject({ name: 'ProbeTimeoutError' })
    expect(breaker.stats()).toMatchObject({ lastError: signal?.reason as unknown })
    clock.advance(1000)
    const unwatched = breaker.tryAcquire()
    clock.advance(200)
    // Its signal is made when it is asked for, and then it is aborted already.
    expect(unwatched?.signal.aborted).toBe(true)
  })
})
