import { createBreaker, formatStats } from 'recloser'
import { take } from 'rxjs'
import { describe, expect, it } from 'vitest'
import {
  createRig,
  fail,
  halfOpenCircuit,
  ignore,
  openCircuit,
  outage,
  play,
  rejectionOf,
  succeed,
  takeTime,
} from '../support/breakers.js'

describe('the figures of a breaker', () => {
  it('TO1: tell calls that were made from calls that were not', async () => {
    const { breaker } = createRig({ failureRatio: 0.01, minimumThroughput: 4 })
    await play(breaker, 'SSSF X')
    expect(breaker.stats().totals).toEqual({
      successes: 3,
      failures: 1,
      slow: 0,
      ignored: 0,
      rejected: 1,
      stale: 0,
    })
  })

  it('TO4: keep no sample of any call', async () => {
    const { breaker } = createRig({ slowCall: { duration: 100 } })
    await succeed(breaker, 50)
    const size = JSON.stringify(breaker.snapshot()).length
    await succeed(breaker, 4950)
    // Two more digits in a handful of counters.
    expect(JSON.stringify(breaker.snapshot()).length - size).toBeLessThan(20)
  })

  it('TO5: of the window expire, those of the lifetime do not', async () => {
    const { breaker, clock } = createRig({ samplingDuration: 200 })
    await succeed(breaker, 3)
    clock.advance(300)
    expect(breaker.stats()).toMatchObject({ successes: 0, throughput: 0, successRate: 0 })
    expect(breaker.stats().totals.successes).toBe(3)
  })

  it('are 0 when nothing has happened', () => {
    const { breaker } = createRig()
    expect(breaker.stats()).toEqual({
      name: 'payments-api',
      state: 'closed',
      timeInState: 0,
      retryAfter: 0,
      throughput: 0,
      successes: 0,
      failures: 0,
      slow: 0,
      ignored: 0,
      failureRate: 0,
      successRate: 0,
      slowRate: 0,
      limits: {
        failureRatio: 0.5,
        slowRatio: Infinity,
        minimumThroughput: 10,
        consecutiveFailures: Infinity,
      },
      hasMinimumThroughput: false,
      consecutiveFailures: 0,
      consecutiveSuccesses: 0,
      consecutiveBreaks: 0,
      errorBreakdown: {},
      lastError: undefined,
      recentTransitions: [],
      isolation: [],
      rejected: 0,
      stale: 0,
      totals: { successes: 0, failures: 0, slow: 0, ignored: 0, rejected: 0, stale: 0 },
    })
  })

  it('are those of the window while closed', async () => {
    const rig = createRig({ slowCall: { duration: 20 } })
    await takeTime(rig, 30)
    await play(rig.breaker, 'SF')
    ignore(rig.breaker)
    await fail(rig.breaker, 1, new TypeError('odd'))
    expect(rig.breaker.stats()).toMatchObject({
      throughput: 4,
      successes: 2,
      failures: 2,
      slow: 1,
      ignored: 1,
      failureRate: 0.5,
      successRate: 0.5,
      slowRate: 0.25,
      consecutiveFailures: 2,
      errorBreakdown: { Error: 1, TypeError: 1 },
      lastError: new TypeError('odd'),
      timeInState: 30,
    })
  })

  it('stay those it was decided on while open, and begin at 0 while half-open', async () => {
    const { breaker, clock } = await openCircuit({ halfOpen: { probes: 2 } })
    clock.advance(600)
    expect(breaker.stats()).toMatchObject({
      throughput: 10,
      failureRate: 1,
      errorBreakdown: { Error: 10 },
      timeInState: 600,
      retryAfter: 400,
      consecutiveBreaks: 1,
    })
    clock.advance(400)
    expect(breaker.stats()).toMatchObject({ throughput: 0, failureRate: 0, errorBreakdown: {} })
    await succeed(breaker)
    expect(breaker.stats()).toMatchObject({ state: 'halfOpen', throughput: 1, successRate: 1 })
    await fail(breaker, 1, new TypeError('odd'))
    expect(breaker.stats()).toMatchObject({
      state: 'open',
      throughput: 2,
      failureRate: 0.5,
      consecutiveBreaks: 2,
    })
  })

  it('name the errors of failed probes while half-open', async () => {
    const { breaker } = await halfOpenCircuit({ halfOpen: { probes: 3, successes: 1 } })
    await fail(breaker, 2, new TypeError('odd'))
    expect(breaker.stats()).toMatchObject({ state: 'halfOpen', errorBreakdown: { TypeError: 2 } })
  })

  it('show the ten latest transitions', () => {
    const { breaker } = createRig()
    for (let i = 0; i < 8; i++) {
      breaker.trip(`test ${String(i)}`)
      breaker.reset()
    }
    expect(breaker.history).toHaveLength(16)
    expect(breaker.stats().recentTransitions).toEqual(breaker.history.slice(-10))
  })

  it('are told every so often, from now on until the end', async () => {
    const { breaker, clock } = createRig()
    const told: number[] = []
    let ended = false
    const subscription = breaker.stats$(1000).subscribe((stats) => told.push(stats.successes))
    breaker.stats$(700).subscribe({ complete: () => (ended = true) })
    await succeed(breaker)
    clock.advance(999)
    expect(told).toEqual([0])
    clock.advance(1)
    await succeed(breaker)
    clock.advance(1000)
    expect(told).toEqual([0, 1, 2])
    subscription.unsubscribe()
    clock.advance(5000)
    expect(told).toHaveLength(3)
    breaker.dispose()
    expect([ended, clock.pendingTimers]).toEqual([true, 0])
  })

  it('are told once, and no timer is left, when the first is enough or the breaker is gone', () => {
    const { breaker, clock } = createRig()
    const told: string[] = []
    const once = breaker.stats$(1000).subscribe({
      next: () => {
        told.push('first')
        breaker.dispose()
      },
      complete: () => told.push('complete'),
    })
    expect(once.closed).toBe(true)
    expect(clock.pendingTimers).toBe(0)
    breaker.stats$(1000).subscribe({ complete: () => told.push('late') })
    expect(told).toEqual(['first', 'complete', 'late'])
    const { breaker: other, clock: time } = createRig()
    other.stats$(1000).pipe(take(1)).subscribe()
    expect(time.pendingTimers).toBe(0)
    for (const every of [0, -1, NaN, Infinity, 2 ** 31, '5']) {
      expect(() => breaker.stats$(every as number)).toThrow('every must be')
    }
  })
})

