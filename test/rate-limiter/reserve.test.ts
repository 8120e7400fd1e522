import { describe, expect, it } from 'vitest'
import { turn, watch } from '../support/layers.js'
import { createLimiter, onePer, waitsOf } from '../support/limiters.js'

describe('reservations', () => {
  it('RL1: seven of one token, with two per second: the last waits 2.5 s, five are owed', () => {
    // Tokens come evenly, one each 500 ms, not two at the turn of each second.
    const { limiter } = createLimiter({ limit: 2, interval: 1000 })
    expect(waitsOf(limiter, 7)).toEqual([0, 0, 500, 1000, 1500, 2000, 2500])
    expect(limiter.available).toBe(-5)
    expect(limiter.queued).toBe(5)
  })

  it('RL2: later ones wait for those before, and for nothing once these are served', () => {
    const { limiter, clock } = createLimiter({ limit: 2, interval: 1000 })
    waitsOf(limiter, 7)
    clock.advance(800)
    expect(waitsOf(limiter, 3)).toEqual([2200, 2700, 3200])
    clock.advance(1500)
    expect(waitsOf(limiter, 1)).toEqual([2200])
    clock.advance(1200)
    expect(waitsOf(limiter, 3)).toEqual([1500, 2000, 2500])
    expect(limiter.available).toBe(-5)
    clock.advance(3500)
    expect(waitsOf(limiter, 2)).toEqual([0, 0])
  })

  it('RL4: one each 500 ms', () => {
    const { limiter, clock } = createLimiter(onePer(500))
    expect(waitsOf(limiter, 7)).toEqual([0, 500, 1000, 1500, 2000, 2500, 3000])
    clock.advance(800)
    expect(waitsOf(limiter, 3).at(-1)).toBe(3700)
    clock.advance(1500)
    expect(waitsOf(limiter, 1)).toEqual([2700])
    clock.advance(1200)
    expect(waitsOf(limiter, 3).at(-1)).toBe(3000)
    clock.advance(5600)
    // From the moment of asking, not from the next half second.
    expect(waitsOf(limiter, 3)).toEqual([0, 500, 1000])
    clock.advance(1900)
    expect(waitsOf(limiter, 1)).toEqual([0])
  })

  it('RL6: one that would wait too long is refused and takes nothing', () => {
    const { limiter } = createLimiter(onePer(100))
    const delayWithin = (maxWait: number) => limiter.reserve(1, { maxWait })?.delay
    expect([1, 10, 100, 200, 100].map(delayWithin)).toEqual([0, undefined, 100, 200, undefined])
    expect(limiter.available).toBe(-2)
  })

  it('RL7: one per interval, and a wait of one interval', () => {
    const { limiter } = createLimiter({ ...onePer(1000), maxWait: 1000 })
    expect(waitsOf(limiter, 2)).toEqual([0, 1000])
    expect(limiter.available).toBe(-1)
    expect(limiter.retryAfter()).toBe(2000)
    expect(limiter.reserve()).toBeUndefined()
    expect(limiter.available).toBe(-1)
  })

  it('RL9: one that is cancelled gives its tokens back, and those behind move up', () => {
    const { limiter } = createLimiter(onePer(1000))
    const [, second, third, fourth] = [1, 2, 3, 4].map(() => limiter.reserve())
    expect(limiter.available).toBe(-3)
    expect(second?.cancel()).toBe(true)
    expect(limiter.available).toBe(-2)
    expect([third?.delay, fourth?.delay]).toEqual([1000, 2000])
    third?.cancel()
    fourth?.cancel()
    expect(limiter.available).toBe(0)
  })

  it('that moves up may be ready at once', () => {
    const { limiter, clock } = createLimiter({ limit: 3, interval: 3000 })
    limiter.tryAcquire(2)
    clock.advance(500)
    const big = limiter.reserve(3)
    const small = limiter.reserve(1)
    expect([big?.delay, small?.delay]).toEqual([1500, 2500])
    big?.cancel()
    expect(small?.state).toBe('ready')
    expect(small?.use()).toBe(true)
  })

  it('is used once, when its time has come', () => {
    const { limiter, clock } = createLimiter(onePer(1000))
    limiter.tryAcquire()
    const reservation = limiter.reserve()
    expect(reservation).toMatchObject({ state: 'queued', delay: 1000, tokens: 1 })
    expect(reservation?.use()).toBe(false)
    clock.advance(1000)
    expect(reservation).toMatchObject({ state: 'ready', delay: 0 })
    expect([reservation?.use(), reservation?.use()]).toEqual([true, false])
    expect(reservation).toMatchObject({ state: 'used', delay: 0 })
    expect(reservation?.cancel()).toBe(false)
  })

  it('says when it is ready, and until when', () => {
    const { limiter, clock } = createLimiter({ ...onePer(1000), holdFor: 200 })
    limiter.tryAcquire()
    const start = clock.wall()
    const reservation = limiter.reserve()
    expect(reservation).toMatchObject({ readyAt: start + 1000, expiresAt: start + 1200 })
    clock.advance(1199)
    expect(reservation).toMatchObject({ state: 'ready', readyAt: start + 1000 })
    clock.advance(1)
    expect(reservation).toMatchObject({ state: 'expired', expiresAt: start + 1200 })
    expect(reservation?.use()).toBe(false)
    expect(reservation?.cancel()).toBe(false)
  })

  it('that is not used in time gives its tokens back, and those behind move up', () => {
    const { limiter, clock, events } = createLimiter({ limit: 2, interval: 20_000, holdFor: 500 })
    const start = clock.wall()
    const [forgotten, used] = [limiter.reserve(), limiter.reserve()]
    const waiting = limiter.reserve()
    used?.use()
    expect(waiting?.delay).toBe(10_000)
    clock.advance(499)
    expect(waiting?.state).toBe('queued')
    clock.advance(1)
    expect([forgotten?.state, waiting?.state]).toEqual(['expired', 'ready'])
    expect(waiting?.readyAt).toBe(start + 500)
    expect([forgotten?.use(), forgotten?.cancel()]).toEqual([false, false])
    expect(events.map(({ type }) => type)).toEqual(['queued', 'expired'])
    clock.advance(500)
    expect(limiter.available).toBe(1)
  })

  it('expires at its moment, however late that is looked at: nobody behind it has waited longer', () => {
    const { limiter, clock } = createLimiter({ ...onePer(1000), holdFor: 300 })
    const start = clock.wall()
    const reservations = [1, 2, 3, 4].map(() => limiter.reserve())
    reservations[3]?.cancel()
    clock.advance(5000)
    expect(reservations.map((reservation) => reservation?.state)).toEqual([
      ...Array<string>(3).fill('expired'),
      'cancelled',
    ])
    expect(reservations.slice(0, 3).map((each) => Number(each?.readyAt) - start)).toEqual([
      0, 300, 600,
    ])
  })

  it('that was used or cancelled does not expire', () => {
    const { limiter, clock, events } = createLimiter({
      limit: 3,
      interval: 3_000_000,
      holdFor: 300,
    })
    limiter.reserve()?.use()
    limiter.reserve()?.cancel()
    clock.advance(1000)
    expect(limiter.available).toBe(2)
    expect(events.map(({ type }) => type)).toEqual(['refunded'])
  })

  it('wakes a caller who waits behind it when it expires', async () => {
    const { limiter, clock } = createLimiter({ ...onePer(60_000), holdFor: 500 })
    clock.advance(100)
    limiter.reserve()
    const result = watch(limiter.acquire())
    clock.advance(499)
    await turn()
    expect(result.state).toBe('pending')
    clock.advance(1)
    await turn()
    expect(result.state).toBe('fulfilled')
    expect(clock.pendingTimers).toBe(0)
  })

  it('was ready when its token came, however late it is looked at', () => {
    const { limiter, clock } = createLimiter(onePer(1000))
    limiter.tryAcquire()
    const start = clock.wall()
    const [second, third] = [limiter.reserve(), limiter.reserve()]
    clock.advance(5000)
    expect([second?.readyAt, third?.readyAt]).toEqual([start + 1000, start + 2000])
    expect(limiter.tryAcquire()).toBe(true)
  })

  it('once cancelled will never be ready', () => {
    const { limiter } = createLimiter(onePer(1000))
    limiter.tryAcquire()
    const reservation = limiter.reserve()
    expect([reservation?.cancel(), reservation?.cancel()]).toEqual([true, false])
    expect(reservation).toMatchObject({
      state: 'cancelled',
      delay: undefined,
      readyAt: undefined,
      expiresAt: undefined,
    })
    expect(reservation?.use()).toBe(false)
  })

  it('is cancelled by leaving its scope, unless it was used', () => {
    const { limiter } = createLimiter({ limit: 2 })
    {
      using reservation = limiter.reserve()
      expect(reservation?.state).toBe('ready')
    }
    expect(limiter.available).toBe(2)
    {
      using reservation = limiter.reserve()
      reservation?.use()
    }
    expect(limiter.available).toBe(1)
  })

  it('that is ready gives back what the bucket can hold, and no more', () => {
    const { limiter, clock } = createLimiter({ limit: 5, interval: 5000 })
    const reservation = limiter.reserve(3)
    clock.advance(3000)
    limiter.tryAcquire(5)
    // The bucket was full when these five were taken: what it held back then was lost.
    reservation?.cancel()
    expect(limiter.available).toBe(0)
  })

  it('gives back all of it although others, used by now, kept the bucket from being full', () => {
    const { limiter, clock } = createLimiter({ limit: 10, interval: 10_000 })
    const reservation = limiter.reserve()
    limiter.reserve(5)?.use()
    clock.advance(3000)
    limiter.tryAcquire()
    expect(limiter.available).toBe(6)
    reservation?.cancel()
    expect(limiter.available).toBe(7)
  })

  it('is not overtaken by one who asks for less', () => {
    const { limiter, clock } = createLimiter({ limit: 3, interval: 3000 })
    limiter.tryAcquire(2)
    const big = limiter.reserve(3)
    expect(limiter.tryAcquire()).toBe(false)
    expect(limiter.retryAfter()).toBe(3000)
    clock.advance(2000)
    expect(big?.use()).toBe(true)
  })

  it('needs no timer', () => {
    const { limiter, clock } = createLimiter(onePer(100))
    waitsOf(limiter, 5)
    expect(clock.pendingTimers).toBe(0)
  })

  it('counts towards the queue', () => {
    const { limiter, events } = createLimiter({ ...onePer(100), maxQueue: 2 })
    expect(waitsOf(limiter, 4)).toEqual([0, 100, 200, undefined])
    expect(events.map(({ type }) => type)).toEqual(['queued', 'queued', 'refused'])
    expect(events.at(-1)).toMatchObject({ reason: 'queueFull', retryAfter: 300 })
  })

  it('moves back when a penalty comes, and is lost when that is too long', () => {
    const { limiter } = createLimiter(onePer(100))
    limiter.tryAcquire()
    const patient = limiter.reserve()
    const hasty = limiter.reserve(1, { maxWait: 500 })
    limiter.penalize(1000)
    expect(patient?.delay).toBe(1000)
    expect(hasty?.state).toBe('cancelled')
  })

  it('for more than a new burst is lost', () => {
    const { limiter } = createLimiter({ limit: 3, interval: 3000 })
    limiter.tryAcquire(3)
    const [big, small] = [limiter.reserve(3), limiter.reserve(1)]
    limiter.update({ burst: 2 })
    expect(big?.state).toBe('cancelled')
    expect(small?.delay).toBe(1000)
  })
})
