import { markRefusal } from 'recloser/core'
import { controlledCall } from 'recloser/testing'
import { describe, expect, it } from 'vitest'
import {
  fail,
  halfOpenCircuit,
  ignore,
  moves,
  openCircuit,
  play,
  rejectionOf,
  succeed,
  takeTime,
} from '../support/breakers.js'
import type { Permit } from 'recloser'

describe('a half-open circuit with one probe', () => {
  it('H1: rejects other calls while the probe runs', async () => {
    const { breaker } = await halfOpenCircuit()
    breaker.tryAcquire()
    const error = await rejectionOf(breaker)
    expect(error.state).toBe('halfOpen')
    expect(error.retryAfter).toBe(0)
  })

  it('H2: closes, with nothing counted, when the probe succeeds', async () => {
    const { breaker } = await halfOpenCircuit()
    await succeed(breaker)
    expect(breaker.stats()).toMatchObject({
      state: 'closed',
      throughput: 0,
      consecutiveSuccesses: 0,
      consecutiveFailures: 0,
      consecutiveBreaks: 0,
    })
  })

  it('H2: opens, one break further, when the probe fails', async () => {
    const { breaker } = await halfOpenCircuit()
    expect(breaker.stats().consecutiveBreaks).toBe(1)
    await fail(breaker)
    expect(breaker.stats()).toMatchObject({ state: 'open', consecutiveBreaks: 2 })
    expect(breaker.snapshot().halfOpenAttempts).toBe(1)
  })

  it('H24: frees the slot, and stays half-open, when the caller aborts the probe', async () => {
    const { breaker } = await halfOpenCircuit()
    const caller = new AbortController()
    const call = controlledCall()
    const probe = breaker.execute(call, { signal: caller.signal })
    caller.abort(new Error('no longer wanted'))
    await expect(probe).rejects.toThrow('no longer wanted')
    expect(breaker.state).toBe('halfOpen')

    const next = breaker.tryAcquire()
    expect(next?.isProbe).toBe(true)
    call.resolve('too late')
    await Promise.resolve()
    expect(breaker.state).toBe('halfOpen')
    next?.succeed()
    expect(breaker.state).toBe('closed')
  })

  it('H26: is ready again after an ignored probe, and closed after a success', async () => {
    const { breaker } = await halfOpenCircuit()
    ignore(breaker)
    expect(breaker.state).toBe('halfOpen')
    await succeed(breaker)
    expect(breaker.state).toBe('closed')
  })

  it.each<{ endings: (keyof Permit & ('succeed' | 'fail' | 'ignore'))[]; state: string }>([
    { endings: ['succeed', 'fail'], state: 'closed' },
    { endings: ['fail', 'succeed'], state: 'open' },
    { endings: ['ignore', 'fail'], state: 'halfOpen' },
    { endings: ['ignore', 'succeed'], state: 'halfOpen' },
  ])('H27: is $state after one permit ended as $endings', async ({ endings, state }) => {
    const { breaker } = await halfOpenCircuit()
    const permit = breaker.tryAcquire()
    for (const ending of endings) permit?.[ending]()
    permit?.[Symbol.dispose]()
    expect(breaker.state).toBe(state)
    expect(breaker.stats().stale).toBe(0)
    if (state === 'closed') expect(breaker.stats().throughput).toBe(0)
  })

  it('H28: admits one probe at a time, however many late results come', async () => {
    const { breaker, clock } = await openCircuit()
    breaker.reset()
    const old = [1, 2, 3].map(() => breaker.tryAcquire())
    await fail(breaker, 10)
    clock.advance(1000)
    for (const permit of old) permit?.ignore()
    expect(breaker.stats().stale).toBe(3)
    expect(breaker.tryAcquire()?.isProbe).toBe(true)
    expect(breaker.tryAcquire()).toBeUndefined()
  })

  it('H31: opens when the probe throws synchronously, and the caller gets that very error', async () => {
    const { breaker } = await halfOpenCircuit()
    const error = new TypeError('thrown before any promise')
    const probe = breaker.execute(() => {
      throw error
    })
    await expect(probe).rejects.toBe(error)
    expect(breaker.stats()).toMatchObject({ state: 'open', lastError: error, failures: 1 })
  })

  it('H29: gives the old break back when the probe is refused further in', async () => {
    class NoToken extends Error {}
    markRefusal(NoToken)
    const { breaker, clock, transitions } = await openCircuit({ breakDuration: 1000 })
    const before = breaker.snapshot()
    clock.advance(1500)

    const refused = breaker.execute(() => Promise.reject(new NoToken()))
    await expect(refused).rejects.toBeInstanceOf(NoToken)

    expect(breaker.state).toBe('open')
    expect(breaker.retryAfter).toBe(0)
    expect(breaker.stats()).toMatchObject({ consecutiveBreaks: 1, totals: { failures: 10 } })
    const { halfOpenAttempts, failure, breakDuration } = breaker.snapshot()
    expect({ halfOpenAttempts, failure, breakDuration }).toEqual({
      halfOpenAttempts: before.halfOpenAttempts,
      failure: before.failure,
      breakDuration: before.breakDuration,
    })
    expect(transitions.at(-1)?.cause).toBe('probe-refused')

    await succeed(breaker)
    expect(breaker.state).toBe('closed')
  })
})

