import { expect, it } from 'vitest'
import { consecutiveFailures, createBreaker, exponentialBreakDuration } from 'recloser'
import { pipeline } from 'recloser/pipeline'
import { createRateLimiter } from 'recloser/rate-limiter'
import { createFakeClock } from 'recloser/testing'
import { timeout } from 'recloser/timeout'
import { eventsOf, watch } from '../support/layers.js'
import { pass } from '../support/retries.js'

it('a service that comes back slowly is probed at growing intervals, closed by several probes, and then not overrun', async () => {
  const clock = createFakeClock()
  const breaker = createBreaker('service', {
    clock,
    trip: consecutiveFailures(2),
    breakDuration: exponentialBreakDuration({ base: 1000, factor: 2 }),
    halfOpen: { probes: 3 },
  })
  const transitions = eventsOf(breaker.transitions$)
  const limiter = createRateLimiter({ limit: 10, burst: 1, clock })
  const client = pipeline(limiter, breaker, timeout({ duration: 100, clock }))

  // First it fails, then it is too slow, then it is well.
  const calledAt: number[] = []
  const service = async () => {
    calledAt.push(clock.now())
    const call = calledAt.length
    if (call <= 3) throw new Error('not ready')
    if (call <= 5) await new Promise<void>((resolve) => clock.setTimeout(resolve, 150))
    return 'fine'
  }
  for (let i = 0; i < 200; i++) {
    watch(client.execute(service))
    await pass(clock, 100, 100)
  }

  // Breaks of 1, 2, 4 and 8 s; a probe each that fails, and three that succeed.
  expect(transitions.map(({ to, breakDuration }) => (to === 'open' ? breakDuration : to))).toEqual([
    1000,
    'halfOpen',
    2000,
    'halfOpen',
    4000,
    'halfOpen',
    8000,
    'halfOpen',
    'closed',
  ])
  expect(breaker.stats().consecutiveBreaks).toBe(0)
  // Through all of it, never more than ten calls a second.
  calledAt.slice(1).forEach((at, i) => {
    expect(at - (calledAt[i] as number)).toBeGreaterThanOrEqual(100)
  })
  expect(calledAt.length).toBeLessThan(60)
  expect(clock.pendingTimers).toBe(0)
})
