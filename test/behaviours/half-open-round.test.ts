import { consecutiveFailures, isBrokenCircuit } from 'recloser'
import { markRefusal } from 'recloser/core'
import { controlledCall } from 'recloser/testing'
import { Subject } from 'rxjs'
import { describe, expect, it } from 'vitest'
import {
  fail,
  halfOpenCircuit,
  ignore,
  moves,
  openCircuit,
  outage,
  play,
  rejectionOf,
  succeed,
} from '../support/breakers.js'
import type { FedOutcome } from 'recloser'

class FullError extends Error {}
markRefusal(FullError)

describe('a half-open circuit', () => {
  it('TD1: lets one of five concurrent callers through', async () => {
    const { breaker } = await halfOpenCircuit()
    const call = controlledCall<string>()
    const attempts = Array.from({ length: 5 }, () => breaker.attempt(call))
    expect(call.calls).toHaveLength(1)
    call.resolve('fine')
    const results = await Promise.all(attempts)
    expect(results.map(({ status }) => status)).toEqual([
      'success',
      'rejected',
      'rejected',
      'rejected',
      'rejected',
    ])
    expect(results[1]).toMatchObject({ state: 'halfOpen', retryAfter: 0 })
  })

  it('TD2: closes with an empty window when the probe succeeds', async () => {
    const { breaker, transitions } = await halfOpenCircuit()
    await succeed(breaker)
    expect(moves(transitions)).toEqual(['closed>open', 'open>halfOpen', 'halfOpen>closed'])
    expect(breaker.stats()).toMatchObject({ throughput: 0, consecutiveBreaks: 0 })
    await fail(breaker, 9)
    expect(breaker.state).toBe('closed')
    await fail(breaker)
    expect(breaker.state).toBe('open')
  })

  it('TD3: opens again for a whole break when the probe fails', async () => {
    const { breaker, clock, transitions } = await halfOpenCircuit()
    clock.advance(250)
    await fail(breaker)
    expect(moves(transitions).slice(1)).toEqual(['open>halfOpen', 'halfOpen>open'])
    expect(breaker.stats()).toMatchObject({ retryAfter: 1000, consecutiveBreaks: 2 })
    expect(transitions.at(-1)).toMatchObject({
      cause: 'probe-failed',
      reason: '1 of 1 probe failed',
      breakDuration: 1000,
      error: outage,
    })
  })

  it('TD5: opens as soon as enough probes can no longer succeed', async () => {
    const halfOpen = { probes: 10, successes: 7, maxConcurrent: 10 }
    const { breaker } = await halfOpenCircuit({ halfOpen })
    const permits = Array.from({ length: 10 }, () => breaker.tryAcquire())
    for (const permit of permits.slice(0, 3)) permit?.fail(outage)
    expect(breaker.state).toBe('halfOpen')
    permits[3]?.fail(outage)
    expect(breaker.state).toBe('open')
    for (const permit of permits.slice(4)) permit?.succeed()
    expect(breaker.stats()).toMatchObject({ state: 'open', stale: 6 })
  })

  it('TD5: closes as soon as enough probes have succeeded', async () => {
    const halfOpen = { probes: 10, successes: 7, maxConcurrent: 10 }
    const { breaker } = await halfOpenCircuit({ halfOpen })
    await play(breaker, 'FSSSFSSF')
    expect(breaker.state).toBe('halfOpen')
    await succeed(breaker, 2)
    expect(breaker.state).toBe('closed')
  })

  it('TD6: runs as many probes at once as it may', async () => {
    const { breaker } = await halfOpenCircuit({ halfOpen: { probes: 3, maxConcurrent: 3 } })
    const call = controlledCall<string>()
    const attempts = Array.from({ length: 5 }, () => breaker.attempt(call))
    expect(call.calls).toHaveLength(3)
    for (let i = 0; i < 3; i++) call.resolve('fine')
    const statuses = (await Promise.all(attempts)).map(({ status }) => status)
    expect(statuses.filter((status) => status === 'rejected')).toHaveLength(2)
    expect(breaker.state).toBe('closed')
  })

  it('TD8: takes a probe that never ends for a failure when its lease is over', async () => {
    // The break begins again; another probe may try after it.
    const { breaker, clock, transitions } = await halfOpenCircuit({
      halfOpen: { probeLease: 5000 },
    })
    const call = controlledCall<string>()
    const hanging = breaker.attempt(call)
    clock.advance(4999)
    expect((await rejectionOf(breaker)).state).toBe('halfOpen')
    clock.advance(1)
    expect(transitions.at(-1)).toMatchObject({ to: 'open', cause: 'lease-expired' })
    expect(call.calls[0]?.signal.aborted).toBe(true)
    expect(await rejectionOf(breaker)).toMatchObject({ state: 'open', retryAfter: 1000 })
    clock.advance(1000)
    const probe = breaker.tryAcquire()
    expect(probe?.isProbe).toBe(true)
    call.resolve('late')
    await hanging
    expect(breaker.stats()).toMatchObject({ state: 'halfOpen', stale: 1 })
    probe?.succeed()
    expect(breaker.state).toBe('closed')
  })

  it('TD8: notices the end of a lease at the next call when no timer ran', async () => {
    const { breaker, clock } = await halfOpenCircuit({ halfOpen: { probeLease: 5000 } })
    breaker.tryAcquire()
    clock.block(5000)
    expect((await rejectionOf(breaker)).state).toBe('open')
  })

  it('TD9: is not moved by a probe of an earlier round', async () => {
    const { breaker, clock } = await halfOpenCircuit({ halfOpen: { probeLease: 5000 } })
    const old = breaker.tryAcquire()
    clock.advance(5000)
    clock.advance(1000)
    await fail(breaker)
    old?.succeed()
    expect(breaker.stats()).toMatchObject({ state: 'open', stale: 1, consecutiveBreaks: 3 })
  })

  it('TD11: frees the slot of a probe that was refused further in', async () => {
    // Half-open to open with the old deadline, which is over: the next call may probe at once.
    const { breaker, transitions } = await halfOpenCircuit()
    const attempt = await breaker.attempt(() => Promise.reject(new FullError('no token')))
    expect(attempt.status).toBe('failure')
    expect(transitions.at(-1)).toMatchObject({ to: 'open', cause: 'probe-refused' })
    expect(breaker.stats()).toMatchObject({ consecutiveBreaks: 1, retryAfter: 0 })
    await succeed(breaker)
    expect(breaker.state).toBe('closed')
  })

  it('TD11: frees the slot of a probe whose caller left, before or during the call', async () => {
    const { breaker } = await halfOpenCircuit()
    const caller = new AbortController()
    const running = breaker.attempt(controlledCall(), { signal: caller.signal })
    caller.abort()
    await running
    const made = await breaker.attempt(() => 'made', { signal: caller.signal })
    expect(made.status).toBe('failure')
    expect(breaker.state).toBe('halfOpen')
    await succeed(breaker)
    expect(breaker.state).toBe('closed')
  })

  it('TD12: counts a probe that throws at once as one failure', async () => {
    const { breaker } = await halfOpenCircuit()
    const thrown = breaker.execute(() => {
      throw outage
    })
    await expect(thrown).rejects.toBe(outage)
    expect(breaker.stats()).toMatchObject({ state: 'open', consecutiveBreaks: 2 })
    expect(breaker.stats().totals.failures).toBe(11)
  })

  it('TD13: needs no minimum throughput to be opened by a probe', async () => {
    const { breaker } = await halfOpenCircuit({ minimumThroughput: 100 })
    await fail(breaker)
    expect(breaker.state).toBe('open')
  })

  it('TD14: keeps a crowd off, also after the probe has succeeded', async () => {
    const { breaker } = await halfOpenCircuit()
    const call = controlledCall<string>()
    const attempts = Array.from({ length: 1000 }, () => breaker.attempt(call))
    // They have their answer before the probe has one: nobody waits to rush in.
    const early = await Promise.all(attempts.slice(1))
    expect(early.every(({ status }) => status === 'rejected')).toBe(true)
    call.resolve('fine')
    await attempts[0]
    expect([breaker.state, call.calls.length]).toEqual(['closed', 1])
  })

  it('TD16: is decided by probes, and by outcomes fed in, which take a free slot', async () => {
    const { breaker } = await openCircuit({ trip: consecutiveFailures(3) })
    breaker.reset()
    const before = breaker.tryAcquire()
    breaker.trip('test')
    breaker.forceHalfOpen()
    const probe = breaker.tryAcquire()
    before?.succeed()
    const fed = new Subject<FedOutcome>()
    breaker.feed(fed)
    fed.next({ kind: 'success' })
    expect(breaker.stats()).toMatchObject({ state: 'halfOpen', stale: 2 })
    probe?.ignore()
    fed.next({ kind: 'success' })
    expect(breaker.state).toBe('closed')
  })

  it('TF2: is neither closed nor opened by a probe that says nothing', async () => {
    const { breaker } = await halfOpenCircuit()
    ignore(breaker, 3)
    expect(breaker.state).toBe('halfOpen')
    const call = controlledCall()
    void breaker.attempt(call)
    expect(isBrokenCircuit(await rejectionOf(breaker))).toBe(true)
    call.resolve('fine')
  })
})