describe('the lease of a probe', () => {
  it('H20: ends it as a failure, which begins the next break', async () => {
    const { breaker, clock, transitions } = await halfOpenCircuit({
      breakDuration: ({ consecutiveBreaks }) => consecutiveBreaks * 1000,
      halfOpen: { probeLease: 30_000 },
    })
    const probe = breaker.tryAcquire()
    clock.advance(29_999)
    expect((await rejectionOf(breaker)).state).toBe('halfOpen')
    clock.advance(1)
    expect(transitions.at(-1)).toMatchObject({
      from: 'halfOpen',
      to: 'open',
      cause: 'lease-expired',
      breakDuration: 2000,
    })
    expect((await rejectionOf(breaker)).retryAfter).toBe(2000)
    expect(probe?.signal.aborted).toBe(true)
    expect(breaker.stats()).toMatchObject({ consecutiveBreaks: 2, failures: 1 })
  })

  it('H20: ends it without any timer, by the next call', async () => {
    const { breaker, clock } = await halfOpenCircuit({ halfOpen: { probeLease: 30_000 } })
    breaker.tryAcquire()
    clock.block(29_999)
    expect((await rejectionOf(breaker)).state).toBe('halfOpen')
    clock.block(1)
    expect(await rejectionOf(breaker)).toMatchObject({ state: 'open', retryAfter: 1000 })
  })

  it('H20: begins with the probe, not with the half-open state', async () => {
    const { breaker, clock } = await halfOpenCircuit({ halfOpen: { probeLease: 30_000 } })
    clock.advance(100_000)
    expect(breaker.state).toBe('halfOpen')
    breaker.tryAcquire()
    clock.advance(29_999)
    expect(breaker.state).toBe('halfOpen')
    clock.advance(1)
    expect(breaker.state).toBe('open')
  })

  it('H21: makes what the abandoned probe says later a late result', async () => {
    const { breaker, clock } = await halfOpenCircuit({ breakDuration: 5000 })
    const abandoned = breaker.tryAcquire()
    clock.advance(31_000)
    expect(breaker.retryAfter).toBe(4000)
    abandoned?.succeed()
    expect(breaker.state).toBe('open')
    expect(breaker.retryAfter).toBe(4000)
    expect(breaker.stats().stale).toBe(1)
  })
})

