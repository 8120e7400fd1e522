import { describe, expect, it } from 'vitest'
import { createKeyedRateLimiter } from 'recloser/rate-limiter'
import { controlledCall, createFakeClock } from 'recloser/testing'
import { errorOf, eventsOf, turn, watch } from '../support/layers.js'
import type { RateLimiterOptions } from 'recloser/rate-limiter'

function createKeyed(options: Partial<RateLimiterOptions> = {}) {
  const clock = createFakeClock()
  return {
    clock,
    limiters: createKeyedRateLimiter({ limit: 2, interval: 1000, clock, ...options }),
  }
}

describe('a keyed rate limiter', () => {
  it('has a rate for each key', () => {
    const { limiters } = createKeyed()
    const [ann, ben] = [limiters.get('ann'), limiters.get('ben')]
    expect([ann.tryAcquire(), ann.tryAcquire(), ann.tryAcquire()]).toEqual([true, true, false])
    expect(ben.tryAcquire()).toBe(true)
    expect(limiters.get('ann').tryAcquire()).toBe(false)
    expect(ann).toMatchObject({ available: 0, queued: 0 })
    expect(ann.retryAfter()).toBe(500)
  })

  it('offers for a key what a limiter does', async () => {
    const { limiters, clock } = createKeyed()
    const ann = limiters.get('ann')
    const events = eventsOf(ann.events$)
    await ann.acquire(2)
    const reservation = ann.reserve()
    expect(reservation?.delay).toBe(500)
    expect(await errorOf(ann.execute(() => 'fine'))).toMatchObject({ code: 'ERR_RATE_LIMITED' })
    clock.advance(1000)
    expect(reservation?.use()).toBe(true)
    await expect(ann.execute(() => 'fine')).resolves.toBe('fine')
    ann.penalize(5000)
    expect(ann.retryAfter()).toBe(5000)
    expect(limiters.get('ben').retryAfter()).toBe(0)
    expect(events.map(({ type }) => type)).toEqual(['queued', 'refused', 'penalized'])
  })

  it('forgets the keys whose buckets are full again, as others come', () => {
    const { limiters, clock } = createKeyed()
    for (let i = 0; i < 1000; i++) limiters.get(`old ${String(i)}`).tryAcquire()
    expect(limiters.size).toBe(1000)
    clock.advance(1000)
    for (let i = 0; i < 1100; i++) limiters.get(`new ${String(i)}`).tryAcquire()
    expect(limiters.size).toBe(1100)
  })

  it('never forgets what is not full: no key gains by it', () => {
    const { limiters, clock } = createKeyed()
    const busy = limiters.get('busy')
    let granted = 0
    for (let i = 0; i < 1000; i++) {
      if (busy.tryAcquire()) granted++
      limiters.get(`other ${String(i)}`).tryAcquire()
      clock.advance(10)
    }
    expect(granted).toBeLessThanOrEqual(2 + (10 * 1000) / 500)
    expect(granted).toBeGreaterThanOrEqual(20)
    expect(limiters.size).toBeLessThan(200)
  })

  it('never forgets who waits, or is punished', async () => {
    const { limiters, clock } = createKeyed()
    const ann = limiters.get('ann')
    ann.penalize(60_000)
    const waiting = watch(limiters.get('ben').acquire(2))
    const held = watch(limiters.get('ben').acquire(2))
    await turn()
    expect([waiting.state, held.state]).toEqual(['fulfilled', 'pending'])
    for (let i = 0; i < 100; i++) limiters.get(`other ${String(i)}`).tryAcquire()
    expect(limiters.get('ben').queued).toBe(1)
    clock.advance(30_000)
    for (let i = 0; i < 300; i++) limiters.get(`more ${String(i)}`).tryAcquire()
    expect(ann.retryAfter()).toBe(30_000)
    await turn()
    expect(held.state).toBe('fulfilled')
    expect(clock.pendingTimers).toBe(0)
  })

  it('takes another rate for all keys', async () => {
    const { limiters, clock } = createKeyed()
    limiters.get('ann').tryAcquire(2)
    const waiting = watch(limiters.get('ann').acquire())
    limiters.update({ interval: 100 })
    expect(limiters.get('ann').retryAfter()).toBe(100)
    clock.advance(50)
    await turn()
    expect(waiting.state).toBe('fulfilled')
    limiters.get('ben').tryAcquire(2)
    expect(limiters.get('ben').retryAfter()).toBe(50)
  })

  it('takes any key, as a Map does', () => {
    const clock = createFakeClock()
    const limiters = createKeyedRateLimiter<object>({ limit: 1, clock })
    const [one, other] = [{}, {}]
    expect(limiters.get(one).tryAcquire()).toBe(true)
    expect(limiters.get(other).tryAcquire()).toBe(true)
    expect(limiters.get(one).tryAcquire()).toBe(false)
  })

  it('gives back the token of a call that was refused further in', async () => {
    const { limiters } = createKeyed()
    const ann = limiters.get('ann')
    const ben = limiters.get('ben')
    ben.tryAcquire(2)
    const call = controlledCall()
    await errorOf(ann.execute(() => ben.execute(call)))
    expect(ann.available).toBe(2)
  })
})
