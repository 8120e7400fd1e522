import { consecutiveFailures, createBreaker } from 'recloser'
import { breakerMachine } from 'recloser/machines'
import { describe, expect, it } from 'vitest'
import { createActor } from 'xstate'
import { createRig, fail, moves, play } from '../support/breakers.js'
import type { BreakerOptions } from 'recloser'

const halfOfFour = { failureRatio: 0.5, minimumThroughput: 4, samplingDuration: 10_000 }

describe('a closed circuit', () => {
  it.each([
    { throughput: 10, failureRate: 0, state: 'closed' },
    { throughput: 10, failureRate: 0.1, state: 'open' },
    { throughput: 10, failureRate: 0.2, state: 'open' },
    { throughput: 11, failureRate: 0.2, state: 'open' },
    { throughput: 9, failureRate: 0.1, state: 'closed' },
    { throughput: 9, failureRate: 1, state: 'closed' },
  ])(
    'O1: is $state after a failure that makes a rate of $failureRate in $throughput calls',
    ({ throughput, failureRate, state }) => {
      const actor = createActor(breakerMachine, {
        input: { name: 'api', options: { failureRatio: 0.1, minimumThroughput: 10 } },
      }).start()
      const health = {
        throughput,
        failureRate,
        successes: 0,
        failures: 0,
        slow: 0,
        slowRate: 0,
        ignored: 0,
        consecutiveFailures: 1,
        consecutiveSuccesses: 0,
      }
      actor.send({ type: 'OUTCOME', outcome: 'failure', health })
      expect(actor.getSnapshot().value).toBe(state)
      actor.stop()
    },
  )

  it('O2: opens at the fourth call, the second failure', async () => {
    const { breaker, transitions } = createRig(halfOfFour)
    const states: string[] = []
    for (const call of 'SSFF') {
      await play(breaker, call)
      states.push(breaker.state)
    }
    expect(states).toEqual(['closed', 'closed', 'closed', 'open'])
    expect(transitions[0]).toMatchObject({
      cause: 'failure-rate',
      reason: 'failure rate 50% reached 50% over 4 calls in 10 s',
    })
  })

  it('O3: is not opened by a success, only by the next failure', async () => {
    const { breaker } = createRig(halfOfFour)
    await play(breaker, 'FFFS')
    expect(breaker.stats()).toMatchObject({ state: 'closed', failureRate: 0.75 })
    await play(breaker, 'F')
    expect(breaker.stats()).toMatchObject({ state: 'open', failureRate: 0.8 })
  })

  it('O4: stays closed below the ratio, and below the minimum throughput', async () => {
    const { breaker: healthy } = createRig(halfOfFour)
    await play(healthy, 'SSSF')
    expect(healthy.stats()).toMatchObject({ state: 'closed', failureRate: 0.25 })

    const { breaker: quiet } = createRig(halfOfFour)
    await play(quiet, 'FFF')
    expect(quiet.stats()).toMatchObject({
      state: 'closed',
      failureRate: 1,
      hasMinimumThroughput: false,
    })
    const { breaker: mixed } = createRig(halfOfFour)
    await play(mixed, 'SSF')
    expect(mixed.state).toBe('closed')
  })

  it.each([10_000, 20_000])('O5: ignores failures of %i ms ago', async (age) => {
    const { breaker, clock } = createRig(halfOfFour)
    await play(breaker, 'FFF')
    clock.advance(age)
    await play(breaker, 'F')
    expect(breaker.stats()).toMatchObject({ state: 'closed', failures: 1 })
  })

  it('O6: counts failures until the last millisecond of the window', async () => {
    const { breaker, clock } = createRig(halfOfFour)
    await play(breaker, 'FFF')
    clock.advance(9999)
    await play(breaker, 'F')
    expect(breaker.state).toBe('open')
  })

  it('O10: opens with the failure that brings the rate to the limit', async () => {
    const { breaker, clock } = createRig({
      failureRatio: 0.5,
      minimumThroughput: 5,
      samplingDuration: 20_000,
    })
    for (const call of 'SSSFF') {
      await play(breaker, call)
      clock.advance(1000)
    }
    expect(breaker.stats()).toMatchObject({ state: 'closed', failureRate: 0.4 })
    await play(breaker, 'F')
    expect(breaker.stats()).toMatchObject({ state: 'open', failureRate: 0.5 })
  })

  // Circuits that judge at every outcome would open at the fifth call: ours waits for a bad one.
  it('O11: whose rate is above the limit opens at the next bad outcome', async () => {
    const { breaker } = createRig({ failureRatio: 0.5, minimumThroughput: 5 })
    await play(breaker, 'FFFSS')
    expect(breaker.stats()).toMatchObject({ state: 'closed', failureRate: 0.6 })
    await play(breaker, 'SI')
    expect(breaker.state).toBe('closed')
    await play(breaker, 'F')
    expect(breaker.state).toBe('open')
  })

  it('O12: opens at two failures of three calls for a ratio of 0.6', async () => {
    const { breaker } = createRig({ failureRatio: 0.6, minimumThroughput: 3 })
    await play(breaker, 'FSF')
    expect(breaker.stats()).toMatchObject({ state: 'open', failureRate: 2 / 3 })
  })

  it('O14: stays closed with only failures below the minimum throughput', async () => {
    const { breaker } = createRig({ minimumThroughput: 5 })
    await play(breaker, 'FFFF')
    expect(breaker.state).toBe('closed')
    await play(breaker, 'F')
    expect(breaker.state).toBe('open')
  })

  it('O14: does not reach the minimum throughput by ignored calls', async () => {
    const { breaker } = createRig({ minimumThroughput: 5 })
    await play(breaker, 'FFFF III')
    expect(breaker.stats()).toMatchObject({ state: 'closed', throughput: 4, ignored: 3 })
  })

  it('O17: opens at the first failure with a minimum throughput of 1', async () => {
    const { breaker } = createRig({ minimumThroughput: 1 })
    await play(breaker, 'F')
    expect(breaker.state).toBe('open')
  })

  it('O18: counts failing results of different types together', async () => {
    const { breaker } = createRig({
      failureRatio: 0.5,
      minimumThroughput: 10,
      classify: (settled) =>
        settled.status === 'fulfilled' && [-1, 'error'].includes(settled.value as number)
          ? 'failure'
          : 'success',
    })
    for (let i = 0; i < 5; i++) expect(await breaker.execute(() => -1)).toBe(-1)
    for (let i = 0; i < 4; i++) expect(await breaker.execute(() => 'error')).toBe('error')
    expect(breaker.state).toBe('closed')
    expect(await breaker.execute(() => 'error')).toBe('error')
    expect(breaker.stats()).toMatchObject({ state: 'open', failures: 10 })
  })

  it('O19: neither opens by errors that are ignored nor counts them as successes', async () => {
    class Handled extends Error {}
    const { breaker } = createRig({
      classify: (settled) => {
        if (settled.status === 'fulfilled') return 'success'
        return settled.reason instanceof Handled ? 'failure' : 'ignored'
      },
    })
    await fail(breaker, 10, new Error('no matter of the dependency'))
    expect(breaker.stats()).toMatchObject({
      state: 'closed',
      throughput: 0,
      successes: 0,
      failures: 0,
      ignored: 10,
    })
    await fail(breaker, 10, new Handled())
    expect(breaker.state).toBe('open')
  })

  it.each<[BreakerOptions, string]>([
    [{ failureRatio: 0 }, 'failureRatio must be above 0 and at most 1, got 0'],
    [{ failureRatio: 1.5 }, 'failureRatio must be above 0 and at most 1, got 1.5'],
    [{ failureRatio: 50 }, 'failureRatio must be above 0 and at most 1, got 50; did you mean 0.5?'],
    [
      { minimumThroughput: 0 },
      'minimumThroughput must be an integer, at least 1 and finite, got 0',
    ],
    [{ samplingDuration: 0 }, 'samplingDuration must be at least 10 and finite, got 0'],
  ])('O20: cannot be made with %o', (options, message) => {
    let error: unknown
    try {
      createBreaker('api', options)
    } catch (thrown) {
      error = thrown
    }
    expect(error).toBeInstanceOf(RangeError)
    expect((error as Error).message).toContain(message)
  })

  it('O21: opens at a ratio of 1 when every call of the window has failed', async () => {
    const { breaker, clock } = createRig({ failureRatio: 1, minimumThroughput: 10 })
    await play(breaker, 'FFFFF FFFF S')
    await play(breaker, 'F')
    expect(breaker.state).toBe('closed')
    clock.advance(10_000)
    await play(breaker, 'FFFFF FFFF')
    expect(breaker.state).toBe('closed')
    await play(breaker, 'F')
    expect(breaker.stats()).toMatchObject({ state: 'open', failureRate: 1 })
  })

  it('C6: that opened by failures in a row says how many', async () => {
    const { breaker, transitions } = createRig({ trip: consecutiveFailures(2) })
    await play(breaker, 'FF')
    expect(moves(transitions)).toEqual(['closed>open'])
    expect(transitions[0]?.reason).toBe('2 consecutive failures reached the limit of 2')
  })
})
