import pRetry from 'p-retry'
import { describe, expect, it } from 'vitest'
import { consecutiveFailures, isBrokenCircuit } from 'recloser'
import { createRetryBudget, pRetryOptions } from 'recloser/retry'
import { createFakeClock } from 'recloser/testing'
import { createRig, openCircuit, outage } from '../support/breakers.js'
import { turn, watch } from '../support/layers.js'
import { pass } from '../support/retries.js'

/** As often as p-retry would like, and without its own delays, for these are on real time. */
const quick = { retries: 5, minTimeout: 0, maxTimeout: 0 }

describe('pRetryOptions, for p-retry', () => {
  it('retries what fails, as p-retry does', async () => {
    let made = 0
    const value = await pRetry(
      () => {
        if (++made < 3) throw outage
        return 'fine'
      },
      { ...quick, ...pRetryOptions() },
    )
    expect([value, made]).toEqual(['fine', 3])
  })

  it('makes no call that the circuit would reject', async () => {
    const { breaker, clock } = createRig({ trip: consecutiveFailures(2) })
    let made = 0
    const error: unknown = await pRetry(
      () =>
        breaker.execute(() => {
          made++
          throw outage
        }),
      { ...quick, ...pRetryOptions({ clock }) },
    ).catch((reason: unknown) => reason)
    expect(isBrokenCircuit(error)).toBe(true)
    expect(made).toBe(2)
    expect(breaker.stats().totals.rejected).toBe(1)
  })

  it('waits for the circuit when it is asked to, at the cost of no retry', async () => {
    const { breaker, clock } = await openCircuit({ breakDuration: 500 })
    const consumed: number[] = []
    const result = watch(
      pRetry(() => breaker.execute(() => 'fine'), {
        ...quick,
        retries: 1,
        ...pRetryOptions({ waitForCircuit: true, clock }),
        onFailedAttempt: ({ retriesConsumed }) => {
          consumed.push(retriesConsumed)
        },
      }),
    )
    await pass(clock, 490)
    expect(result.state).toBe('pending')
    await pass(clock, 10)
    expect(result.value).toBe('fine')
    expect(consumed).toEqual([0])
  })

  it('is ended by its signal while it waits', async () => {
    const { breaker, clock } = await openCircuit()
    const caller = new AbortController()
    const result = watch(
      pRetry(() => breaker.execute(() => 'fine'), {
        ...quick,
        ...pRetryOptions({ waitForCircuit: true, clock, signal: caller.signal }),
      }),
    )
    await pass(clock, 100)
    caller.abort('gone')
    await turn()
    expect(result.error).toBe('gone')
    expect(clock.pendingTimers).toBe(1) // of the break
  })

  it('asks retryOn, and keeps to the budget', async () => {
    const never = { ...quick, ...pRetryOptions({ retryOn: () => false }) }
    let made = 0
    const fail = () => {
      made++
      throw outage
    }
    await expect(pRetry(fail, never)).rejects.toBe(outage)
    expect(made).toBe(1)
    const clock = createFakeClock()
    const budget = createRetryBudget({ ratio: 0, minPerSecond: 2, ttl: 1000, clock })
    await expect(pRetry(fail, { ...quick, ...pRetryOptions({ budget, clock }) })).rejects.toBe(
      outage,
    )
    expect(made).toBe(4)
  })

  it('refuses options that mean nothing here', () => {
    expect(() => pRetryOptions({ retries: 1 } as never)).toThrow('unknown option "retries"')
    expect(() => pRetryOptions({ signal: {} as never })).toThrow(
      'signal must be an AbortSignal, got an object',
    )
  })
})
