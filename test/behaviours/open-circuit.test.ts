import { createBreaker, systemClock } from 'recloser'
import { controlledCall, createFakeClock } from 'recloser/testing'
import { describe, expect, it, vi } from 'vitest'
import {
  createRig,
  fail,
  moves,
  openCircuit,
  outage,
  play,
  rejectionOf,
  succeed,
} from '../support/breakers.js'
import type { Clock } from 'recloser'

const hour = 3_600_000
const day = 24 * hour
const longestTimer = 2 ** 31 - 1

// A rule for the break takes the place of a fixed one here; there is no static break beside it.
describe.each([
  { breakDuration: 1000, how: 'fixed' },
  { breakDuration: () => 1000, how: 'generated' },
])('an open circuit with a $how break of 1 s', ({ breakDuration }) => {
  it('T1, T5: rejects with the whole break as retryAfter', async () => {
    const { breaker, transitions } = await openCircuit({ breakDuration })
    expect(moves(transitions)).toEqual(['closed>open'])
    expect((await rejectionOf(breaker)).retryAfter).toBe(1000)
  })

  it('T2, T5: rejects with half of it after half of it, and nothing else happens', async () => {
    const { breaker, clock, transitions } = await openCircuit({ breakDuration })
    clock.advance(500)
    expect((await rejectionOf(breaker)).retryAfter).toBe(500)
    expect(moves(transitions)).toEqual(['closed>open'])
  })

  it('T3, T5: opens for a whole break again when the probe fails', async () => {
    const { breaker, clock, transitions } = await openCircuit({ breakDuration })
    clock.advance(500)
    clock.advance(500)
    await fail(breaker)
    expect((await rejectionOf(breaker)).retryAfter).toBe(1000)
    expect(moves(transitions)).toEqual(['closed>open', 'open>halfOpen', 'halfOpen>open'])
  })

  it('T4, T5: closes when a later probe succeeds', async () => {
    const { breaker, clock, transitions } = await openCircuit({ breakDuration })
    clock.advance(1000)
    await fail(breaker)
    clock.advance(1000)
    await succeed(breaker)
    expect(moves(transitions)).toEqual([
      'closed>open',
      'open>halfOpen',
      'halfOpen>open',
      'open>halfOpen',
      'halfOpen>closed',
    ])
  })
})

describe('the end of a break', () => {
  it.each(['advance', 'block'] as const)(
    'T7: admits a call at its very end, with or without timers (%s)',
    async (pass) => {
      const { breaker, clock } = await openCircuit({ breakDuration: 5000 })
      clock[pass](4999)
      expect((await rejectionOf(breaker)).retryAfter).toBe(1)
      clock[pass](1)
      expect(breaker.tryAcquire()?.isProbe).toBe(true)
    },
  )

  it('T9: comes after two hours when it was opened by hand for two hours', async () => {
    const { breaker, clock } = createRig({ breakDuration: 1000 })
    breaker.trip('deployment', { duration: 2 * hour })
    await play(breaker, 'X')
    clock.advance(hour)
    await play(breaker, 'X')
    clock.advance(hour)
    await play(breaker, 'S')
    expect(breaker.state).toBe('closed')
  })

  it('T10: comes at a moment when it was opened by hand until then', async () => {
    const { breaker, clock } = createRig()
    clock.advance(12_345)
    const until = clock.now() + 30 * 60_000
    breaker.trip('deployment', { duration: until - clock.now() })
    clock.advance(15 * 60_000)
    await play(breaker, 'X')
    clock.advance(15 * 60_000)
    await play(breaker, 'S')
  })

  it('T12: is not brought about by reading', async () => {
    const { breaker, clock, transitions } = await openCircuit({ breakDuration: 1000 })
    clock.block(5000)
    for (let i = 0; i < 100; i++) {
      expect(breaker.state).toBe('open')
      expect(breaker.stats().state).toBe('open')
      expect(breaker.retryAfter).toBe(0)
      breaker.snapshot()
      breaker.rejection()
    }
    expect(moves(transitions)).toEqual(['closed>open'])
    await play(breaker, 'S')
    expect(breaker.state).toBe('closed')
  })

  it('T13: has one timer, which goes when the circuit is isolated', async () => {
    const { clock, driven, armed } = listeningClock()
    const { breaker, transitions } = await openCircuit({ clock, breakDuration: 2000 })
    expect(armed).toEqual([2000])
    expect(driven.pendingTimers).toBe(1)
    driven.advance(500)
    breaker.isolate('maintenance')
    expect(driven.pendingTimers).toBe(0)
    driven.advance(10_000)
    expect(moves(transitions)).toEqual(['closed>open', 'open>isolated'])
  })

  it('T13: is awaited with a timer that keeps no process alive', async () => {
    const spy = vi.spyOn(globalThis, 'setTimeout')
    const breaker = createBreaker('api', { clock: systemClock, breakDuration: 2000 })
    await fail(breaker, 10)
    const timers = spy.mock.results.map(({ value }) => value as NodeJS.Timeout)
    spy.mockRestore()
    expect(breaker.state).toBe('open')
    expect(timers.map((timer) => timer.hasRef())).toEqual([false])
    breaker.dispose()
  })

  it('T14: comes after thirty days when the break lasts thirty days', async () => {
    const { clock, driven, armed } = listeningClock()
    const { breaker } = await openCircuit({ clock, breakDuration: 30 * day })
    driven.advance(1)
    expect(breaker.state).toBe('open')
    driven.advance(25 * day)
    expect(breaker.state).toBe('open')
    driven.advance(5 * day - 2)
    await play(breaker, 'X')
    expect(breaker.retryAfter).toBe(1)
    driven.advance(1)
    expect(breaker.state).toBe('halfOpen')
    // What is longer fires at once.
    expect(Math.max(...armed)).toBeLessThan(longestTimer)
  })

  it('T15: never comes by itself when the break is endless', async () => {
    const { breaker, clock } = await openCircuit({ breakDuration: Infinity })
    expect(clock.pendingTimers).toBe(0)
    clock.advance(1000 * day)
    expect((await rejectionOf(breaker)).retryAfter).toBe(Infinity)
    breaker.reset()
    await play(breaker, 'S')
    expect(breaker.state).toBe('closed')
  })
})

