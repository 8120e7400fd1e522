import {
  BrokenCircuitError,
  DisposedBreakerError,
  IsolatedCircuitError,
  isIsolatedCircuit,
} from 'recloser'
import { describe, expect, it } from 'vitest'
import {
  createRig,
  fail,
  halfOpenCircuit,
  moves,
  openCircuit,
  outage,
  play,
  rejectionOf,
  succeed,
} from '../support/breakers.js'

describe('an isolated circuit', () => {
  it('TJ1: stays isolated until the last of its holds is released, in either order', () => {
    for (const [first, last] of [
      [0, 1],
      [1, 0],
    ] as const) {
      const { breaker, transitions } = createRig()
      const holds = [breaker.isolate('maintenance'), breaker.isolate('incident 7')] as const
      expect(breaker.isolation?.reasons).toEqual(['maintenance', 'incident 7'])
      expect(holds[first].release()).toBe(true)
      expect(breaker.state).toBe('isolated')
      expect(breaker.isolation?.reasons).toEqual([holds[last].reason])
      expect(holds[first].release()).toBe(false)
      expect(breaker.state).toBe('isolated')
      expect(holds[last].release()).toBe(true)
      expect([breaker.state, breaker.isolation]).toEqual(['closed', undefined])
      expect(holds[last].release()).toBe(false)
      expect(moves(transitions)).toEqual(['closed>isolated', 'isolated>closed'])
    }
  })

  it('TJ3: rejects calls with an error of its own, which gives the reasons', async () => {
    const { breaker } = createRig()
    breaker.isolate('maintenance')
    breaker.isolate('incident 7')
    const error = await rejectionOf(breaker)
    expect(error).toBeInstanceOf(IsolatedCircuitError)
    expect(error).toBeInstanceOf(BrokenCircuitError)
    expect(isIsolatedCircuit(error)).toBe(true)
    expect(error).toMatchObject({
      state: 'isolated',
      reasons: ['maintenance', 'incident 7'],
      retryAfter: undefined,
      message: 'Circuit "payments-api" is isolated: maintenance; incident 7',
    })
    expect(error).not.toHaveProperty('cause')
  })

  it('TJ3: says what broke it when it was open before', async () => {
    const { breaker } = await openCircuit()
    breaker.isolate()
    expect(await rejectionOf(breaker)).toMatchObject({ reasons: ['manual'], cause: outage })
  })

  it('TJ4: goes back to the break it interrupted, with the same deadline', async () => {
    const { breaker, clock, transitions } = await openCircuit()
    clock.advance(400)
    const hold = breaker.isolate('maintenance')
    clock.advance(100)
    hold.release()
    expect(breaker.stats()).toMatchObject({ state: 'open', retryAfter: 500, consecutiveBreaks: 1 })
    expect(transitions.at(-1)).toMatchObject({ from: 'isolated', to: 'open', cause: 'released' })
    clock.advance(500)
    expect(breaker.state).toBe('halfOpen')
  })

  it('TJ4: closes when that break has run out meanwhile', async () => {
    const { breaker, clock } = await openCircuit()
    const hold = breaker.isolate('maintenance')
    clock.advance(1000)
    hold.release()
    expect(breaker.stats()).toMatchObject({ state: 'closed', throughput: 0, consecutiveBreaks: 0 })
  })

  it('TJ5: has an empty window when it closes', async () => {
    const { breaker } = createRig({ trip: { type: 'consecutiveFailures', count: 3 } })
    await fail(breaker, 2)
    breaker.isolate().release()
    await fail(breaker)
    expect(breaker.stats()).toMatchObject({ state: 'closed', consecutiveFailures: 1 })
  })

  it('ends by itself when its holds are for a while', () => {
    const { breaker, clock, transitions } = createRig()
    breaker.isolate('deployment', { duration: 5000 })
    clock.advance(2000)
    breaker.isolate('slow start', { duration: 5000 })
    expect(breaker.isolation).toMatchObject({
      since: clock.wall() - 2000,
      holds: [{ until: clock.wall() + 3000 }, { until: clock.wall() + 5000 }],
    })
    clock.advance(3000)
    expect(breaker.isolation?.reasons).toEqual(['slow start'])
    clock.advance(1999)
    expect(breaker.state).toBe('isolated')
    clock.advance(1)
    expect(breaker.state).toBe('closed')
    expect(transitions.at(-1)).toMatchObject({
      cause: 'hold-expired',
      reason: 'the last hold ran out',
    })
  })

  it('ends at the next call when no timer ran, and the break beneath it as well', async () => {
    const { breaker, clock, transitions } = await openCircuit()
    breaker.isolate('deployment', { duration: 500 })
    clock.block(600)
    expect((await rejectionOf(breaker)).state).toBe('open')
    breaker.reset()
    breaker.trip('test')
    breaker.isolate('deployment', { duration: 500 })
    clock.block(5000)
    await succeed(breaker)
    expect(transitions.slice(-2)).toMatchObject([
      { to: 'isolated' },
      { to: 'closed', cause: 'hold-expired' },
    ])
  })

  it('has holds that say since when and until when', () => {
    const { breaker, clock } = createRig()
    clock.advance(70)
    const hold = breaker.isolate('maintenance')
    expect(hold).toMatchObject({
      id: 1,
      reason: 'maintenance',
      since: clock.wall(),
      until: undefined,
    })
    expect(breaker.isolate('endless', { duration: Infinity }).until).toBeUndefined()
    expect(breaker.stats().isolation).toEqual(['maintenance', 'endless'])
    breaker.isolation?.holds[0]?.release()
    expect(breaker.isolation?.reasons).toEqual(['endless'])
  })

  it.each([
    [[5], 'reason must be a string, got 5'],
    [[null], 'reason must be a string, got null'],
    [['x', { duration: 0 }], 'duration must be above 0, got 0'],
    [['x', { duration: NaN }], 'duration must be above 0, got NaN'],
    [['x', { duration: '5' }], 'duration must be a number, above 0, got "5"'],
    [['x', { ms: 5 }], 'isolate options: unknown option "ms"; known are duration'],
  ])('is not made by isolate(...%j)', (args, message) => {
    const { breaker } = createRig()
    expect(() => breaker.isolate(...(args as [string]))).toThrow(message)
    expect(breaker.state).toBe('closed')
  })
})

