import { createBreaker } from 'recloser'
import { createFakeClock } from 'recloser/testing'
import { afterEach, describe, expect, it, vi } from 'vitest'
import {
  createRig,
  fail,
  halfOpenCircuit,
  moves,
  openCircuit,
  outage,
  rejectionOf,
  succeed,
} from '../support/breakers.js'
import type { Subscription } from 'rxjs'

const bug = new Error('bug in a callback')
const buggy = () => {
  throw bug
}

afterEach(() => {
  vi.restoreAllMocks()
})

describe('a subscriber that throws', () => {
  it('TI1: at a success: the caller has its value, other subscribers hear of it', async () => {
    const { breaker, reported } = createRig()
    const heard: string[] = []
    breaker.outcomes$.subscribe(buggy)
    breaker.outcomes$.subscribe(({ kind }) => heard.push(kind))
    expect(await breaker.execute(() => 'value')).toBe('value')
    expect(heard).toEqual(['success'])
    expect(reported).toEqual([bug])
    expect(breaker.stats()).toMatchObject({ successes: 1, failures: 0 })
    // It stays subscribed: one bad event is no reason to miss the next.
    await succeed(breaker)
    expect(reported).toEqual([bug, bug])
  })

  it('TI2: at the opening: the caller has its own error, and the circuit is open', async () => {
    const { breaker, reported } = createRig({ minimumThroughput: 1 })
    const heard: string[] = []
    breaker.transitions$.subscribe(buggy)
    breaker.transitions$.subscribe(({ to }) => heard.push(to))
    breaker.state$.subscribe(buggy)
    breaker.state$.subscribe((state) => heard.push(state))
    await expect(breaker.execute(() => Promise.reject(outage))).rejects.toBe(outage)
    expect(breaker.state).toBe('open')
    expect(heard).toEqual(['closed', 'open', 'open'])
    expect(reported).toEqual([bug, bug, bug])
  })

  it('TI3: at a failure, and nobody takes errors: the call settles, nothing is unhandled', async () => {
    const unhandled = vi.fn()
    process.on('unhandledRejection', unhandled)
    process.on('uncaughtException', unhandled)
    const log = vi.spyOn(console, 'error').mockReturnValue()
    const breaker = createBreaker('api', { clock: createFakeClock() })
    breaker.outcomes$.subscribe(buggy)
    await expect(breaker.execute(() => Promise.reject(outage))).rejects.toBe(outage)
    await new Promise((resolve) => setTimeout(resolve, 5))
    process.off('unhandledRejection', unhandled)
    process.off('uncaughtException', unhandled)
    expect(unhandled).not.toHaveBeenCalled()
    expect(log).toHaveBeenCalledExactlyOnceWith('recloser: a callback or subscriber threw', bug)
  })
})

describe('a subscriber', () => {
  it('TI5: may leave and take a later one along while it is told', () => {
    // Those who stay are told once each; the one that was taken along is told nothing more.
    const { breaker } = createRig({ minimumThroughput: 1, breakDuration: 1000 })
    const heard: string[] = []
    const subscriptions: Subscription[] = []
    subscriptions.push(breaker.transitions$.subscribe(() => heard.push('first')))
    subscriptions.push(
      breaker.transitions$.subscribe(() => {
        heard.push('second')
        subscriptions[1]?.unsubscribe()
        subscriptions[2]?.unsubscribe()
      }),
    )
    subscriptions.push(breaker.transitions$.subscribe(() => heard.push('third')))
    subscriptions.push(breaker.transitions$.subscribe(() => heard.push('fourth')))
    breaker.trip('test')
    expect(heard).toEqual(['first', 'second', 'fourth'])
    breaker.reset()
    expect(heard.slice(3)).toEqual(['first', 'fourth'])
  })

  it('TI7: is told of each transition what it needs to know', async () => {
    const { breaker, clock, transitions } = await openCircuit()
    const epoch = clock.wall()
    clock.advance(1000)
    await succeed(breaker)
    expect(transitions).toMatchObject([
      {
        breaker: 'payments-api',
        from: 'closed',
        to: 'open',
        at: epoch,
        cause: 'failure-rate',
        reason: 'failure rate 100% reached 50% over 10 calls in 10 s',
        health: { throughput: 10, failures: 10, failureRate: 1 },
        breakDuration: 1000,
        consecutiveBreaks: 1,
        error: outage,
      },
      {
        from: 'open',
        to: 'halfOpen',
        at: epoch + 1000,
        cause: 'break-elapsed',
        reason: 'the break of 1 s is over',
        consecutiveBreaks: 1,
      },
      {
        from: 'halfOpen',
        to: 'closed',
        at: epoch + 1000,
        cause: 'probe-succeeded',
        reason: '1 of 1 needed probe succeeded',
        health: { throughput: 1, successes: 1 },
        consecutiveBreaks: 0,
      },
    ])
    expect(transitions[1]).not.toHaveProperty('breakDuration')
    expect(transitions[1]).not.toHaveProperty('error')
  })

  it('TI8: is told of each rejected call, and none counts as a failure', async () => {
    const { breaker, clock } = await openCircuit()
    const heard: unknown[] = []
    breaker.rejections$.subscribe((rejection) => heard.push(rejection))
    for (let i = 0; i < 3; i++) {
      await rejectionOf(breaker)
      clock.advance(100)
    }
    const rejection = { breaker: 'payments-api', state: 'open' }
    const wall = clock.wall()
    expect(heard).toEqual([
      { ...rejection, at: wall - 300, retryAfter: 1000 },
      { ...rejection, at: wall - 200, retryAfter: 900 },
      { ...rejection, at: wall - 100, retryAfter: 800 },
    ])
    expect(breaker.stats().totals).toMatchObject({ failures: 10, rejected: 3 })
  })
})

describe('callbacks that decide', () => {
  it('TI10: may throw at the trip: the next transitions work', async () => {
    const { breaker, clock, reported, transitions } = await openCircuit({
      breakDuration: buggy,
      classify: buggy,
    })
    expect(breaker.retryAfter).toBe(30_000)
    clock.advance(30_000)
    await breaker.attempt(() => 'value')
    expect(breaker.state).toBe('open')
    breaker.reset()
    await fail(breaker, 10)
    expect(moves(transitions)).toEqual([
      'closed>open',
      'open>halfOpen',
      'halfOpen>open',
      'open>closed',
      'closed>open',
    ])
    expect(new Set(reported)).toEqual(new Set([bug]))
    expect(breaker.actor.getSnapshot().status).toBe('active')
  })

  it('TI10: may throw from onError itself', async () => {
    const { breaker } = await openCircuit({ breakDuration: buggy, onError: buggy })
    expect(breaker.stats()).toMatchObject({ state: 'open', retryAfter: 30_000 })
  })

  it('TI10: may throw at a probe', async () => {
    const { breaker, reported } = await halfOpenCircuit({
      classify: (settled) => (settled.status === 'fulfilled' ? buggy() : 'failure'),
    })
    expect(await breaker.execute(() => 'value')).toBe('value')
    expect(breaker.state).toBe('open')
    expect(reported).toEqual([bug])
  })
})