describe('a half-open circuit with several probes', () => {
  it('H4: closes with the figures of its probes, and begins with an empty window', async () => {
    const { breaker, transitions } = await halfOpenCircuit({
      halfOpen: { probes: 4, successes: 3 },
    })
    await play(breaker, 'FSS')
    expect(breaker.state).toBe('halfOpen')
    await play(breaker, 'S')
    expect(transitions.at(-1)).toMatchObject({
      to: 'closed',
      health: { throughput: 4, failureRate: 0.25 },
    })
    expect(breaker.stats().throughput).toBe(0)
    await play(breaker, 'S')
    expect(breaker.stats().throughput).toBe(1)
  })

  it('H5: opens when three of four probes are slow, though none failed', async () => {
    const rig = await halfOpenCircuit({
      slowCall: { duration: 4000, ratio: 0.5 },
      halfOpen: { probes: 4, successes: 2 },
    })
    await takeTime(rig, 1000)
    await takeTime(rig, 5000)
    await takeTime(rig, 5000)
    expect(rig.breaker.state).toBe('halfOpen')
    await takeTime(rig, 5000)
    expect(rig.breaker.stats()).toMatchObject({
      state: 'open',
      throughput: 4,
      slowRate: 0.75,
      failures: 0,
    })
  })

  // It does not wait for the fourth: two successes are out of reach.
  it('H5: opens at the third of three slow probes', async () => {
    const rig = await halfOpenCircuit({
      slowCall: { duration: 4000 },
      halfOpen: { probes: 4, successes: 2 },
    })
    await takeTime(rig, 5000)
    await takeTime(rig, 5000)
    expect(rig.breaker.state).toBe('halfOpen')
    await takeTime(rig, 5000)
    expect(rig.breaker.stats()).toMatchObject({ state: 'open', slowRate: 1, failures: 0 })
  })

  it('H6: grants four at once of four, and one more for one given back', async () => {
    const { breaker } = await halfOpenCircuit({ halfOpen: { probes: 4, maxConcurrent: 4 } })
    const permits = Array.from({ length: 6 }, () => breaker.tryAcquire())
    expect(permits.map((permit) => permit?.isProbe)).toEqual([
      ...[true, true, true, true],
      ...[undefined, undefined],
    ])
    permits[1]?.ignore()
    expect(breaker.tryAcquire()?.isProbe).toBe(true)
    expect(breaker.tryAcquire()).toBeUndefined()
  })

  it('H8: uses up nothing for ignored probes', async () => {
    const { breaker } = await halfOpenCircuit({ halfOpen: { probes: 4 } })
    await play(breaker, 'IIII SSS')
    expect(breaker.state).toBe('halfOpen')
    await play(breaker, 'S')
    expect(breaker.state).toBe('closed')
  })

  it.each([
    { id: 'H9', probes: 4, successes: 3, calls: 'SFSS', state: 'closed' },
    { id: 'H9', probes: 4, successes: 3, calls: 'SFSF', state: 'open' },
    { id: 'H10', probes: 3, successes: 2, calls: 'FSS', state: 'closed' },
    { id: 'H10', probes: 3, successes: 2, calls: 'FSF', state: 'open' },
    { id: 'H11', probes: 3, successes: 3, calls: 'SSS', state: 'closed' },
    { id: 'H11', probes: 3, successes: 3, calls: 'SF', state: 'open' },
  ])(
    'H9, H10, H11: with $successes of $probes needed is $state at the last of $calls ($id)',
    async ({ probes, successes, calls, state }) => {
      const { breaker } = await halfOpenCircuit({ halfOpen: { probes, successes } })
      for (const call of calls) {
        expect(breaker.state).toBe('halfOpen')
        await play(breaker, call)
      }
      expect(breaker.state).toBe(state)
    },
  )

  it('H14: admits no fourth call when three decide', async () => {
    const { breaker } = await halfOpenCircuit({ halfOpen: { probes: 3, maxConcurrent: 3 } })
    await play(breaker, 'SS')
    const third = breaker.tryAcquire()
    await play(breaker, 'X')
    third?.succeed()
    expect(breaker.state).toBe('closed')
  })

  it('H15: opens at the first failure when all must succeed', async () => {
    const { breaker } = await halfOpenCircuit({ halfOpen: { probes: 3 } })
    await play(breaker, 'F')
    expect(breaker.state).toBe('open')
  })

  it('H16: admits one ignored probe after another', async () => {
    const { breaker } = await halfOpenCircuit({ halfOpen: { probes: 3 } })
    for (let i = 0; i < 4; i++) {
      const permit = breaker.tryAcquire()
      expect(permit?.isProbe).toBe(true)
      permit?.ignore()
      expect(breaker.state).toBe('halfOpen')
    }
  })

  it('H18: closes at the tenth success of ten', async () => {
    const { breaker } = await halfOpenCircuit({ halfOpen: { probes: 10 } })
    for (let i = 0; i < 9; i++) {
      await succeed(breaker)
      expect(breaker.state).toBe('halfOpen')
    }
    await succeed(breaker)
    expect(breaker.state).toBe('closed')
  })

  it('H19: counts each round from 0', async () => {
    const { breaker, clock } = await halfOpenCircuit({ halfOpen: { probes: 2 } })
    await play(breaker, 'S')
    expect(breaker.stats()).toMatchObject({ state: 'halfOpen', successes: 1 })
    await play(breaker, 'F')
    expect(breaker.state).toBe('open')
    clock.advance(1000)
    expect(breaker.stats()).toMatchObject({ state: 'halfOpen', successes: 0, throughput: 0 })
    await play(breaker, 'S')
    expect(breaker.state).toBe('halfOpen')
  })

  it('H30: is decided as soon as it is certain: six of ten, or five failures', async () => {
    const halfOpen = { probes: 10, successes: 6 }
    const { breaker: recovering } = await halfOpenCircuit({ halfOpen })
    await play(recovering, 'SSS SS')
    expect(recovering.state).toBe('halfOpen')
    await play(recovering, 'S')
    expect(recovering.state).toBe('closed')

    const { breaker: failing } = await halfOpenCircuit({ halfOpen })
    await play(failing, 'FFFF')
    expect(failing.state).toBe('halfOpen')
    await play(failing, 'F')
    expect(failing.state).toBe('open')
  })

  it.each([
    { probes: 1, maxConcurrent: 1, admitted: 1 },
    { probes: 3, maxConcurrent: 3, admitted: 3 },
    { probes: 3, maxConcurrent: 2, admitted: 2 },
  ])(
    'H32: of a hundred callers at the end of the break admits $admitted',
    async ({ probes, maxConcurrent, admitted }) => {
      const { breaker, clock, transitions } = await openCircuit({
        halfOpen: { probes, maxConcurrent },
      })
      clock.block(1000)
      const call = controlledCall<string>()
      const attempts = Array.from({ length: 100 }, () => breaker.attempt(call))
      expect(call.calls).toHaveLength(admitted)
      for (const pending of call.calls) pending.resolve('fine')
      const statuses = (await Promise.all(attempts)).map(({ status }) => status)
      expect(statuses.filter((status) => status === 'success')).toHaveLength(admitted)
      expect(statuses.filter((status) => status === 'rejected')).toHaveLength(100 - admitted)
      expect(moves(transitions).filter((move) => move === 'open>halfOpen')).toHaveLength(1)
    },
  )

  it('H34: never has more probes under way than the round has, however many may run', async () => {
    const { breaker } = await halfOpenCircuit({
      halfOpen: { probes: 5, successes: 3, maxConcurrent: 1_000_000 },
    })
    const hanging = controlledCall()
    for (let i = 0; i < 100; i++) void breaker.attempt(hanging)
    expect(hanging.calls).toHaveLength(5)
  })
})
