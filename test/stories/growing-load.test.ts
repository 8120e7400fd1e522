import { expect, it } from 'vitest'
import { consecutiveFailures, createBreaker } from 'recloser'
import { pipeline } from 'recloser/pipeline'
import { createRateLimiter } from 'recloser/rate-limiter'
import { createFakeClock } from 'recloser/testing'
import { pass } from '../support/retries.js'

const second = 1000

it('U3: a service that has recovered gets a tenth of the load, and after ten seconds all of it', async () => {
  const clock = createFakeClock()
  const breaker = createBreaker('service', { clock, trip: consecutiveFailures(1) })
  const limiter = createRateLimiter({ limit: 100, burst: 2, clock })
  const client = pipeline(limiter, breaker)

  // A closed circuit admits every call. How many there are to be is for a limiter to say.
  const raise = (seconds: number) => {
    limiter.update({ limit: Math.max(10, 10 * seconds) })
    if (seconds < 10) clock.setTimeout(() => raise(seconds + 1), second)
  }
  breaker.transitions$.subscribe(({ to }) => {
    if (to === 'closed') raise(0)
  })

  let made = 0
  /** A hundred callers; how many got through to the service. */
  const callsIn = async (ms: number): Promise<number> => {
    const before = made
    for (let i = 0; i < ms / 10; i++) {
      void client.execute(() => made++).catch(() => undefined)
      await pass(clock, 10)
    }
    return made - before
  }

  expect(await callsIn(second)).toBe(100)
  await expect(breaker.execute(() => Promise.reject(new Error('down')))).rejects.toThrow('down')
  clock.advance(breaker.retryAfter ?? 0)
  await breaker.execute(() => 'fine')
  expect(breaker.state).toBe('closed')

  const each: number[] = []
  for (let i = 0; i < 12; i++) each.push(await callsIn(second))
  // A token was saved up during the break.
  expect(each).toEqual([11, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100, 100])
})
