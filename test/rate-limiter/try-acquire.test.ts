import { describe, expect, it } from 'vitest'
import { createRateLimiter } from 'recloser/rate-limiter'
import { outage } from '../support/breakers.js'
import { createLimiter, onePer } from '../support/limiters.js'

describe('tryAcquire', () => {
  it('takes what was saved up, and then what comes', () => {
    const { limiter, clock } = createLimiter({ limit: 5, interval: 1000 })
    const taken = () => Array.from({ length: 7 }, () => limiter.tryAcquire()).filter(Boolean).length
    expect(taken()).toBe(5)
    clock.advance(199)
    expect(taken()).toBe(0)
    clock.advance(1)
    expect(taken()).toBe(1)
    clock.advance(400)
    expect(taken()).toBe(2)
    clock.advance(60_000)
    expect(taken()).toBe(5)
  })

  it('takes several at once, or none', () => {
    const { limiter } = createLimiter({ limit: 5 })
    expect(limiter.tryAcquire(3)).toBe(true)
    expect(limiter.tryAcquire(3)).toBe(false)
    expect(limiter.available).toBe(2)
    expect(limiter.tryAcquire(2)).toBe(true)
  })

  it('with a burst of one spaces calls evenly', () => {
    const { limiter, clock } = createLimiter(onePer(100))
    const granted: number[] = []
    for (let at = 0; at < 350; at += 10) {
      if (limiter.tryAcquire()) granted.push(at)
      clock.advance(10)
    }
    expect(granted).toEqual([0, 100, 200, 300])
  })

  it('says exactly when it is worth asking again', () => {
    const { limiter, clock } = createLimiter({ limit: 4, interval: 1000 })
    expect(limiter.retryAfter()).toBe(0)
    limiter.tryAcquire(4)
    expect(limiter.retryAfter()).toBe(250)
    expect(limiter.retryAfter(3)).toBe(750)
    clock.advance(249)
    expect(limiter.tryAcquire()).toBe(false)
    expect(limiter.retryAfter()).toBe(1)
    clock.advance(1)
    expect(limiter.tryAcquire()).toBe(true)
  })

  it('is right with rates that no float can hold', () => {
    const { limiter, clock } = createLimiter({ limit: 3, interval: 1000 })
    for (let second = 0; second < 1000; second++) {
      for (let i = 0; i < 3; i++) expect(limiter.tryAcquire()).toBe(true)
      expect(limiter.tryAcquire()).toBe(false)
      clock.advance(1000)
    }
    limiter.tryAcquire(3)
    const wait = limiter.retryAfter()
    clock.advance(wait)
    expect(limiter.tryAcquire()).toBe(true)
    expect(wait).toBe(335) // 333.33, rounded up, and one more, for real timers are early
  })

  it('arms no timer, ever', () => {
    const { limiter, clock } = createLimiter({ limit: 1 })
    for (let i = 0; i < 10; i++) limiter.tryAcquire()
    limiter.penalize(1000)
    expect(clock.pendingTimers).toBe(0)
  })

  it('RL13: more than the burst is an error at once, never a wait without end', async () => {
    const { limiter } = createLimiter({ limit: 2, interval: 1000 })
    const message = 'tokens must be an integer, at least 1 and at most 2, got 3'
    expect(() => limiter.tryAcquire(3)).toThrow(new RangeError(message))
    expect(() => limiter.reserve(3)).toThrow(message)
    expect(() => limiter.retryAfter(3)).toThrow(message)
    await expect(limiter.acquire(3)).rejects.toThrow(message)
    await expect(limiter.execute(() => 'fine', { tokens: 3 })).rejects.toThrow(message)
    expect(limiter.available).toBe(2)
    expect(() => limiter.tryAcquire(0)).toThrow('tokens must be an integer')
    expect(() => limiter.tryAcquire(1.5)).toThrow('tokens must be an integer')
  })

  it.each([
    [{ limit: 0 }, 'limit must be above 0 and finite, got 0'],
    [{}, 'limit must be a number'],
    [{ limit: 1, interval: -1 }, 'interval must be above 0'],
    [{ limit: 1, burst: 0 }, 'burst must be an integer, at least 1 and finite, got 0'],
    [{ limit: Number.MIN_VALUE }, 'limit, interval and burst must make a rate that can be counted'],
    [{ limit: 1e308, interval: 1e-300 }, 'must make a rate that can be counted, got 1e+308'],
    [{ limit: 1, interval: 1e300, burst: 1e10 }, 'must make a rate that can be counted'],
    [{ limit: 1, maxQueue: -1 }, 'maxQueue must be an integer, at least 0, got -1'],
    [{ limit: 1, maxWait: -1 }, 'maxWait must be at least 0, got -1'],
    [{ limit: 1, holdFor: 0 }, 'holdFor must be above 0, got 0'],
    [{ limit: 1, whenEmpty: 'block' }, "whenEmpty must be one of 'refuse', 'wait', got \"block\""],
    [{ limit: 1, circuit: 'open' }, 'circuit must be a breaker, got "open"'],
    [{ limit: 1, rate: 2 }, 'unknown option "rate"'],
  ])('refuses %j', (options, message) => {
    expect(() => createRateLimiter(options as never)).toThrow(message)
  })
})

