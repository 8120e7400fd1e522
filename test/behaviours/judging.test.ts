import { controlledCall } from 'recloser/testing'
import { describe, expect, it, vi } from 'vitest'
import { createRig, fail, halfOpenCircuit, openCircuit, outage } from '../support/breakers.js'

describe('a classifier', () => {
  it('X2: can make successes of errors, which still reach the caller', async () => {
    const { breaker } = createRig({ classify: () => 'success', minimumThroughput: 5 })
    for (let i = 0; i < 5; i++)
      await expect(breaker.execute(() => Promise.reject(outage))).rejects.toBe(outage)
    expect(breaker.stats()).toMatchObject({
      state: 'closed',
      successes: 5,
      failures: 0,
      failureRate: 0,
      lastError: undefined,
    })
  })

  const bug = new Error('bug in the classifier')
  const broken = {
    classify: () => {
      throw bug
    },
  }

  it('X7: that throws leaves a result alone, counts as failure and is reported', async () => {
    const { breaker, reported } = createRig(broken)
    expect(await breaker.execute(() => 'fine')).toBe('fine')
    expect(breaker.stats()).toMatchObject({ failures: 1, successes: 0 })
    expect(reported).toEqual([bug])
  })

  it('X7: that throws leaves an error alone, counts as failure and is reported', async () => {
    const { breaker, reported } = createRig(broken)
    await expect(breaker.execute(() => Promise.reject(outage))).rejects.toBe(outage)
    expect(breaker.stats()).toMatchObject({ failures: 1, lastError: outage })
    expect(reported).toEqual([bug])
  })

  it('X7: that throws opens the circuit in the end, which stays alive', async () => {
    const { breaker, clock } = createRig({ ...broken, breakDuration: 1000 })
    for (let i = 0; i < 10; i++) await breaker.execute(() => 'fine')
    expect(breaker.state).toBe('open')
    clock.advance(1000)
    expect(await breaker.execute(() => 'fine')).toBe('fine')
    expect(breaker.stats()).toMatchObject({ state: 'open', consecutiveBreaks: 2 })
  })
})

describe('a call that fails', () => {
  it.each<{ kind: string; thrown: unknown }>([
    { kind: 'undefined', thrown: undefined },
    { kind: 'null', thrown: null },
    { kind: 'a text', thrown: 'out of order' },
    { kind: 'a number', thrown: 42 },
    { kind: 'a symbol', thrown: Symbol('fault') },
    { kind: 'a frozen object', thrown: Object.freeze({ status: 500 }) },
    { kind: 'a function', thrown: () => 'fault' },
  ])('X3: with $kind gives the caller that very thing, and counts', async ({ thrown }) => {
    const { breaker } = createRig()
    let caught: unknown = 'nothing'
    try {
      await breaker.execute(() => {
        throw thrown as Error
      })
    } catch (error) {
      caught = error
    }
    expect(caught).toBe(thrown)
    expect(breaker.stats()).toMatchObject({ failures: 1, throughput: 1 })
    expect(Object.values(breaker.stats().errorBreakdown)).toEqual([1])
  })

  it('X8: counts the same whether it throws, rejects, or gives a thenable that rejects', async () => {
    const ways = [
      () => {
        throw outage
      },
      () => Promise.reject(outage),
      () =>
        ({
          then: (_: unknown, reject: (error: Error) => void) => {
            reject(outage)
          },
        }) as PromiseLike<never>,
    ]
    const figures = await Promise.all(
      ways.map(async (way) => {
        const { breaker } = createRig()
        await expect(breaker.execute(way)).rejects.toBe(outage)
        return { ...breaker.stats(), recentTransitions: [] }
      }),
    )
    expect(figures[0]).toMatchObject({ failures: 1, throughput: 1, lastError: outage })
    expect(figures[1]).toEqual(figures[0])
    expect(figures[2]).toEqual(figures[0])
  })
})

describe('the signal of a caller', () => {
  it.each([
    { state: 'closed', circuit: () => Promise.resolve(createRig()) },
    { state: 'open', circuit: openCircuit },
    { state: 'halfOpen', circuit: halfOpenCircuit },
    {
      state: 'isolated',
      circuit: () => {
        const rig = createRig()
        rig.breaker.isolate()
        return Promise.resolve(rig)
      },
    },
  ])('X4: aborted before, keeps the call from being made while $state', async (given) => {
    const { breaker } = await given.circuit()
    const before = breaker.stats()
    const fn = vi.fn(() => 'fine')
    const reason = new Error('changed my mind')
    const call = breaker.execute(fn, { signal: AbortSignal.abort(reason) })
    await expect(call).rejects.toBe(reason)
    expect(fn).not.toHaveBeenCalled()
    expect(breaker.state).toBe(given.state)
    expect(breaker.stats()).toEqual(before)
    if (given.state === 'halfOpen') expect(breaker.tryAcquire()?.isProbe).toBe(true)
  })

  it('X5: aborted while the call runs, makes it ignored and gives the caller the reason', async () => {
    const { breaker } = createRig({ minimumThroughput: 1 })
    const caller = new AbortController()
    const reason = new Error('changed my mind')
    const call = controlledCall()
    const result = breaker.execute(call, { signal: caller.signal })
    expect(call.calls[0]?.signal.aborted).toBe(false)
    caller.abort(reason)
    await expect(result).rejects.toBe(reason)
    expect(call.calls[0]?.signal.aborted).toBe(true)
    expect(breaker.stats()).toMatchObject({
      state: 'closed',
      throughput: 0,
      successes: 0,
      failures: 0,
      ignored: 1,
    })
  })

  it('X5: aborted while the call runs, makes whatever it says afterwards nothing', async () => {
    const { breaker } = createRig({ minimumThroughput: 1 })
    const caller = new AbortController()
    const call = controlledCall()
    const result = breaker.attempt(call, { signal: caller.signal })
    caller.abort()
    await result
    call.reject(outage)
    await Promise.resolve()
    expect(breaker.stats()).toMatchObject({ state: 'closed', throughput: 0, ignored: 1, stale: 0 })
  })

  it('X5: aborted by the call itself, which then throws, makes it ignored', async () => {
    const { breaker } = createRig({ minimumThroughput: 1 })
    const caller = new AbortController()
    const result = breaker.execute(
      () => {
        caller.abort()
        throw outage
      },
      { signal: caller.signal },
    )
    await expect(result).rejects.toBe(outage)
    expect(breaker.stats()).toMatchObject({ state: 'closed', throughput: 0, ignored: 1 })
  })

  it('X5: aborted after the call has failed by itself, changes nothing', async () => {
    const { breaker } = createRig()
    const caller = new AbortController()
    await expect(
      breaker.execute(() => Promise.reject(outage), { signal: caller.signal }),
    ).rejects.toBe(outage)
    caller.abort()
    await fail(breaker)
    expect(breaker.stats()).toMatchObject({ failures: 2, ignored: 0 })
  })
})
