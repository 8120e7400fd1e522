import { Subject } from 'rxjs'
import { describe, expect, it, vi } from 'vitest'
import { consecutiveFailures, isBrokenCircuit } from 'recloser'
import { fail, moves, openCircuit, outage, rejectionOf, succeed } from '../support/breakers.js'

describe('an open circuit', () => {
  it('makes no call', async () => {
    const { breaker } = await openCircuit()
    const call = vi.fn()
    const error: unknown = await breaker.execute(call).catch((reason: unknown) => reason)
    expect(isBrokenCircuit(error)).toBe(true)
    expect(await breaker.attempt(call)).toMatchObject({
      status: 'rejected',
      state: 'open',
      retryAfter: 1000,
    })
    expect(breaker.tryAcquire()).toBeUndefined()
    expect(call).not.toHaveBeenCalled()
    expect(breaker.stats().rejected).toBe(3)
  })

  it('counts down to the end of its break', async () => {
    const { breaker, clock } = await openCircuit()
    const left: unknown[] = []
    for (let i = 0; i < 4; i++) {
      left.push(breaker.retryAfter)
      clock.block(400)
    }
    expect(left).toEqual([1000, 600, 200, 0])
  })

  it('becomes half-open by its timer, without a call', async () => {
    const { breaker, clock, transitions } = await openCircuit()
    clock.advance(1000)
    expect(breaker.state).toBe('halfOpen')
    expect(transitions.at(-1)?.at).toBe(clock.wall())
    clock.advance(10_000)
    expect(moves(transitions)).toEqual(['closed>open', 'open>halfOpen'])
  })

  it('becomes half-open by a call when its timer is late', async () => {
    const { breaker, clock, transitions } = await openCircuit()
    clock.block(1000)
    expect(breaker.state).toBe('open')
    await succeed(breaker)
    // The timer that fires after all finds nothing to do.
    clock.advance(0)
    expect(moves(transitions)).toEqual(['closed>open', 'open>halfOpen', 'halfOpen>closed'])
    expect(clock.pendingTimers).toBe(0)
  })

  it('becomes half-open by an outcome that was measured elsewhere, when its break is over', async () => {
    const { breaker, clock } = await openCircuit()
    const late = { kind: 'success' } as const
    const source = new Subject<typeof late>()
    breaker.feed(source)
    source.next(late)
    expect(breaker.stats()).toMatchObject({ state: 'open', stale: 1 })
    clock.block(1000)
    source.next(late)
    expect(breaker.state).toBe('closed')
  })

  it('keeps the failure that broke it as the cause of every rejection', async () => {
    const { breaker } = await openCircuit({ trip: consecutiveFailures(1) })
    breaker.reset()
    const late = breaker.tryAcquire()
    await fail(breaker)
    late?.fail(new Error('another'))
    expect((await rejectionOf(breaker)).cause).toBe(outage)
  })

  it('has no cause when it was opened by hand or by a value', async () => {
    const { breaker } = await openCircuit({ classify: () => 'failure' })
    breaker.reset()
    breaker.trip('load shedding')
    expect('cause' in (await rejectionOf(breaker))).toBe(false)
  })

  it('makes its error when somebody reads it, once', async () => {
    const { breaker } = await openCircuit()
    const attempt = await breaker.attempt(() => 'made')
    if (attempt.status !== 'rejected') throw new Error('not rejected')
    expect(Object.keys(attempt)).not.toContain('error')
    const { error } = attempt
    expect(attempt.error).toBe(error)
    expect(error.message).toBe('Circuit "payments-api" is open for another 1 s')
  })

  it('shows the figures that opened it, which nothing changes', async () => {
    const { breaker, clock, transitions } = await openCircuit()
    const { health } = transitions[0] as (typeof transitions)[0]
    await rejectionOf(breaker)
    clock.advance(900)
    expect(breaker.stats()).toMatchObject(health)
  })

  it('stays open without an end when its break has none, until somebody acts', async () => {
    const { breaker, clock } = await openCircuit({ breakDuration: Infinity })
    clock.advance(1e12)
    expect(await rejectionOf(breaker)).toMatchObject({
      retryAfter: Infinity,
      message: 'Circuit "payments-api" is open until it is reset',
    })
    expect(breaker.forceHalfOpen()).toBe(true)
    await succeed(breaker)
    expect(breaker.state).toBe('closed')
  })

  it('with a break of no length probes at the next call', async () => {
    const { breaker } = await openCircuit({ breakDuration: 0 })
    expect(breaker.retryAfter).toBe(0)
    await fail(breaker)
    expect(breaker.state).toBe('open')
    await succeed(breaker)
    expect(breaker.state).toBe('closed')
  })

  it('tells a client that sleeps its retryAfter no fraction too little', async () => {
    const { breaker, clock } = await openCircuit()
    clock.block(0.4)
    const { retryAfter = 0 } = breaker
    expect(Number.isInteger(retryAfter)).toBe(true)
    // A real timer may fire almost a millisecond early.
    clock.block(retryAfter - 1)
    expect(breaker.tryAcquire()?.isProbe).toBe(true)
  })
})
