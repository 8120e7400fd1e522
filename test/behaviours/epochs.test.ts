import fc from 'fast-check'
import { consecutiveFailures, createBreaker } from 'recloser'
import { createFakeClock } from 'recloser/testing'
import { describe, expect, it } from 'vitest'
import { createRig, fail, outage, succeed } from '../support/breakers.js'
import type { Permit } from 'recloser'

describe('a result that comes too late', () => {
  /** Two calls admitted while closed, then half-open with a probe under way. */
  function overtaken() {
    const rig = createRig({ trip: consecutiveFailures(2), breakDuration: 1000 })
    const early = [rig.breaker.tryAcquire(), rig.breaker.tryAcquire()] as Permit[]
    rig.breaker.trip('test')
    rig.clock.advance(1000)
    const probe = rig.breaker.tryAcquire() as Permit
    return { ...rig, early, probe }
  }

  it('TE1: does not fail the round: the probe decides', () => {
    const { breaker, early, probe } = overtaken()
    early[0]?.fail(outage)
    expect(breaker.state).toBe('halfOpen')
    probe.succeed()
    expect(breaker.state).toBe('closed')
  })

  it('TE2: does not close the circuit: the probe decides', () => {
    const { breaker, early, probe } = overtaken()
    early[0]?.succeed()
    expect(breaker.state).toBe('halfOpen')
    probe.fail(outage)
    expect(breaker.state).toBe('open')
  })

  it('TE3: does not count after recovery', () => {
    const { breaker, early, probe } = overtaken()
    probe.succeed()
    for (const call of early) call.fail(outage)
    expect(breaker.stats()).toMatchObject({
      state: 'closed',
      throughput: 0,
      consecutiveFailures: 0,
      lastError: undefined,
    })
  })

  it('TE5: does not count when an isolation came and went in between', async () => {
    const { breaker } = createRig()
    const call = breaker.tryAcquire()
    breaker.isolate('maintenance').release()
    call?.fail(outage)
    expect(breaker.stats()).toMatchObject({ state: 'closed', throughput: 0, stale: 1 })
    await fail(breaker)
    expect(breaker.stats().throughput).toBe(1)
  })

  it('TE6: does not count after a reset, of a closed circuit too', () => {
    const { breaker } = createRig()
    const call = breaker.tryAcquire()
    breaker.reset()
    call?.fail(outage)
    expect(breaker.stats()).toMatchObject({ throughput: 0, stale: 1 })
    const { breaker: open } = createRig()
    const other = open.tryAcquire()
    open.trip('test')
    open.reset()
    other?.fail(outage)
    expect(open.stats()).toMatchObject({ state: 'closed', throughput: 0, stale: 1 })
  })

  it('TE8: is not lost: it is counted and told as stale', () => {
    const { breaker, early, probe } = overtaken()
    const told: unknown[] = []
    breaker.outcomes$.subscribe(({ kind, stale, error }) => told.push({ kind, stale, error }))
    early[0]?.fail(outage)
    early[1]?.succeed()
    probe.succeed()
    expect(told).toEqual([
      { kind: 'failure', stale: true, error: outage },
      { kind: 'success', stale: true, error: undefined },
      { kind: 'success', stale: false, error: undefined },
    ])
    expect(breaker.stats()).toMatchObject({ stale: 2, totals: { stale: 2, failures: 0 } })
  })

  it('TE9: nor any other interleaving upsets the books', () => {
    const step = fc.oneof(
      { weight: 5, arbitrary: fc.constant({ do: 'acquire' as const }) },
      {
        weight: 5,
        arbitrary: fc.record({
          do: fc.constantFrom('succeed' as const, 'fail' as const, 'ignore' as const),
          which: fc.nat(20),
        }),
      },
      { weight: 3, arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.nat(600) }) },
      { weight: 1, arbitrary: fc.constantFrom({ do: 'reset' as const }, { do: 'trip' as const }) },
    )
    let roundsSeen = 0
    fc.assert(
      fc.property(fc.array(step, { minLength: 60, maxLength: 60, size: 'max' }), (steps) => {
        const clock = createFakeClock()
        const halfOpen = { probes: 3, successes: 2, maxConcurrent: 2, probeLease: 400 }
        const trip = consecutiveFailures(2)
        const breaker = createBreaker('api', { clock, trip, breakDuration: 500, halfOpen })
        const running: Permit[] = []
        let settled = 0
        let expired = 0
        breaker.outcomes$.subscribe(({ error }) => {
          if ((error as Error | undefined)?.name === 'ProbeTimeoutError') expired++
        })
        for (const one of steps) {
          if (one.do === 'acquire') {
            const permit = breaker.tryAcquire()
            if (permit !== undefined) running.push(permit)
          } else if (one.do === 'wait') clock.advance(one.ms)
          else if (one.do === 'reset') breaker.reset()
          else if (one.do === 'trip') breaker.trip('test')
          else if (running.length > 0) {
            const [permit] = running.splice(one.which % running.length, 1)
            permit?.[one.do]()
            settled++
          }
          const { totals, state, throughput, successes, failures } = breaker.stats()
          const counted = totals.successes + totals.failures + totals.ignored + totals.stale
          expect(counted).toBe(settled + expired)
          expect(throughput).toBe(successes + failures)
          const probing = breaker.actor.getSnapshot().context.leases.length
          if (state === 'halfOpen') roundsSeen++
          expect(probing).toBeLessThanOrEqual(state === 'halfOpen' ? 2 : 0)
        }
        // Once all have ended, no probe is under way and none is owed.
        for (const permit of running) permit.ignore()
        expect(breaker.actor.getSnapshot().context.leases).toEqual([])
        clock.advance(10_000)
        expect(clock.pendingTimers).toBe(0)
      }),
      { numRuns: 300 },
    )
    expect(roundsSeen).toBeGreaterThan(100)
  })

  it('TE9: nor does it hold up the next round', async () => {
    const { breaker, clock, early, probe } = overtaken()
    probe.fail(outage)
    clock.advance(1000)
    early[0]?.succeed()
    await succeed(breaker)
    expect(breaker.state).toBe('closed')
  })
})
