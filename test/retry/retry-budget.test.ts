import { describe, expect, it } from 'vitest'
import { bulkhead } from 'recloser/bulkhead'
import { RetryExhaustedError, createRetryBudget } from 'recloser/retry'
import { controlledCall, createFakeClock } from 'recloser/testing'
import { outage } from '../support/breakers.js'
import { errorOf, watch } from '../support/layers.js'
import { createRetry, pass } from '../support/retries.js'
import type { RetryBudgetOptions } from 'recloser/retry'

function createBudget(options: RetryBudgetOptions = {}) {
  const clock = createFakeClock()
  const budget = createRetryBudget({ minPerSecond: 0, clock, ...options })
  return {
    clock,
    budget,
    deposit: (n: number) => {
      for (let i = 0; i < n; i++) budget.deposit()
    },
  }
}

describe('a retry budget', () => {
  it('RT3: of two calls, half may be retried; when these have aged, half of the next two', () => {
    // Ours counts what happened, not what is in flight: a retry is free again after its time to live.
    const { budget, clock, deposit } = createBudget({ ratio: 0.5, ttl: 1000 })
    deposit(2)
    expect([budget.withdraw(), budget.withdraw()]).toEqual([true, false])
    clock.advance(1000)
    expect(budget.balance).toBe(0)
    deposit(2)
    expect([budget.withdraw(), budget.withdraw()]).toEqual([true, false])
  })

  it.each([
    [0.1, 1000],
    [0.5, 5000],
    [0.0001, 1],
  ])('RT5: with a ratio of %d, of 10,000 calls %d may be retried', (ratio, expected) => {
    const { budget } = createBudget({ ratio })
    let granted = 0
    for (let i = 0; i < 10_000; i++) {
      budget.deposit()
      if (budget.withdraw()) granted++
    }
    expect(Math.abs(granted - expected)).toBeLessThanOrEqual(1)
  })

  it.each([
    [{ ttl: 0 }, 'ttl must be at least 1000 and at most 60000, got 0'],
    [{ ttl: 61_000 }, 'ttl must be at least 1000 and at most 60000, got 61000'],
    [{ minPerSecond: -1 }, 'minPerSecond must be at least 0 and finite, got -1'],
    [{ ratio: -1 }, 'ratio must be at least 0 and at most 10, got -1'],
    [{ ratio: 11 }, 'ratio must be at least 0 and at most 10, got 11'],
    [{ percent: 20 }, 'unknown option "percent"'],
  ])('RT7: refuses %j', (options, message) => {
    expect(() => createRetryBudget(options as never)).toThrow(message)
  })

  it('RT8: a retry is paid for whether it succeeds or not; a first call earns its share either way', async () => {
    // A share of the calls takes the place of a fixed quota that successes fill up again.
    const { budget, clock, deposit } = createBudget({ ratio: 0.1, ttl: 60_000 })
    deposit(500)
    expect(budget.balance).toBe(50)
    const { layer } = createRetry({ attempts: 2, budget, backoff: 1 }, clock)
    let calls = 0
    await run(() => {
      if (++calls === 1) throw outage
    })
    expect(budget.balance).toBeCloseTo(49.1)
    await run(() => {
      throw outage
    })
    expect(budget.balance).toBeCloseTo(48.2)
    await run(() => 'fine')
    expect(budget.balance).toBeCloseTo(48.3)
    for (let i = 0; i < 10; i++) {
      await run(() => {
        throw outage
      })
    }
    expect(budget.balance).toBeCloseTo(39.3)

    async function run(fn: () => unknown) {
      watch(layer.execute(fn))
      await pass(clock, 2, 1)
    }
  })

  it('has a floor for those who make few calls', () => {
    const { budget, clock } = createBudget({ ratio: 0, minPerSecond: 2, ttl: 2000 })
    const granted = () => Array.from({ length: 6 }, () => budget.withdraw())
    expect(granted()).toEqual([true, true, true, true, false, false])
    clock.advance(2000)
    expect(budget.balance).toBe(4)
  })

  it('that is spent ends a retry, with what failed so far', async () => {
    const { budget, clock } = createBudget({ ratio: 0, minPerSecond: 1, ttl: 1000 })
    const { layer, events } = createRetry({ attempts: 10, budget, backoff: 1 }, clock)
    const result = watch(layer.execute(() => Promise.reject(outage)))
    await pass(clock, 10, 1)
    expect(result.error).toBeInstanceOf(RetryExhaustedError)
    expect(result.error).toMatchObject({ attempts: 2, reason: 'budget', cause: outage })
    expect(await errorOf(layer.execute(() => Promise.reject(outage)))).toBe(outage)
    expect(events.at(-1)).toMatchObject({ type: 'gaveUp', reason: 'budget', attempts: 1 })
  })

  it('can be shared', async () => {
    const { budget, clock } = createBudget({ ratio: 0, minPerSecond: 1, ttl: 1000 })
    const one = createRetry({ budget, backoff: 1 }, clock)
    const other = createRetry({ budget, backoff: 1 }, clock)
    watch(one.layer.execute(() => Promise.reject(outage)))
    await pass(clock, 10, 1)
    expect(await errorOf(other.layer.execute(() => Promise.reject(outage)))).toBe(outage)
  })

  it('of your own may fail: the result of the call stands, and there is no further one', async () => {
    const broken = () => {
      throw new Error('the budget is broken')
    }
    const { layer, reported } = createRetry({
      budget: { balance: 1, deposit: broken, withdraw: broken },
    })
    await expect(layer.execute(() => 'fine')).resolves.toBe('fine')
    expect(reported).toHaveLength(1)
    expect(await errorOf(layer.execute(() => Promise.reject(outage)))).toBe(outage)
    expect(reported).toHaveLength(3)
  })

  it('is not touched by calls that were refused here', async () => {
    const { budget, clock } = createBudget({ ratio: 1, minPerSecond: 1, ttl: 1000 })
    const full = bulkhead(1)
    watch(full.execute(controlledCall()))
    const { layer } = createRetry({ budget, backoff: 1, retryOn: () => true }, clock)
    const result = watch(layer.execute(() => full.execute(() => 'fine')))
    await pass(clock, 10, 1)
    expect(result.error).toMatchObject({ attempts: 3, reason: 'attempts' })
    expect(budget.balance).toBe(1)
  })

  it('earns from a call that was refused here at first, once it was made', async () => {
    const { budget, clock } = createBudget({ ratio: 1, minPerSecond: 1, ttl: 1000 })
    const slot = bulkhead(1)
    const busy = controlledCall()
    watch(slot.execute(busy))
    const { layer } = createRetry({ attempts: 5, budget, backoff: 1, retryOn: () => true }, clock)
    let calls = 0
    const result = watch(
      layer.execute(() =>
        slot.execute(() => {
          if (++calls === 1) throw outage
          return 'fine'
        }),
      ),
    )
    await pass(clock, 1, 1)
    expect(budget.balance).toBe(1)
    busy.resolve('done')
    await pass(clock, 10, 1)
    expect(result.value).toBe('fine')
    // One earned for the call, one spent on its retry.
    expect([calls, budget.balance]).toEqual([2, 1])
  })

  it('keeps an outage from growing beyond its share', async () => {
    const { budget, clock } = createBudget({ ratio: 0.2, ttl: 10_000 })
    const { layer } = createRetry({ attempts: 5, budget, backoff: 1 }, clock)
    let made = 0
    for (let i = 0; i < 100; i++) {
      watch(
        layer.execute(() => {
          made++
          throw outage
        }),
      )
      await pass(clock, 10, 1)
    }
    expect(made).toBe(120)
  })
})
