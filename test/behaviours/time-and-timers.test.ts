import { createBreaker } from 'recloser'
import { createFakeClock } from 'recloser/testing'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { createRig, fail, halfOpenCircuit, openCircuit, succeed } from '../support/breakers.js'
import type { Breaker, Clock } from 'recloser'

afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

async function expectCycle(breaker: Breaker, wait: (ms: number) => void): Promise<void> {
  await fail(breaker, 10)
  expect(breaker.state).toBe('open')
  wait(999)
  expect(breaker.state).toBe('open')
  wait(1)
  expect(breaker.state).toBe('halfOpen')
  await succeed(breaker)
  expect(breaker.state).toBe('closed')
}

describe('long times', () => {
  it.each([2 ** 31 - 1, 2 ** 31, 2 ** 32, 2 ** 40, Infinity])(
    'TH2: a break of %s ms does not end at once',
    async (breakDuration) => {
      const { breaker, clock } = await openCircuit({ breakDuration })
      clock.advance(2 ** 31 - 2)
      expect(breaker.state).toBe('open')
      expect(breaker.retryAfter).toBe(breakDuration - (2 ** 31 - 2))
    },
  )

  it('TH2: a lease longer than any timer keeps its probe', async () => {
    const { breaker, clock } = await halfOpenCircuit({ halfOpen: { probeLease: 2 ** 32 } })
    const probe = breaker.tryAcquire()
    clock.advance(2 ** 32 - 1)
    expect(breaker.state).toBe('halfOpen')
    probe?.succeed()
    expect(breaker.state).toBe('closed')
  })

  it('TH2: a break without an end needs no timer', async () => {
    const { clock } = await openCircuit({ breakDuration: Infinity })
    expect(clock.pendingTimers).toBe(0)
  })
})

describe('the clock', () => {
  it('TH3: a wall clock that is set back an hour does not stretch a break', async () => {
    const base = createFakeClock()
    let offset = 0
    const clock: Clock = { ...base, wall: () => base.wall() + offset }
    const breaker = createBreaker('api', { clock, breakDuration: 50 })
    await fail(breaker, 10)
    offset = -3_600_000
    base.advance(49)
    expect(breaker.retryAfter).toBe(1)
    base.advance(1)
    await succeed(breaker)
    expect(breaker.state).toBe('closed')
    expect(breaker.history.map(({ at }) => at - base.wall())).toEqual([-50, -3_600_000, -3_600_000])
  })

  it('TH6: an open breaker keeps no process alive', async () => {
    const before = process.getActiveResourcesInfo()
    const breaker = createBreaker('api', { breakDuration: 60_000 })
    await fail(breaker, 10)
    expect(breaker.state).toBe('open')
    expect(process.getActiveResourcesInfo()).toEqual(before)
    breaker.dispose()
  })

  it('TH7: a thousand idle breakers have no timer', async () => {
    const clock = createFakeClock()
    const breakers = Array.from({ length: 1000 }, (_, i) =>
      createBreaker(`api-${String(i)}`, { clock }),
    )
    for (const breaker of breakers) await succeed(breaker)
    expect(clock.pendingTimers).toBe(0)
  })

  it('TH7: an open breaker has one timer, and none once it is closed or disposed of', async () => {
    const { breaker, clock } = await openCircuit()
    expect(clock.pendingTimers).toBe(1)
    breaker.reset()
    expect(clock.pendingTimers).toBe(0)
    breaker.trip('test')
    breaker.isolate('maintenance')
    expect(clock.pendingTimers).toBe(0)
    breaker.isolate('for a while', { duration: 50 })
    expect(clock.pendingTimers).toBe(1)
    breaker.dispose()
    expect(clock.pendingTimers).toBe(0)
  })

  it('TH9: timers without unref do, as in a browser', async () => {
    const clock = createFakeClock()
    const timers = new Map<number, unknown>()
    vi.stubGlobal('performance', { now: clock.now })
    vi.stubGlobal('setTimeout', (fn: () => void, ms: number) => {
      timers.set(timers.size + 1, clock.setTimeout(fn, ms))
      return timers.size
    })
    vi.stubGlobal('clearTimeout', (id: number) => {
      clock.clearTimeout(timers.get(id))
    })
    await expectCycle(createBreaker('api', { breakDuration: 1000 }), (ms) => {
      clock.advance(ms)
    })
    expect(clock.pendingTimers).toBe(0)
  })

  it('TH10: the injected clock drives a breaker', async () => {
    const { breaker, clock } = createRig({ breakDuration: 1000 })
    await expectCycle(breaker, (ms) => {
      clock.advance(ms)
    })
  })

  it('TH10: so do the fake timers of the test runner', async () => {
    vi.useFakeTimers()
    await expectCycle(createBreaker('api', { breakDuration: 1000 }), (ms) => {
      vi.advanceTimersByTime(ms)
    })
  })
})