describe('control by hand', () => {
  it('TJ7: reset closes an open circuit, with everything cleared but the totals', async () => {
    const { breaker, transitions } = await openCircuit()
    breaker.reset()
    expect(moves(transitions)).toEqual(['closed>open', 'open>closed'])
    expect(breaker.stats()).toMatchObject({
      state: 'closed',
      throughput: 0,
      failures: 0,
      consecutiveFailures: 0,
      consecutiveBreaks: 0,
      errorBreakdown: {},
      lastError: undefined,
      totals: { failures: 10 },
    })
    expect(breaker.rejection()).toBeUndefined()
  })

  it('TJ7: reset of a closed circuit clears its window and says nothing', async () => {
    const { breaker, transitions } = createRig()
    await play(breaker, 'SFF')
    breaker.reset()
    expect(transitions).toEqual([])
    expect(breaker.stats()).toMatchObject({ throughput: 0, consecutiveFailures: 0 })
  })

  it('TJ8: forceHalfOpen begins a round of probes, from open and from isolated', async () => {
    // Also from isolated: it lets go of every hold.
    const { breaker, transitions } = await openCircuit()
    expect(breaker.forceHalfOpen()).toBe(true)
    expect(breaker.tryAcquire()?.isProbe).toBe(true)
    expect(breaker.forceHalfOpen()).toBe(false)
    const held = createRig()
    const hold = held.breaker.isolate()
    expect(held.breaker.forceHalfOpen()).toBe(true)
    expect([held.breaker.state, held.breaker.isolation]).toEqual(['halfOpen', undefined])
    expect(hold.release()).toBe(false)
    await succeed(held.breaker)
    expect(held.breaker.state).toBe('closed')
    expect(transitions.at(-1)).toMatchObject({ cause: 'forced-half-open' })
  })

  it('TJ8: forceHalfOpen of a closed circuit does nothing and says so', () => {
    const { breaker, transitions } = createRig()
    expect(breaker.forceHalfOpen()).toBe(false)
    expect([breaker.state, transitions.length]).toEqual(['closed', 0])
  })

  it('trip opens a closed or half-open circuit for a while, with its reason', () => {
    const { breaker, clock, transitions } = createRig({ breakDuration: 1000 })
    expect(breaker.trip('load shedding')).toBe(true)
    expect(transitions[0]).toMatchObject({
      cause: 'tripped',
      reason: 'tripped by hand: load shedding',
      breakDuration: 1000,
    })
    expect(breaker.trip('again')).toBe(false)
    clock.advance(1000)
    expect(breaker.trip('again', { duration: 50 })).toBe(true)
    expect(breaker.retryAfter).toBe(50)
    breaker.reset()
    expect(breaker.trip('for good', { duration: Infinity })).toBe(true)
    expect(breaker.retryAfter).toBe(Infinity)
    breaker.isolate()
    expect(breaker.trip('again')).toBe(false)
    expect(() => breaker.trip(5 as never)).toThrow('reason must be a string, got 5')
    expect(() => breaker.trip('x', { duration: -1 })).toThrow('duration must be at least 0, got -1')
    expect(() => breaker.trip('x', { ms: 1 } as never)).toThrow('trip options: unknown option "ms"')
  })

  it('TJ10: isolate gives its hold although a subscriber throws', () => {
    const { breaker, reported } = createRig()
    breaker.transitions$.subscribe(() => {
      throw outage
    })
    const hold = breaker.isolate('maintenance')
    expect(hold.release()).toBe(true)
    expect(reported).toEqual([outage, outage])
  })

  it('TJ12: a hold, a permit and a breaker end with their scope', () => {
    const { breaker } = createRig()
    {
      using hold = breaker.isolate('maintenance')
      expect([breaker.state, hold.reason]).toEqual(['isolated', 'maintenance'])
    }
    expect(breaker.state).toBe('closed')
    {
      using permit = breaker.tryAcquire()
      expect(permit?.isProbe).toBe(false)
    }
    expect(breaker.stats().ignored).toBe(1)
    {
      using same = breaker
      expect(same.state).toBe('closed')
    }
    expect(() => breaker.tryAcquire()).toThrow(DisposedBreakerError)
  })
})