describe('figures for people', () => {
  it('are a fact a line', async () => {
    const { breaker, clock } = createRig({ failureRatio: 0.75, minimumThroughput: 4 })
    await play(breaker, 'SFF')
    expect(formatStats(breaker.stats())).toBe(
      [
        'payments-api: closed for 0 ms',
        'failure rate 66.67% of 3 calls (2 failed, limit 75.00%)',
        'success rate 33.33%, slow 0.00% (0)',
        'in a row: 2 failures, 0 successes, 0 breaks',
        'rejected 0, ignored 0, stale 0',
        'errors: Error 2',
      ].join('\n'),
    )
    await fail(breaker, 1, new TypeError('unknown host'))
    await rejectionOf(breaker)
    clock.advance(12_000)
    expect(formatStats(breaker.stats()).split('\n')).toEqual(
      expect.arrayContaining([
        'payments-api: open for 12 s',
        'failure rate 75.00% of 4 calls (3 failed, limit 75.00%)',
        'rejected 1, ignored 0, stale 0',
        'next try in 18 s',
        'errors: Error 2, TypeError 1',
      ]),
    )
  })

  it('do not speak of errors where there were none', async () => {
    const { breaker } = createRig()
    await play(breaker, 'S')
    expect(formatStats(breaker.stats())).not.toContain('errors')
  })

  it('say why a circuit is isolated, and that a break has no end', () => {
    const { breaker } = createRig({ trip: { type: 'consecutiveFailures', count: 2 } })
    breaker.trip('for good', { duration: Infinity })
    expect(formatStats(breaker.stats())).toContain('next try in no end')
    // JSON knows no Infinity.
    const { retryAfter, ...stats } = breaker.stats()
    expect(JSON.stringify({ retryAfter })).toBe('{"retryAfter":null}')
    expect(formatStats({ ...stats, retryAfter: undefined })).toContain('next try in no end')
    breaker.isolate('maintenance')
    breaker.isolate('incident 7')
    const text = formatStats(breaker.stats())
    expect(text).toContain('isolated: maintenance; incident 7')
    expect(text).toContain('limit none)')
    expect(text).not.toContain('next try')
  })
})

describe('the timeline', () => {
  it('is one span until something happens', () => {
    const { breaker, clock } = createRig()
    const begin = clock.wall()
    clock.advance(50)
    expect(breaker.timeline()).toEqual([
      { state: 'closed', from: begin, to: begin + 50, cause: undefined, reason: undefined },
    ])
  })

  it('tells which state the circuit was in, from when to when and why', async () => {
    const { breaker, clock } = createRig({ breakDuration: 1000 })
    const begin = clock.wall()
    clock.advance(50)
    breaker.trip('test')
    clock.advance(1000)
    clock.advance(20)
    await fail(breaker, 1, outage)
    clock.advance(30)
    expect(breaker.timeline()).toMatchObject([
      { state: 'closed', from: begin, to: begin + 50 },
      { state: 'open', from: begin + 50, to: begin + 1050, cause: 'tripped' },
      { state: 'halfOpen', from: begin + 1050, to: begin + 1070, cause: 'break-elapsed' },
      { state: 'open', from: begin + 1070, to: begin + 1100, reason: '1 of 1 probe failed' },
    ])
    expect(breaker.timeline({ since: begin + 1060 })).toMatchObject([
      { state: 'halfOpen', from: begin + 1060, to: begin + 1070 },
      { state: 'open', from: begin + 1070, to: begin + 1100 },
    ])
    expect(breaker.timeline({ since: begin + 1070 })).toMatchObject([{ state: 'open' }])
    const now = begin + 1100
    expect(breaker.timeline({ since: now })).toMatchObject([{ state: 'open', from: now, to: now }])
  })

  it('goes back no further than the history does', () => {
    const { breaker, clock } = createRig({ historySize: 2 })
    for (const act of [() => breaker.trip('a'), () => breaker.isolate(), () => breaker.trip('b')]) {
      clock.advance(10)
      act()
    }
    breaker.reset()
    const now = clock.wall()
    expect(breaker.history).toHaveLength(2)
    const spans = breaker.timeline()
    expect(spans.slice(-2)).toMatchObject([
      { state: 'isolated', from: now - 10, to: now },
      { state: 'closed', from: now, to: now },
    ])
    expect(spans[0]?.from).toBe(now - 10)
  })

  it('without a history knows the current state only', () => {
    const { breaker, clock } = createRig({ historySize: 0 })
    clock.advance(40)
    breaker.trip('test')
    clock.advance(10)
    expect(breaker.history).toEqual([])
    const now = clock.wall()
    expect(breaker.timeline()).toMatchObject([{ state: 'open', from: now - 10, to: now }])
  })

  it('checks what it is asked', () => {
    const breaker = createBreaker('api')
    expect(() => breaker.timeline({ since: NaN })).toThrow('since must be finite, got NaN')
    expect(() => breaker.timeline({ from: 1 } as never)).toThrow('unknown option "from"')
  })
})
