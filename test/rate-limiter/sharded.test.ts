import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createShardedRateLimiter } from 'recloser/rate-limiter'
import { createFakeClock } from 'recloser/testing'
import { pipeline } from 'recloser/pipeline'
import { openCircuit, outage } from '../support/breakers.js'
import { errorOf, eventsOf } from '../support/layers.js'
import type { ShardedRateLimiterOptions } from 'recloser/rate-limiter'

function createSharded(options: Partial<ShardedRateLimiterOptions> = {}) {
  const clock = createFakeClock()
  const limiter = createShardedRateLimiter({ limit: 16, interval: 1000, clock, ...options })
  return { clock, limiter }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0)
}

describe('a sharded rate limiter', () => {
  it('cuts the rate into shards that make it up again', () => {
    const { limiter } = createSharded({ burst: 19, shards: 8 })
    expect(limiter.available).toEqual([3, 3, 3, 2, 2, 2, 2, 2])
  })

  it('lets a key take from the fuller of its two shards', () => {
    const { limiter } = createSharded({ shards: 4 })
    const ann = limiter.get('ann')
    for (let i = 0; i < 8; i++) ann.tryAcquire()
    expect([...limiter.available].sort()).toEqual([0, 0, 4, 4])
    expect(limiter.available).toHaveLength(4)
  })

  it('gives keys different shards', () => {
    const pairs = new Set<string>()
    for (let i = 0; i < 200; i++) {
      const { limiter } = createSharded({ shards: 4 })
      const key = limiter.get(`user ${String(i)}`)
      for (let taken = 0; taken < 8; taken++) key.tryAcquire()
      pairs.add(limiter.available.join())
    }
    expect(pairs.size).toBe(6)
  })

  it('refuses nobody while a shard has a token, and lets nobody have more than the whole rate', () => {
    const { limiter, clock } = createSharded()
    const ann = limiter.get('ann')
    const granted = Array.from({ length: 20 }, () => ann.tryAcquire()).filter(Boolean)
    expect(granted).toHaveLength(16)
    expect(sum(limiter.available)).toBe(0)
    clock.advance(limiter.retryAfter())
    expect(limiter.get('ben').tryAcquire()).toBe(true)
  })

  it('takes several tokens from several shards, all or none', () => {
    const { limiter } = createSharded({ shards: 4 })
    expect(limiter.get('ann').tryAcquire(15)).toBe(true)
    expect(limiter.get('ann').tryAcquire(2)).toBe(false)
    expect(sum(limiter.available)).toBe(1)
    expect(() => limiter.get('ann').tryAcquire(17)).toThrow('at most 16, got 17')
  })

  it('says exactly when it is worth asking again', () => {
    const { limiter, clock } = createSharded({ limit: 4, shards: 2 })
    limiter.get('ann').tryAcquire(4)
    // Each shard brings a token in 500 ms, not one of them in 250.
    expect([1, 2, 3].map((tokens) => limiter.retryAfter(tokens))).toEqual([500, 500, 1000])
    clock.advance(499)
    expect(limiter.get('ann').tryAcquire()).toBe(false)
    clock.advance(1)
    expect(limiter.get('ann').tryAcquire(2)).toBe(true)
  })

  it('says it of any number of tokens, without counting them', () => {
    const { limiter, clock } = createSharded({ limit: 1e9, burst: 1e9 })
    limiter.get('ann').tryAcquire(1e9)
    expect(limiter.retryAfter(1e9)).toBe(1000)
    expect(limiter.retryAfter(5e8)).toBe(500)
    clock.advance(500)
    expect(limiter.get('ann').tryAcquire(5e8)).toBe(true)
  })

  it('whatever was taken, has that many tokens then, and had not before', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 12 }),
        fc.integer({ min: 1, max: 5 }),
        fc.array(fc.tuple(fc.nat(9), fc.integer({ min: 1, max: 12 }), fc.nat(400))),
        fc.integer({ min: 1, max: 12 }),
        (burst, shards, takings, tokens) => {
          const { limiter, clock } = createSharded({
            limit: 10,
            burst,
            shards: Math.min(shards, burst),
          })
          for (const [key, taken, pause] of takings) {
            limiter.get(String(key)).tryAcquire(Math.min(taken, burst))
            clock.advance(pause)
          }
          const wanted = Math.min(tokens, burst)
          const wait = limiter.retryAfter(wanted)
          // Whole ms, rounded up, and one more where there was something to round.
          clock.advance(Math.max(0, wait - 2))
          if (wait > 2) expect(sum(limiter.available)).toBeLessThan(wanted)
          clock.advance(2)
          expect(limiter.get('new').tryAcquire(wanted)).toBe(true)
        },
      ),
    )
  })

  it('is silent for as long as the dependency asks, and then gives tokens one by one', () => {
    const { limiter, clock } = createSharded({ shards: 4 })
    const events = eventsOf(limiter.events$)
    limiter.get('ann').tryAcquire(3)
    limiter.penalize(5000)
    expect(limiter.retryAfter()).toBe(5000)
    clock.advance(4999)
    expect(limiter.get('ben').tryAcquire()).toBe(false)
    clock.advance(1)
    const ben = limiter.get('ben')
    expect([ben.tryAcquire(), ben.tryAcquire()]).toEqual([true, false])
    // 16 per second.
    clock.advance(125)
    expect(sum(limiter.available)).toBe(2)
    expect(events[0]).toEqual({ type: 'penalized', delay: 5000 })
    expect(() => {
      limiter.penalize(NaN)
    }).toThrow('ms must be at least 0 and finite, got NaN')
  })

  it('is silent for as long when its rate is another one meanwhile', () => {
    const { limiter, clock } = createSharded({ shards: 4 })
    limiter.penalize(5000)
    limiter.update({ limit: 1600 })
    expect(limiter.retryAfter()).toBe(5000)
    clock.advance(5000)
    expect(limiter.get('ann').tryAcquire()).toBe(true)
  })

  it('takes another rate, which brings no token by itself', () => {
    const { limiter, clock } = createSharded({ shards: 4 })
    limiter.get('ann').tryAcquire(16)
    limiter.update({ limit: 8, burst: 32 })
    expect(sum(limiter.available)).toBe(0)
    clock.advance(500)
    expect(sum(limiter.available)).toBe(4)
    clock.advance(60_000)
    expect(limiter.available).toEqual([8, 8, 8, 8])
    limiter.update({ burst: 6 })
    expect(limiter.available).toEqual([2, 2, 1, 1])
    expect(limiter.get('ann').tryAcquire(6)).toBe(true)
    expect(() => limiter.get('ann').tryAcquire(7)).toThrow('at most 6, got 7')
  })

  it('knows keys that are strings', () => {
    const { limiter } = createSharded()
    expect(() => limiter.get(1 as never)).toThrow(new TypeError('key must be a string, got 1'))
  })

  it('refuses a rate whose burst has no token for each shard, and changes nothing then', () => {
    const { limiter } = createSharded({ shards: 4 })
    expect(() => {
      limiter.update({ limit: 1, burst: 3 })
    }).toThrow('burst must be an integer, at least 4 and finite, got 3')
    expect(() => {
      limiter.update({ limit: 0 })
    }).toThrow('limit must be above 0')
    expect(sum(limiter.available)).toBe(16)
    limiter.get('ann').tryAcquire(16)
    expect(limiter.retryAfter()).toBe(250)
  })

  it('is a layer, which refuses, and gives back what the circuit rejects', async () => {
    const { breaker, clock } = await openCircuit()
    const limiter = createShardedRateLimiter({ limit: 2, clock })
    const events = eventsOf(limiter.events$)
    const ann = limiter.get('ann')
    await errorOf(pipeline(ann, breaker).execute(() => 'fine'))
    expect(sum(limiter.available)).toBe(2)
    await expect(ann.execute(() => 'fine')).resolves.toBe('fine')
    expect(await errorOf(ann.execute(() => Promise.reject(outage)))).toBe(outage)
    expect(await errorOf(ann.execute(() => 'fine'))).toMatchObject({
      code: 'ERR_RATE_LIMITED',
      retryAfter: 1000,
    })
    ann.tryAcquire()
    expect(events.map(({ type }) => type)).toEqual(['refunded', 'refused', 'refused'])
  })

  it('never grants more than the rate in any stretch of time', () => {
    fc.assert(
      fc.property(
        fc.record({
          limit: fc.integer({ min: 1, max: 50 }),
          burst: fc.integer({ min: 1, max: 30 }),
          shards: fc.integer({ min: 1, max: 8 }),
        }),
        fc.array(fc.tuple(fc.integer({ min: 0, max: 300 }), fc.nat(5), fc.nat(19)), {
          maxLength: 200,
        }),
        ({ limit, burst, shards }, calls) => {
          const { limiter, clock } = createSharded({
            limit,
            burst,
            shards: Math.min(shards, burst),
          })
          const granted: number[] = []
          for (const [pause, key, penalty] of calls) {
            clock.advance(pause)
            if (penalty === 0) limiter.penalize(pause)
            const before = sum(limiter.available)
            const took = limiter.get(String(key)).tryAcquire()
            expect(took).toBe(before > 0)
            if (took) granted.push(clock.now())
          }
          granted.forEach((from, first) => {
            for (let last = first; last < granted.length; last++) {
              const time = (granted[last] as number) - from
              expect(last - first + 1).toBeLessThanOrEqual(burst + (time * limit) / 1000 + 1e-3)
            }
          })
        },
      ),
    )
  })

  it.each([
    [{ shards: 0 }, 'shards must be an integer, at least 1 and at most 16, got 0'],
    [{ shards: 17 }, 'shards must be an integer, at least 1 and at most 16, got 17'],
    [{ maxQueue: 1 }, 'unknown option "maxQueue"'],
  ])('refuses %j', (options, message) => {
    expect(() => createSharded(options as never)).toThrow(message)
  })
})