describe('a disposed breaker', () => {
  it('TJ11: makes no call, takes no order, moves no more and has no timer', async () => {
    const { breaker, clock, transitions } = await openCircuit()
    const hold = breaker.isolate('maintenance', { duration: 500 })
    breaker.dispose()
    breaker.dispose()
    expect(clock.pendingTimers).toBe(0)
    const error = new DisposedBreakerError('payments-api')
    await expect(breaker.execute(() => 'made')).rejects.toThrow(error)
    expect(await breaker.attempt(() => 'made')).toEqual({ status: 'failure', error })
    for (const order of [
      () => breaker.tryAcquire(),
      () => breaker.isolate(),
      () => {
        breaker.reset()
      },
      () => breaker.forceHalfOpen(),
      () => breaker.trip('x'),
    ]) {
      expect(order).toThrow(error)
    }
    expect(hold.release()).toBe(false)
    clock.advance(10_000)
    expect(breaker.state).toBe('isolated')
    expect(transitions).toHaveLength(2)
  })

  it('TJ11: can still be read', async () => {
    const { breaker } = await halfOpenCircuit()
    breaker.dispose()
    expect(breaker.stats().state).toBe('halfOpen')
    expect(breaker.snapshot()).toMatchObject({ state: 'halfOpen' })
    expect(breaker.history).toHaveLength(2)
    expect(breaker.timeline()).toHaveLength(3)
    expect(breaker.rejection()?.state).toBe('halfOpen')
    expect(breaker.actor.getSnapshot().status).toBe('stopped')
    const unused = createRig().breaker
    unused.dispose()
    expect(unused.actor.getSnapshot()).toMatchObject({ value: 'closed' })
    expect(unused.stats().state).toBe('closed')
  })

  it('TJ11: takes no late result', async () => {
    const { breaker } = createRig()
    const permit = breaker.tryAcquire()
    const late = breaker.execute(async () => {
      await Promise.resolve()
      return 'late'
    })
    breaker.dispose()
    permit?.fail(outage)
    expect(await late).toBe('late')
    expect(breaker.stats().totals).toMatchObject({ successes: 0, failures: 0, stale: 0 })
  })
})
