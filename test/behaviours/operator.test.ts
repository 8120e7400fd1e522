import {
  DisposedBreakerError,
  IsolatedCircuitError,
  createRegistry,
  isIsolatedCircuit,
} from 'recloser'
import { createFakeClock } from 'recloser/testing'
import { NEVER } from 'rxjs'
import { describe, expect, it } from 'vitest'
import {
  createRig,
  fail,
  halfOpenCircuit,
  moves,
  openCircuit,
  play,
  rejectionOf,
  succeed,
} from '../support/breakers.js'
import type { Observable } from 'rxjs'

const day = 86_400_000

describe('isolation', () => {
  it.each([
    { from: 'closed', circuit: () => Promise.resolve(createRig()) },
    { from: 'open', circuit: openCircuit },
    { from: 'halfOpen', circuit: halfOpenCircuit },
  ])('M1: rejects from $from with an error of its own', async ({ from, circuit }) => {
    const { breaker, transitions } = await circuit()
    expect(breaker.state).toBe(from)
    breaker.isolate('maintenance')
    expect(transitions.at(-1)).toMatchObject({ from, to: 'isolated', cause: 'isolated' })
    expect(transitions.at(-1)).not.toHaveProperty('breakDuration')

    const error = await rejectionOf(breaker)
    expect(error).toBeInstanceOf(IsolatedCircuitError)
    expect(isIsolatedCircuit(error)).toBe(true)
    expect(error).toMatchObject({ reasons: ['maintenance'], retryAfter: undefined })
  })

  it('M2: is not ended by time', async () => {
    const { breaker, clock } = await openCircuit()
    breaker.isolate()
    for (const wait of [30_000, day, 100 * day]) {
      clock.advance(wait)
      await play(breaker, 'X')
    }
    expect(clock.pendingTimers).toBe(0)
    expect(breaker.state).toBe('isolated')
  })

  it('M3: is ended by a reset, which forgets everything that decides', async () => {
    const { breaker, clock, transitions } = await openCircuit()
    clock.advance(1000)
    await fail(breaker)
    expect(breaker.stats().consecutiveBreaks).toBe(2)
    const hold = breaker.isolate('maintenance')
    breaker.reset()
    expect(transitions.at(-1)).toMatchObject({ from: 'isolated', to: 'closed', cause: 'reset' })
    expect(breaker.stats()).toMatchObject({
      throughput: 0,
      consecutiveFailures: 0,
      consecutiveBreaks: 0,
      lastError: undefined,
    })
    expect(breaker.snapshot()).toMatchObject({ halfOpenAttempts: 0, failure: null })
    expect(breaker.isolation).toBeUndefined()
    expect(hold.release()).toBe(false)
    await succeed(breaker)
  })

  it.each(['succeed', 'fail'] as const)(
    'M7: goes on when the probe that it overtook ends by %s',
    async (ending) => {
      const { breaker } = await halfOpenCircuit()
      const probe = breaker.tryAcquire()
      breaker.isolate('maintenance')
      probe?.[ending]()
      expect(breaker.stats()).toMatchObject({ state: 'isolated', stale: 1 })
    },
  )

  // To force a circuit open and keep it so is to isolate it.
  it('M11: counts what it rejects', async () => {
    const { breaker, clock } = createRig({ breakDuration: 5000 })
    breaker.isolate('forced open')
    await play(breaker, 'X')
    clock.advance(6000)
    await play(breaker, 'X')
    expect(breaker.stats().rejected).toBe(2)
  })
})

describe('a reset', () => {
  it('M4: of a closed circuit empties the window and makes no transition', async () => {
    const { breaker, transitions } = createRig()
    const states: string[] = []
    breaker.state$.subscribe((state) => states.push(state))
    await play(breaker, 'SF')
    breaker.reset()
    expect(breaker.stats()).toMatchObject({ state: 'closed', throughput: 0 })
    expect(breaker.stats().totals).toMatchObject({ successes: 1, failures: 1 })
    expect(transitions).toEqual([])
    expect(breaker.history).toEqual([])
    expect(states).toEqual(['closed'])
  })

  it('M8: makes the failure of a probe a late result', async () => {
    const { breaker } = await halfOpenCircuit()
    const probe = breaker.tryAcquire()
    breaker.reset()
    probe?.fail(new Error('late'))
    expect(breaker.stats()).toMatchObject({ state: 'closed', throughput: 0, stale: 1 })
  })

  it('M14: closes an open circuit without waiting for its break', async () => {
    const { breaker, clock, transitions } = await openCircuit({ breakDuration: 60_000 })
    breaker.reset()
    await succeed(breaker)
    expect(moves(transitions)).toEqual(['closed>open', 'open>closed'])
    expect(clock.pendingTimers).toBe(0)
  })
})

