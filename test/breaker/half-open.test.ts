import { Subject } from 'rxjs'
import { describe, expect, it, vi } from 'vitest'
import {
  createRig,
  fail,
  halfOpenCircuit,
  ignore,
  moves,
  openCircuit,
  outage,
  play,
  rejectionOf,
  succeed,
  takeTime,
} from '../support/breakers.js'
import type { FedOutcome, Permit } from 'recloser'

describe('a half-open circuit', () => {
  it('closes when every probe succeeds', async () => {
    const { breaker } = await halfOpenCircuit({ halfOpen: { probes: 3 } })
    await play(breaker, 'SS')
    expect(breaker.state).toBe('halfOpen')
    await succeed(breaker)
    expect(breaker.stats()).toMatchObject({ state: 'closed', throughput: 0, retryAfter: 0 })
  })

  it('opens when one probe fails, if all must succeed', async () => {
    const { breaker, transitions } = await halfOpenCircuit({ halfOpen: { probes: 3 } })
    await play(breaker, 'SF')
    expect(breaker.state).toBe('open')
    expect(transitions.at(-1)?.reason).toBe('1 of 3 probes failed')
  })

  it('closes when enough of its probes succeed', async () => {
    const { breaker, transitions } = await halfOpenCircuit({
      halfOpen: { probes: 4, successes: 2 },
    })
    await play(breaker, 'FSFS')
    expect(breaker.state).toBe('closed')
    expect(transitions.at(-1)?.reason).toBe('2 of 2 needed probes succeeded')
  })

  it('takes a slow probe for a bad one', async () => {
    const rig = await halfOpenCircuit({ slowCall: { duration: 100 } })
    await takeTime(rig, 101)
    expect(rig.breaker.stats()).toMatchObject({ state: 'open', slow: 1, failures: 0 })
    expect(rig.transitions.at(-1)).toMatchObject({
      cause: 'probe-failed',
      reason: '1 of 1 probe failed or too slow',
    })
    expect(rig.transitions.at(-1)).not.toHaveProperty('error')
    rig.clock.advance(1000)
    await takeTime(rig, 100)
    expect(rig.breaker.state).toBe('closed')
  })

  it('rejects callers beyond its probes, who may try again at any time', async () => {
    const { breaker } = await halfOpenCircuit()
    const probe = breaker.tryAcquire()
    const error = await rejectionOf(breaker)
    expect(error).toMatchObject({ state: 'halfOpen', retryAfter: 0, cause: outage })
    expect(error.message).toBe('Circuit "payments-api" is half-open and its probes are under way')
    probe?.ignore()
    expect(breaker.tryAcquire()?.isProbe).toBe(true)
  })

  it('lets no more probes through than could still count', async () => {
    const halfOpen = { probes: 3, successes: 3, maxConcurrent: 10 }
    const { breaker } = await halfOpenCircuit({ halfOpen })
    await succeed(breaker)
    expect([breaker.tryAcquire(), breaker.tryAcquire(), breaker.tryAcquire()]).toMatchObject([
      { isProbe: true },
      { isProbe: true },
      undefined,
    ])
  })

  it('waits for its probes without a timer when none is under way', async () => {
    const { breaker, clock } = await halfOpenCircuit()
    expect(clock.pendingTimers).toBe(0)
    const probe = breaker.tryAcquire()
    expect(clock.pendingTimers).toBe(1)
    probe?.ignore()
    expect(clock.pendingTimers).toBe(0)
    clock.advance(1e9)
    expect(breaker.state).toBe('halfOpen')
  })

  it('gives every probe its own lease', async () => {
    const halfOpen = { probes: 3, successes: 1, maxConcurrent: 2, probeLease: 100 }
    const { breaker, clock } = await halfOpenCircuit({ halfOpen })
    const told: unknown[] = []
    breaker.outcomes$.subscribe(({ kind, probe, stale, duration }) =>
      told.push([kind, probe, stale, duration]),
    )
    const first = breaker.tryAcquire() as Permit
    clock.advance(60)
    const second = breaker.tryAcquire() as Permit
    clock.advance(40)
    expect([breaker.state, first.signal.aborted, second.signal.aborted]).toEqual([
      'halfOpen',
      true,
      false,
    ])
    first.succeed()
    expect(breaker.stats()).toMatchObject({ state: 'halfOpen', failures: 1, stale: 1 })
    second.succeed()
    expect(breaker.state).toBe('closed')
    expect(told).toEqual([
      ['failure', true, false, 100],
      ['success', true, true, 100],
      ['success', true, false, 40],
    ])
  })

  it('ends several leases at once when no timer could', async () => {
    const halfOpen = { probes: 5, successes: 4, maxConcurrent: 3, probeLease: 100 }
    const { breaker, clock, transitions } = await halfOpenCircuit({ halfOpen })
    const probes = [breaker.tryAcquire(), breaker.tryAcquire(), breaker.tryAcquire()]
    clock.block(100)
    expect(probes.every((probe) => probe?.isProbe)).toBe(true)
    await rejectionOf(breaker)
    expect(transitions.at(-1)).toMatchObject({ to: 'open', cause: 'lease-expired' })
    expect(breaker.stats()).toMatchObject({ failures: 3, errorBreakdown: { ProbeTimeoutError: 3 } })
  })

  it('is left by an order, and then by no probe that was under way', async () => {
    const orders = {
      trip: 'open',
      reset: 'closed',
      isolate: 'isolated',
    } as const
    for (const [order, state] of Object.entries(orders)) {
      const { breaker } = await halfOpenCircuit()
      const good = breaker.tryAcquire()
      breaker[order as keyof typeof orders]('test')
      expect(breaker.state).toBe(state)
      good?.succeed()
      expect(breaker.stats()).toMatchObject({ state, stale: 1 })
      expect(good?.signal.aborted).toBe(false)
    }
  })

  it('moves on and tells of it where the abort of a probe throws, as some runtimes let it', async () => {
    const bug = new Error('bug')
    vi.stubGlobal(
      'AbortController',
      class extends AbortController {
        override abort() {
          throw bug
        }
      },
    )
    const { breaker, clock, transitions, reported } = await halfOpenCircuit()
    breaker.tryAcquire()
    clock.advance(30_000)
    vi.unstubAllGlobals()
    breaker.reset()
    expect(moves(transitions).slice(-2)).toEqual(['halfOpen>open', 'open>closed'])
    expect(reported).toEqual([bug])
  })

  it('lets no probe begin in the place of one that somebody else let in through the actor', async () => {
    const { breaker } = await halfOpenCircuit({ halfOpen: { probes: 2 } })
    breaker.actor.send({ type: 'ACQUIRE', probe: 1 })
    expect(breaker.tryAcquire()).toBeUndefined()
    breaker.actor.send({ type: 'OUTCOME', outcome: 'success', probe: 1 })
    breaker.tryAcquire()?.succeed()
    expect(breaker.state).toBe('closed')
  })

  it('takes outcomes measured elsewhere for probes, as long as one is free', async () => {
    const { breaker } = await halfOpenCircuit({ halfOpen: { probes: 3 } })
    const source = new Subject<FedOutcome>()
    breaker.feed(source)
    source.next({ kind: 'ignored' })
    source.next({ kind: 'success' })
    expect(breaker.stats()).toMatchObject({ state: 'halfOpen', successes: 1, ignored: 1 })
    const probe = breaker.tryAcquire()
    source.next({ kind: 'failure', error: outage })
    expect(breaker.stats()).toMatchObject({ state: 'halfOpen', stale: 1 })
    probe?.succeed()
    source.next({ kind: 'failure', error: outage })
    expect(breaker.stats()).toMatchObject({ state: 'open', lastError: outage })
  })

  it('forgets the probes of one round in the next', async () => {
    const { breaker, clock } = await halfOpenCircuit({ halfOpen: { probes: 2 } })
    await play(breaker, 'SF')
    clock.advance(1000)
    await play(breaker, 'S')
    expect(breaker.state).toBe('halfOpen')
    await play(breaker, 'S')
    expect(breaker.state).toBe('closed')
  })

  it('carries streaks of failures over from before the break', async () => {
    const { breaker } = await halfOpenCircuit()
    await fail(breaker)
    expect(breaker.stats()).toMatchObject({ consecutiveFailures: 11, failures: 1 })
  })

  it('begins no probe from within a decision', async () => {
    const rig = createRig({
      minimumThroughput: 1,
      breakDuration: ({ consecutiveBreaks }) => {
        if (consecutiveBreaks === 2) acquired.push(rig.breaker.tryAcquire())
        return 1000
      },
    })
    const acquired: unknown[] = []
    await fail(rig.breaker)
    rig.clock.advance(1000)
    await fail(rig.breaker)
    expect(acquired).toEqual([undefined])
    expect(moves(rig.transitions)).toEqual(['closed>open', 'open>halfOpen', 'halfOpen>open'])
    rig.clock.advance(1000)
    await succeed(rig.breaker)
    expect(rig.breaker.state).toBe('closed')
  })

  it('is where a forced circuit goes, whatever was left of its break', async () => {
    const { breaker, transitions } = await openCircuit()
    breaker.forceHalfOpen()
    ignore(breaker)
    await succeed(breaker)
    expect(moves(transitions)).toEqual(['closed>open', 'open>halfOpen', 'halfOpen>closed'])
    expect(transitions[1]?.reason).toBe('forced half-open by hand')
  })
})
