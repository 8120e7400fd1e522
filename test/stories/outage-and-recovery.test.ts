import { expect, it } from 'vitest'
import { createBreaker, exponentialBreakDuration, formatStats } from 'recloser'
import { createFakeClock } from 'recloser/testing'

/** A dependency that is up or down, and counts who reaches it. */
function createDependency() {
  const dependency = {
    up: true,
    calls: 0,
    call: () => {
      dependency.calls++
      if (!dependency.up) throw new Error('connection refused')
      return 'fine'
    },
  }
  return dependency
}

it('an outage is noticed, sat out with growing pauses, and its end is noticed', async () => {
  const clock = createFakeClock()
  const payments = createBreaker('payments-api', {
    clock,
    breakDuration: exponentialBreakDuration({ base: 10_000, factor: 2 }),
  })
  const log: string[] = []
  const start = clock.wall()
  payments.transitions$.subscribe(({ at, from, to, reason }) =>
    log.push(`${String((at - start) / 1000)} s: ${from} → ${to}, ${reason}`),
  )
  const dependency = createDependency()
  const answers = { success: 0, failure: 0, rejected: 0 }

  /** Twenty calls a second, for a while. */
  const serve = async (seconds: number) => {
    for (let i = 0; i < seconds * 20; i++) {
      const { status } = await payments.attempt(dependency.call)
      answers[status]++
      clock.advance(50)
    }
  }

  // Ten good seconds.
  await serve(10)
  expect(answers).toEqual({ success: 200, failure: 0, rejected: 0 })

  // It goes down. Half of the calls in the window have to fail before the circuit opens.
  dependency.up = false
  await serve(10)
  expect(payments.state).toBe('open')
  expect(answers.failure).toBe(100)
  expect(answers.rejected).toBe(100)
  expect(payments.stats()).toMatchObject({ failureRate: 0.5, throughput: 200, retryAfter: 4950 })

  // While it is down, one call a break reaches it: at 25, 45 and 85 s.
  const before = dependency.calls
  await serve(80)
  expect(dependency.calls - before).toBe(3)
  expect(payments.stats()).toMatchObject({ state: 'open', consecutiveBreaks: 4 })

  // It comes back, and the next probe closes the circuit.
  dependency.up = true
  const rejectedBefore = answers.rejected
  await serve(80)
  expect(payments.state).toBe('closed')
  expect(answers.rejected - rejectedBefore).toBe(64.95 * 20)
  expect(answers.failure).toBe(103)

  expect(log).toEqual([
    '14.95 s: closed → open, failure rate 50% reached 50% over 200 calls in 10 s',
    '24.95 s: open → halfOpen, the break of 10 s is over',
    '24.95 s: halfOpen → open, 1 of 1 probe failed',
    '44.95 s: open → halfOpen, the break of 20 s is over',
    '44.95 s: halfOpen → open, 1 of 1 probe failed',
    '84.95 s: open → halfOpen, the break of 40 s is over',
    '84.95 s: halfOpen → open, 1 of 1 probe failed',
    '164.95 s: open → halfOpen, the break of 80 s is over',
    '164.95 s: halfOpen → closed, 1 of 1 needed probe succeeded',
  ])
  expect(formatStats(payments.stats())).toContain('payments-api: closed for ')

  // The next outage begins with a short pause again.
  dependency.up = false
  await serve(6)
  expect(payments.history.at(-1)).toMatchObject({ to: 'open', breakDuration: 10_000 })
})
