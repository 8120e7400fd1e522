import { consecutiveFailures } from 'recloser'
import { describe, expect, it, vi } from 'vitest'
import { createRig, fail, halfOpenCircuit, outage, takeTime } from '../support/breakers.js'
import type { Classifier } from 'recloser'

class HttpError extends Error {
  constructor(readonly status: number) {
    super(`HTTP ${status}`)
  }
}

/** The fault of the caller says nothing about the dependency. */
const ignoreClientErrors: Classifier = (settled) => {
  if (settled.status === 'fulfilled') return 'success'
  return settled.reason instanceof HttpError && settled.reason.status < 500 ? 'ignored' : 'failure'
}

describe('judging how a call ended', () => {
  it('TF1: ignored calls leave a run of failures as it is', async () => {
    const { breaker } = createRig({ trip: consecutiveFailures(2), classify: ignoreClientErrors })
    await fail(breaker)
    await fail(breaker, 5, new HttpError(404))
    expect(breaker.stats()).toMatchObject({ state: 'closed', consecutiveFailures: 1, ignored: 5 })
    await fail(breaker)
    expect(breaker.state).toBe('open')
  })

  it('TF2: an ignored probe leaves the circuit half-open and its slot free', async () => {
    const { breaker } = await halfOpenCircuit({ classify: ignoreClientErrors })
    await fail(breaker, 1, new HttpError(404))
    expect(breaker.stats()).toMatchObject({ state: 'halfOpen', ignored: 1, throughput: 0 })
    await fail(breaker, 1, new HttpError(503))
    expect(breaker.state).toBe('open')
  })

  it('TF3: a probe closes the circuit when its error is judged a success', async () => {
    const classify: Classifier = (settled) =>
      settled.status === 'rejected' && !(settled.reason instanceof HttpError)
        ? 'failure'
        : 'success'
    const { breaker } = await halfOpenCircuit({ classify })
    const notFound = new HttpError(404)
    await expect(breaker.execute(() => Promise.reject(notFound))).rejects.toBe(notFound)
    expect(breaker.state).toBe('closed')
  })

  it('TF4: a value may be a failure, and reaches the caller all the same', async () => {
    const classify: Classifier = (settled) =>
      settled.status === 'rejected' || (settled.value as Response).status >= 500
        ? 'failure'
        : 'success'
    const { breaker, transitions } = createRig({ trip: consecutiveFailures(2), classify })
    const unavailable = { status: 500 }
    expect(await breaker.execute(() => unavailable)).toBe(unavailable)
    const attempt = await breaker.attempt(() => unavailable)
    expect(attempt).toEqual({ status: 'failure', error: undefined, value: unavailable })
    expect(breaker.state).toBe('open')
    expect(breaker.stats()).toMatchObject({ errorBreakdown: { result: 2 }, lastError: undefined })
    expect(transitions[0]).not.toHaveProperty('error')
    expect(breaker.rejection()).not.toHaveProperty('cause')
  })

  it('TF6: a classifier that throws on a value costs the caller nothing', async () => {
    // Counted as a failure: a classifier that is broken must not hide an outage.
    const bug = new Error('bug')
    const { breaker, reported } = createRig({
      classify: () => {
        throw bug
      },
    })
    expect(await breaker.execute(() => 'value')).toBe('value')
    await expect(breaker.execute(() => Promise.reject(outage))).rejects.toBe(outage)
    expect(reported).toEqual([bug, bug])
    expect(breaker.stats()).toMatchObject({ failures: 2, successes: 0 })
  })

  it.each(['Success', undefined, true, null, Promise.resolve('success')])(
    'TF6: a classifier that says %s is reported, and the call counts as failed',
    async (verdict) => {
      const { breaker, reported } = createRig({ classify: () => verdict as never })
      expect(await breaker.execute(() => 'value')).toBe('value')
      expect(breaker.stats().failures).toBe(1)
      expect(reported).toHaveLength(1)
      expect(String(reported[0])).toContain(
        "TypeError: classify must return 'success', 'failure' or 'ignored', got ",
      )
    },
  )

  it('TF6: a classifier whose promise rejects leaves no rejection unhandled', async () => {
    const bug = new Error('bug')
    const { breaker, reported } = createRig({ classify: () => Promise.reject(bug) as never })
    await breaker.execute(() => 'value')
    await Promise.resolve()
    expect(reported).toContain(bug)
  })

  it.each([undefined, null, 0, '', false])(
    'TF7: a function that returns %s at once has succeeded',
    async (value) => {
      const { breaker } = createRig()
      expect(await breaker.execute(() => value)).toBe(value)
      expect(breaker.stats()).toMatchObject({ successes: 1, throughput: 1 })
    },
  )

  it('TF10: a classifier is told how the call ended and how long it took', async () => {
    const classify = vi.fn<Classifier>(() => 'success')
    const rig = createRig({ classify })
    await takeTime(rig, 25)
    await takeTime(rig, 40, 'F')
    expect(classify.mock.calls).toEqual([
      [{ status: 'fulfilled', value: undefined }, { duration: 25 }],
      [{ status: 'rejected', reason: outage }, { duration: 40 }],
    ])
  })

  it('TF10: a permit that is ended by hand is not judged', () => {
    const classify = vi.fn<Classifier>(() => 'success')
    const { breaker } = createRig({ classify })
    breaker.tryAcquire()?.fail(outage)
    expect(classify).not.toHaveBeenCalled()
    expect(breaker.stats().failures).toBe(1)
  })

  it('TF11: slow calls open the circuit although all succeed', async () => {
    const rig = createRig({ slowCall: { duration: 20, ratio: 0.5 }, minimumThroughput: 4 })
    for (const ms of [10, 30, 20]) await takeTime(rig, ms)
    expect(rig.breaker.stats()).toMatchObject({ state: 'closed', slow: 1 })
    await takeTime(rig, 30)
    expect(rig.breaker.stats()).toMatchObject({
      state: 'open',
      slow: 2,
      slowRate: 0.5,
      failureRate: 0,
    })
    expect(rig.transitions[0]).toMatchObject({
      cause: 'slow-rate',
      reason: 'slow-call rate 50% reached 50% over 4 calls in 10 s',
    })
  })
})
