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
        fc.array(fc.tuple(fc.integer({ min: 0, max: 300 }), fc.nat(5)), { maxLength: 200 }),
        ({ limit, burst, shards }, calls) => {
          const { limiter, clock } = createSharded({
            limit,
            burst,
            shards: Math.min(shards, burst),
          })
          const granted: number[] = []
          for (const [pause, key] of calls) {
            clock.advance(pause)
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