describe('a forced half-open', () => {
  it('M9: makes the next call the probe before the break is over', async () => {
    const { breaker, clock, transitions } = await openCircuit({ breakDuration: 5000 })
    expect(breaker.forceHalfOpen()).toBe(true)
    expect(clock.pendingTimers).toBe(0)
    expect(breaker.tryAcquire()?.isProbe).toBe(true)
    expect(transitions.at(-1)).toMatchObject({ to: 'halfOpen', cause: 'forced-half-open' })
  })

  it('M10: of a closed circuit is refused as a value, and nothing happens', async () => {
    const { breaker, transitions } = createRig()
    await play(breaker, 'SF')
    expect(breaker.forceHalfOpen()).toBe(false)
    expect(breaker.stats()).toMatchObject({ state: 'closed', throughput: 2 })
    expect(transitions).toEqual([])
  })
})

describe('a breaker that was disposed of', () => {
  it('shows an actor that does not run', () => {
    const { breaker, clock } = createRig()
    breaker.dispose()
    breaker.actor.send({ type: 'TRIP' })
    expect(breaker.actor.getSnapshot().value).toBe('closed')
    expect([breaker.state, clock.pendingTimers]).toEqual(['closed', 0])
  })

  it('M6: is not handed out by its registry any more', () => {
    const registry = createRegistry({ clock: createFakeClock() })
    const first = registry.get('api')
    first.dispose()
    expect(registry.has('api')).toBe(false)
    expect([...registry]).toEqual([])
    expect(registry.get('api')).not.toBe(first)
  })

  it('M6: is let go of by timers, streams and holds', async () => {
    const { breaker, clock } = await openCircuit()
    const hold = breaker.isolate('maintenance', { duration: 1000 })
    let completed = 0
    const streams: Observable<unknown>[] = [
      breaker.state$,
      breaker.history$,
      breaker.transitions$,
      breaker.outcomes$,
      breaker.rejections$,
      breaker.stats$(1000),
    ]
    for (const stream of streams) stream.subscribe({ complete: () => completed++ })
    breaker.dispose()
    expect(clock.pendingTimers).toBe(0)
    expect(completed).toBe(6)
    expect(hold.release()).toBe(false)
    expect(breaker.actor.getSnapshot().status).not.toBe('active')
  })

  it('M13: rejects calls and control with a typed error', async () => {
    const { breaker } = createRig()
    breaker.dispose()
    await expect(breaker.execute(() => 'fine')).rejects.toBeInstanceOf(DisposedBreakerError)
    await expect(breaker.wrap(() => 'fine')()).rejects.toMatchObject({
      code: 'ERR_BREAKER_DISPOSED',
      breaker: 'payments-api',
    })
    const attempt = await breaker.attempt(() => 'fine')
    expect(attempt).toMatchObject({ status: 'failure', error: { name: 'DisposedBreakerError' } })
    for (const act of [
      () => breaker.tryAcquire(),
      () => breaker.isolate(),
      () => {
        breaker.reset()
      },
      () => breaker.forceHalfOpen(),
      () => breaker.trip('manual'),
      () => breaker.feed(NEVER),
    ]) {
      expect(act).toThrow(DisposedBreakerError)
    }
  })

  // Reading hurts nobody: a dashboard may still show what was.
  it('M13: still says what it was', async () => {
    const { breaker } = await openCircuit()
    breaker.dispose()
    expect(breaker.state).toBe('open')
    expect(breaker.stats()).toMatchObject({ state: 'open', failures: 10 })
    expect(breaker.snapshot()).toMatchObject({ state: 'open' })
  })
})
