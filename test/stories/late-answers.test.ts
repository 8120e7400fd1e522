import { expect, it } from 'vitest'
import { consecutiveFailures, createBreaker } from 'recloser'
import { controlledCall, createFakeClock } from 'recloser/testing'

it('answers that come after the circuit has moved on change nothing', async () => {
  const clock = createFakeClock()
  const search = createBreaker('search', {
    clock,
    trip: consecutiveFailures(3),
    breakDuration: 1000,
    halfOpen: { probeLease: 500 },
  })
  const backend = controlledCall<string>()
  const ask = () => search.attempt(backend)

  // Eight questions are under way when the backend begins to fail.
  const early = Array.from({ length: 8 }, ask)
  for (let i = 0; i < 3; i++) backend.reject(new Error('overloaded'))
  await Promise.all(early.slice(0, 3))
  expect(search.state).toBe('open')

  // A success from before the break does not close the circuit, a failure does not prolong it.
  clock.advance(400)
  backend.resolve('late')
  backend.reject(new Error('late'))
  expect(await early[3]).toEqual({ status: 'success', value: 'late' })
  await early[4]
  expect(search.stats()).toMatchObject({ state: 'open', retryAfter: 600, stale: 2 })

  // Nor do they decide for the probe, which hangs until its lease is over.
  clock.advance(600)
  const probe = ask()
  backend.resolve('late')
  await early[5]
  expect(search.state).toBe('halfOpen')
  clock.advance(500)
  expect(search.stats()).toMatchObject({ state: 'open', consecutiveBreaks: 2, stale: 3 })
  expect(backend.calls.at(-1)?.signal.aborted).toBe(true)

  // The next probe succeeds; what is left of the old days is not counted against the new ones.
  clock.advance(1000)
  const good = search.attempt(() => 'found')
  expect(await good).toEqual({ status: 'success', value: 'found' })
  expect(search.state).toBe('closed')
  for (let i = 0; i < 3; i++) backend.reject(new Error('very late'))
  await Promise.all([...early, probe])
  expect(search.stats()).toMatchObject({
    state: 'closed',
    throughput: 0,
    consecutiveFailures: 0,
    stale: 6,
  })
  // Every call has been accounted for once: 4 failures (one a lease), 1 success, 6 too late.
  expect(search.stats().totals).toEqual({
    successes: 1,
    failures: 4,
    slow: 0,
    ignored: 0,
    rejected: 0,
    stale: 6,
  })
})