describe('a rejection', () => {
  it('T17: is alike a hundred times, carries the error that broke the circuit, and no stack', async () => {
    const { breaker } = await openCircuit()
    const errors = await rejections(100, breaker)
    expect(new Set(errors.map(({ message }) => message)).size).toBe(1)
    expect(errors.every(({ cause }) => cause === outage)).toBe(true)
    expect(errors.some(({ stack }) => stack?.includes('\n    at ') === true)).toBe(false)
  })

  it('T17: carries no cause when a returned value broke the circuit', async () => {
    const { breaker } = createRig({ classify: () => 'failure' })
    for (let i = 0; i < 10; i++) await breaker.execute(() => ({ status: 500 }))
    const errors = await rejections(100, breaker)
    expect(new Set(errors.map(({ message }) => message)).size).toBe(1)
    expect(errors.some((error) => 'cause' in error)).toBe(false)
  })

  it('T18: keeps its cause when a call from before the break fails late', async () => {
    const { breaker } = createRig()
    const late = controlledCall()
    const pending = breaker.attempt(late)
    await fail(breaker, 10)
    late.reject(new Error('late'))
    await pending
    expect((await rejectionOf(breaker)).cause).toBe(outage)
  })
})

describe('retryAfter', () => {
  it('T20: is 0 while closed and while half-open', async () => {
    const { breaker: closed } = createRig()
    expect(closed.retryAfter).toBe(0)
    const { breaker, clock } = await openCircuit({ breakDuration: 1000 })
    clock.advance(1000)
    expect(breaker.state).toBe('halfOpen')
    expect(breaker.retryAfter).toBe(0)
  })
})

describe('a circuit opened by hand', () => {
  it('T21: says so, and shows that there were no calls', () => {
    const { breaker, transitions } = createRig()
    expect(breaker.trip('manual')).toBe(true)
    expect(breaker.stats()).toMatchObject({ state: 'open', throughput: 0, failures: 0 })
    expect(transitions[0]).toMatchObject({
      from: 'closed',
      to: 'open',
      cause: 'tripped',
      reason: 'tripped by hand: manual',
    })
  })
})

/** A fake clock that tells which timers were armed. */
function listeningClock() {
  const driven = createFakeClock()
  const armed: number[] = []
  const clock: Clock = {
    ...driven,
    setTimeout: (fn, ms) => {
      armed.push(ms)
      return driven.setTimeout(fn, ms)
    },
  }
  return { clock, driven, armed }
}

async function rejections(n: number, breaker: Parameters<typeof rejectionOf>[0]) {
  const errors = []
  for (let i = 0; i < n; i++) errors.push(await rejectionOf(breaker))
  return errors
}
