import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { BulkheadFullError } from 'recloser/bulkhead'
import { controlledCall } from 'recloser/testing'
import { turn, watch } from '../support/layers.js'
import { createLimiter } from '../support/limiters.js'
import { TickingBucket } from './ticking-bucket.js'
import type { Reservation } from 'recloser/rate-limiter'
import type { ControlledCall } from 'recloser/testing'
import type { Taking } from './ticking-bucket.js'

type Step =
  | readonly ['pass', number]
  | readonly ['try', number]
  | readonly ['reserve', number]
  | readonly ['use' | 'cancel', number]
  | readonly ['begin', number]
  | readonly ['end' | 'refuse', number]

const settings = fc.record({
  period: fc.integer({ min: 1, max: 12 }),
  burst: fc.integer({ min: 1, max: 5 }),
  holdFor: fc.oneof(fc.integer({ min: 1, max: 12 }), fc.constant(Infinity)),
})

const index = fc.nat(7)
const tokens = fc.integer({ min: 1, max: 5 })
const steps = fc.array(
  fc.oneof(
    fc.tuple(fc.constant('pass' as const), fc.integer({ min: 1, max: 25 })),
    fc.tuple(fc.constantFrom('try' as const, 'reserve' as const, 'begin' as const), tokens),
    fc.tuple(
      fc.constantFrom('use' as const, 'cancel' as const, 'end' as const, 'refuse' as const),
      index,
    ),
  ),
  { maxLength: 60 },
)

/** Plays steps on a limiter and on the ticking bucket, and compares them after each. */
async function play(
  {
    period,
    burst,
    holdFor,
  }: { readonly period: number; readonly burst: number; readonly holdFor: number },
  history: readonly Step[],
) {
  const { limiter, clock } = createLimiter({
    limit: 1,
    interval: period,
    burst,
    maxQueue: Infinity,
    holdFor,
  })
  const bucket = new TickingBucket(period, burst)
  const start = clock.wall()
  const reservations: { readonly real: Reservation; readonly ideal: Taking }[] = []
  const calls: { readonly real: ControlledCall<unknown>; readonly ideal: Taking }[] = []

  for (const [type, n] of history) {
    const amount = Math.min(n, burst)
    if (type === 'pass') {
      clock.advance(n)
      for (let i = 0; i < n; i++) bucket.tick()
    } else if (type === 'try') {
      const isThere = bucket.has(amount)
      const took = limiter.tryAcquire(amount)
      if (bucket.isExact) expect(took).toBe(isThere)
      if (took) bucket.take(amount, false)
    } else if (type === 'reserve') {
      const real = limiter.reserve(amount)
      if (real !== undefined) reservations.push({ real, ideal: bucket.take(amount, true, holdFor) })
    } else if (type === 'use' || type === 'cancel') {
      const open = reservations.filter(({ real }) => ['queued', 'ready'].includes(real.state))
      const { real, ideal } = open[n % open.length] ?? {}
      if (ideal === undefined || real === undefined) continue
      if (type === 'use') {
        if (real.use()) bucket.use(ideal)
      } else if (real.cancel()) bucket.giveBack(ideal)
    } else if (type === 'begin') {
      const real = controlledCall()
      watch(limiter.execute(real, { tokens: amount }))
      if (real.calls.length > 0) calls.push({ real, ideal: bucket.take(amount, true) })
    } else {
      const [call] = calls.splice(n % calls.length, 1)
      if (type === 'end') call?.real.resolve('fine')
      else call?.real.reject(new BulkheadFullError(1, 0))
      await turn()
      if (type === 'refuse' && call !== undefined) bucket.giveBack(call.ideal)
    }
    if (!bucket.isExact) continue
    expect(limiter.available).toBe(bucket.available)
    expect(limiter.queued).toBe(bucket.queue.length)
    for (const { real, ideal } of reservations) {
      if (real.state === 'cancelled') continue
      expect(real.state === 'expired').toBe(ideal.isReturned)
      expect(real.state === 'queued').toBe(ideal.at === undefined)
      if (ideal.at !== undefined) expect(real.readyAt).toBe(start + ideal.at)
    }
  }
  return { limiter, clock, bucket, reservations, start }
}

describe('whatever happens to a limiter', () => {
  it('it is a bucket that ticks: what is there, who waits, and since when who is ready', async () => {
    let compared = 0
    await fc.assert(
      fc.asyncProperty(settings, steps, async (given, history) => {
        const { bucket } = await play(given, history)
        if (bucket.isExact) compared++
      }),
      { numRuns: 300 },
    )
    // Histories in which a refund came too late to be whole are compared only up to there.
    expect(compared).toBeGreaterThan(100)
  })

  it('what is handed out is never above the rate, in any stretch of time', async () => {
    await fc.assert(
      fc.asyncProperty(settings, steps, async (given, history) => {
        const { bucket, reservations, start } = await play(given, history)
        const kept = [
          ...bucket.takings
            .filter((taking) => !reservations.some(({ ideal }) => ideal === taking))
            .filter(({ isReturned }) => !isReturned)
            .map(({ at, tokens }) => ({ at: at as number, tokens })),
          ...reservations
            .filter(({ real }) => real.state === 'ready' || real.state === 'used')
            .map(({ real }) => ({ at: (real.readyAt as number) - start, tokens: real.tokens })),
        ].sort((one, other) => one.at - other.at)
        kept.forEach((from, first) => {
          let sum = 0
          for (const taking of kept.slice(first)) {
            sum += taking.tokens
            const most = given.burst + (taking.at - from.at) / given.period
            expect(sum).toBeLessThanOrEqual(most + 1e-6)
          }
        })
      }),
      { numRuns: 1500 },
    )
  })

  it('no reservation is lost: each is ready in the end, at the moment it said, in its order', async () => {
    await fc.assert(
      fc.asyncProperty(settings, steps, async (given, history) => {
        const { clock, reservations } = await play({ ...given, holdFor: Infinity }, history)
        const waiting = reservations.filter(({ real }) => real.state === 'queued')
        const promised = waiting.map(({ real }) => real.readyAt as number)
        expect(promised).toEqual([...promised].sort((one, other) => one - other))
        for (const [position, { real }] of waiting.entries()) {
          const moment = promised[position] as number
          clock.advance(Math.max(0, moment - clock.wall()))
          expect(real.use()).toBe(true)
          expect(real.readyAt).toBe(moment)
        }
        expect(clock.pendingTimers).toBe(0)
      }),
      { numRuns: 200 },
    )
  })
})
