// Tests of code that uses a breaker: they drive its clock and settle its calls, and never wait.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createBreaker } from 'recloser'
import { controlledCall, createFakeClock } from 'recloser/testing'

/**
 * The code under test: the latest price, or the last known one when the service is out of order.
 *
 * @param {(signal: AbortSignal) => number | Promise<number>} fetchPrice
 * @param {import('recloser').Clock} [clock] the system clock but for tests
 */
function createPrices(fetchPrice, clock) {
  const breaker = createBreaker('prices', {
    minimumThroughput: 2,
    breakDuration: 30_000,
    ...(clock ? { clock } : {}),
  })
  let known = 0
  return async () => {
    const attempt = await breaker.attempt(fetchPrice)
    if (attempt.status === 'success') known = attempt.value
    return known
  }
}

test('the last known price is given while the service is out of order', async () => {
  let works = true
  const clock = createFakeClock()
  const price = createPrices(() => {
    if (!works) throw new Error('out of order')
    return 42
  }, clock)

  assert.equal(await price(), 42)
  works = false
  assert.equal(await price(), 42)
})

test('a service that is out of order is called again after 30 s, and no earlier', async () => {
  let calls = 0
  const clock = createFakeClock()
  const price = createPrices(() => {
    calls++
    throw new Error('out of order')
  }, clock)

  await price()
  await price()
  clock.advance(29_999)
  await price()
  assert.equal(calls, 2)
  clock.advance(1)
  await price()
  assert.equal(calls, 3)
})

test('a probe that hangs is given up, so that prices come back', async () => {
  const clock = createFakeClock()
  /** @type {import('recloser/testing').ControlledCall<number>} */
  const fetchPrice = controlledCall()
  const price = createPrices(fetchPrice, clock)
  for (let i = 0; i < 2; i++) {
    const failing = price()
    fetchPrice.reject(new Error('out of order'))
    await failing
  }

  clock.advance(30_000)
  void price()
  const [, , probe] = fetchPrice.calls
  clock.advance(30_000)
  assert.equal(probe?.signal.aborted, true)

  clock.advance(30_000)
  const recovering = price()
  fetchPrice.calls[3]?.resolve(43)
  assert.equal(await recovering, 43)
  assert.equal(clock.pendingTimers, 0)
})