describe('a penalty', () => {
  it('gives no token for its time, and then one by one', () => {
    const { limiter, clock, events } = createLimiter({ limit: 10, interval: 1000 })
    limiter.penalize(5000)
    expect(limiter.available).toBeLessThan(0)
    expect(limiter.retryAfter()).toBe(5000)
    clock.advance(4999)
    expect(limiter.tryAcquire()).toBe(false)
    clock.advance(1)
    expect([limiter.tryAcquire(), limiter.tryAcquire()]).toEqual([true, false])
    clock.advance(100)
    expect([limiter.tryAcquire(), limiter.tryAcquire()]).toEqual([true, false])
    expect(events[0]).toEqual({ type: 'penalized', delay: 5000 })
  })

  it('is not shortened by a later, milder one, nor by a refund', () => {
    const { limiter, clock } = createLimiter({ limit: 2, interval: 1000 })
    const reservation = limiter.reserve()
    limiter.penalize(5000)
    limiter.penalize(1000)
    reservation?.cancel()
    expect(limiter.retryAfter()).toBe(5000)
    clock.advance(5000)
    expect(limiter.tryAcquire()).toBe(true)
  })

  it.each([-1, NaN, Infinity])('of %d ms is refused', (ms) => {
    const { limiter } = createLimiter({ limit: 1 })
    expect(() => limiter.penalize(ms)).toThrow('ms must be at least 0 and finite')
  })
})

describe('another rate at run time', () => {
  it('RL11: after a change from 1 to 2 in the middle, the next interval grants two, not three', () => {
    const { limiter, clock } = createLimiter({ limit: 1, interval: 1000 })
    expect(limiter.tryAcquire()).toBe(true)
    clock.advance(500)
    limiter.update({ limit: 2, burst: 2 })
    clock.advance(500)
    expect([1, 2, 3].map(() => limiter.tryAcquire())).toEqual([true, true, false])
  })

  it('is shown, and leaves alone what was not named', () => {
    const { limiter } = createLimiter({ limit: 1, interval: 500, burst: 3 })
    limiter.update({ limit: 4 })
    expect(limiter).toMatchObject({ limit: 4, interval: 500, burst: 3 })
  })

  it('from slow to quick does not make up for slow times', () => {
    const { limiter, clock } = createLimiter({ limit: 1, interval: 3_600_000 })
    limiter.tryAcquire()
    limiter.update({ limit: 100, interval: 1000 })
    expect(limiter.retryAfter()).toBe(10)
    clock.advance(10)
    expect(limiter.tryAcquire()).toBe(true)
  })

  it('brings no token by itself, whatever is changed and however often', () => {
    const { limiter } = createLimiter({ limit: 10, interval: 1000 })
    limiter.tryAcquire(10)
    for (const rate of [{ limit: 5 }, { burst: 20 }, { limit: 100 }, { burst: 1 }, { burst: 50 }]) {
      limiter.update(rate)
      expect(limiter.available).toBe(0)
      expect(limiter.tryAcquire()).toBe(false)
    }
  })

  it('leaves the bucket as full as it was', () => {
    const { limiter } = createLimiter({ limit: 10, interval: 1000 })
    limiter.update({ burst: 20 })
    expect(limiter.available).toBe(20)
    limiter.tryAcquire(5)
    limiter.update({ burst: 4 })
    expect(limiter.available).toBe(3)
  })

  it.each([{ limit: 1000 }, { limit: 1 }, { burst: 1 }, { burst: 100 }])(
    'neither shortens a penalty nor makes it longer: %j',
    (rate) => {
      const { limiter, clock } = createLimiter({ limit: 10, interval: 1000 })
      limiter.penalize(5000)
      limiter.penalize(2000)
      clock.advance(1000)
      limiter.update(rate)
      expect(limiter.retryAfter()).toBe(4000)
      clock.advance(4000)
      expect([limiter.tryAcquire(), limiter.tryAcquire()]).toEqual([true, false])
    },
  )

  it('that is wrong changes nothing', () => {
    const { limiter } = createLimiter({ limit: 1, interval: 500 })
    expect(() => limiter.update({ limit: -1 })).toThrow('limit must be above 0')
    expect(() => limiter.update({ rate: 1 } as never)).toThrow('unknown option "rate"')
    expect(limiter).toMatchObject({ limit: 1, interval: 500 })
  })
})

describe('what a limiter tells', () => {
  it('is each refusal, with when to come again', () => {
    const { limiter, events } = createLimiter({ limit: 1, interval: 500 })
    limiter.tryAcquire()
    limiter.tryAcquire()
    expect(events).toEqual([{ type: 'refused', reason: 'limit', tokens: 1, retryAfter: 500 }])
  })

  it('does no harm when a subscriber throws', () => {
    const { limiter, reported } = createLimiter({ limit: 1 })
    limiter.events$.subscribe(() => {
      throw outage
    })
    limiter.tryAcquire()
    expect(limiter.tryAcquire()).toBe(false)
    expect(reported).toEqual([outage])
  })
})
