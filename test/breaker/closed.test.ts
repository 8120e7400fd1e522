import { describe, expect, it, vi } from 'vitest'
import { consecutiveFailures, createBreaker } from 'recloser'
import { createFakeClock } from 'recloser/testing'
import {
  createRig,
  fail,
  ignore,
  moves,
  outage,
  play,
  succeed,
  takeTime,
} from '../support/breakers.js'

describe('a closed circuit', () => {
  it('that is reset has been closed all the time', () => {
    const { breaker, clock } = createRig()
    clock.advance(50)
    breaker.reset()
    clock.advance(10)
    expect(breaker.stats().timeInState).toBe(60)
    expect(breaker.history).toEqual([])
  })

  it('gives what the call gives, untouched', async () => {
    const { breaker } = createRig({ minimumThroughput: 100 })
    const value = { id: 1 }
    expect(await breaker.execute(() => value)).toBe(value)
    expect(await breaker.execute(() => Promise.resolve(value))).toBe(value)
    for (const error of [outage, 'a text', undefined, null, { status: 500 }]) {
      const rejected = breaker.execute(() => Promise.reject(error as Error))
      await expect(rejected).rejects.toBe(error)
      const thrown = breaker.execute(() => {
        throw error as Error
      })
      await expect(thrown).rejects.toBe(error)
    }
  })

  it('says as a value how an attempt went', async () => {
    const { breaker } = createRig()
    expect(await breaker.attempt(() => 5)).toEqual({ status: 'success', value: 5 })
    expect(await breaker.attempt(() => Promise.reject(outage))).toEqual({
      status: 'failure',
      error: outage,
    })
  })

  it('waits for a thenable, and counts how it ends', async () => {
    const { breaker } = createRig()
    const thenable: PromiseLike<string> = {
      then: (onDone) => Promise.resolve('late').then(onDone),
    }
    expect(await breaker.execute(() => thenable)).toBe('late')
    const failing: PromiseLike<string> = {
      then: (_onDone, onFail) => Promise.reject(outage).then(undefined, onFail),
    }
    await expect(breaker.execute(() => failing)).rejects.toBe(outage)
    expect(breaker.stats()).toMatchObject({ successes: 1, failures: 1 })
  })

  it('lets any number of calls through at once', async () => {
    const { breaker } = createRig({ failureRatio: 1 })
    const calls = Array.from({ length: 1000 }, (_, i) => breaker.execute(() => Promise.resolve(i)))
    expect(await Promise.all(calls)).toHaveLength(1000)
    expect(breaker.stats().throughput).toBe(1000)
  })

  it('counts a call when it ends, not when it begins', async () => {
    const { breaker, clock } = createRig({ samplingDuration: 1000 })
    const permit = breaker.tryAcquire()
    clock.advance(5000)
    expect(breaker.stats().throughput).toBe(0)
    permit?.succeed()
    expect(breaker.stats().throughput).toBe(1)
    await succeed(breaker)
    expect(breaker.stats().throughput).toBe(2)
  })

  it('opens when the failure rate reaches the ratio, at once for everybody', async () => {
    const { breaker, transitions } = createRig({ failureRatio: 0.25, minimumThroughput: 8 })
    const running = Array.from({ length: 4 }, () => breaker.tryAcquire())
    await play(breaker, 'SSSSSSF')
    expect(breaker.state).toBe('closed')
    await fail(breaker)
    expect(moves(transitions)).toEqual(['closed>open'])
    for (const permit of running) permit?.fail(outage)
    expect(breaker.stats()).toMatchObject({ stale: 4, failures: 2 })
  })

  it('is not opened by ignored calls', () => {
    const { breaker } = createRig({ minimumThroughput: 1 })
    ignore(breaker, 100)
    expect(breaker.stats()).toMatchObject({ state: 'closed', throughput: 0, ignored: 100 })
  })

  it('opens on slow failures and slow successes alike, but never on a slow ignored call', async () => {
    const rig = createRig({ slowCall: { duration: 100, ratio: 1 }, minimumThroughput: 2 })
    const permit = rig.breaker.tryAcquire()
    rig.clock.advance(500)
    permit?.ignore()
    await takeTime(rig, 101)
    expect(rig.breaker.stats()).toMatchObject({ state: 'closed', slow: 1 })
    await takeTime(rig, 101, 'F')
    expect(rig.transitions[0]).toMatchObject({ cause: 'failure-rate' })
    expect(rig.breaker.stats().totals).toMatchObject({ slow: 2, successes: 1, failures: 1 })
  })

  it('breaks for as long as the failing call asked for, in an error or in a value', async () => {
    const { breaker } = createRig({ trip: consecutiveFailures(1), breakDuration: 1000 })
    await fail(breaker, 1, Object.assign(new Error('busy'), { retryAfter: 7000 }))
    expect(breaker.retryAfter).toBe(7000)
    const judged = createRig({
      trip: consecutiveFailures(1),
      breakDuration: 1000,
      maxBreakDuration: 60_000,
      classify: () => 'failure',
    })
    const busy = new Response(null, { status: 429, headers: { 'retry-after': '120' } })
    await judged.breaker.execute(() => busy)
    expect(judged.breaker.retryAfter).toBe(60_000)
  })

  it('arms no timer', async () => {
    const { breaker, clock } = createRig({ slowCall: { duration: 10 } })
    await play(breaker, 'SFSFI')
    expect(clock.pendingTimers).toBe(0)
  })

  it('tells nobody anything that nobody listens to', async () => {
    const clock = createFakeClock()
    const now = vi.spyOn(clock, 'now')
    const breaker = createBreaker('api', { clock })
    await succeed(breaker)
    now.mockClear()
    await succeed(breaker, 10)
    // Once to count each, and not at the beginning: nobody wants to know how long it took.
    expect(now).toHaveBeenCalledTimes(10)
  })

  it('knows the durations of calls that began while somebody listened', async () => {
    const rig = createRig()
    const early = rig.breaker.tryAcquire()
    const durations: (number | undefined)[] = []
    rig.breaker.outcomes$.subscribe(({ duration }) => durations.push(duration))
    early?.succeed()
    await takeTime(rig, 25)
    expect(durations).toEqual([undefined, 25])
  })

  it('is not moved by commands that do not concern it', () => {
    const { breaker, transitions } = createRig()
    breaker.actor.send({ type: 'RELEASE' })
    breaker.actor.send({ type: 'DEADLINE' })
    breaker.actor.send({ type: 'ACQUIRE', probe: 1 })
    expect([breaker.state, transitions.length]).toEqual(['closed', 0])
    expect(breaker.actor.getSnapshot().value).toBe('closed')
  })
})
