import { describe, expect, it } from 'vitest'
import {
  DisposedBreakerError,
  consecutiveFailures,
  isBrokenCircuit,
  isIsolatedCircuit,
} from 'recloser'
import { createRetryBudget } from 'recloser/retry'
import { pipeline } from 'recloser/pipeline'
import { controlledCall } from 'recloser/testing'
import { createRig, halfOpenCircuit, openCircuit, outage } from '../support/breakers.js'
import { errorOf, listenersOf, turn, watch } from '../support/layers.js'
import { createRetry, delaysOf, pass } from '../support/retries.js'
import type { BreakerOptions } from 'recloser'
import type { RetryOptions } from 'recloser/retry'

/** A retry around a breaker on the same clock. */
function around(
  { breaker, clock }: Pick<Awaited<ReturnType<typeof openCircuit>>, 'breaker' | 'clock'>,
  options: RetryOptions = {},
) {
  const rig = createRetry(options, clock)
  return { ...rig, breaker, calls: pipeline(rig.layer, breaker) }
}

const threeFailures: BreakerOptions = { trip: consecutiveFailures(3), breakDuration: 5000 }

describe('a retry outside a breaker', () => {
  it('RT1: makes the calls that break the circuit, and then gives its error: none is rejected in vain', async () => {
    const { breaker, calls, clock } = around(createRig(threeFailures), { attempts: 7 })
    let made = 0
    const result = watch(
      calls.execute(() => {
        made++
        throw outage
      }),
    )
    await pass(clock, 2000)
    expect(made).toBe(3)
    expect(isBrokenCircuit(result.error)).toBe(true)
    expect(result.error).toMatchObject({ cause: outage, retryAfter: 4900 })
    // The naive one runs into the open circuit four times; this one finds out once.
    expect(breaker.stats().totals.rejected).toBe(1)
  })

  it('RT2: that waits for the circuit sleeps once, as long as it says, and burns no attempt', async () => {
    const { breaker, calls, clock, events } = around(createRig(threeFailures), {
      attempts: 4,
      waitForCircuit: true,
    })
    let made = 0
    const result = watch(
      calls.execute(() => {
        if (++made <= 3) throw outage
        return 'fine'
      }),
    )
    await pass(clock, 6000, 100)
    expect(result.value).toBe('fine')
    expect(made).toBe(4)
    expect(delaysOf(events)).toEqual([100, 100, 100, 4900])
    expect(events.at(-1)).toEqual({ type: 'recovered', attempts: 4 })
    expect(breaker.state).toBe('closed')
    expect(clock.pendingTimers).toBe(0)
  })

  it('around a breaker that was disposed of gives up at once: no call will ever be made', async () => {
    const rig = createRig()
    const { calls } = around(rig)
    rig.breaker.dispose()
    let runs = 0
    const error = await errorOf(calls.execute(() => runs++))
    expect(error).toBeInstanceOf(DisposedBreakerError)
    expect(runs).toBe(0)
  })

  it('TM1: around a circuit that breaks at once calls a dead dependency once', async () => {
    const { calls, clock } = around(createRig({ trip: consecutiveFailures(1) }), { attempts: 3 })
    let made = 0
    const result = watch(
      calls.execute(() => {
        made++
        throw outage
      }),
    )
    await pass(clock, 100)
    expect(made).toBe(1)
    expect(isBrokenCircuit(result.error)).toBe(true)
    expect(clock.pendingTimers).toBe(1) // of the break
  })

  it('gives the error of an open circuit at once and untouched', async () => {
    const { calls, events } = around(await openCircuit())
    const call = controlledCall()
    const error = await errorOf(calls.execute(call))
    expect(error).toMatchObject({ code: 'ERR_CIRCUIT_BROKEN', retryAfter: 1000 })
    expect(call.calls).toHaveLength(0)
    expect(events).toEqual([{ type: 'gaveUp', reason: 'circuit', attempts: 0, error }])
  })

  it('TM2: makes the next attempt when the break is over, and not before', async () => {
    const { calls, clock } = around(await openCircuit({ breakDuration: 500 }), {
      waitForCircuit: true,
    })
    const call = controlledCall()
    const result = watch(calls.execute(call))
    await pass(clock, 490)
    clock.advance(9)
    await turn()
    expect(call.calls).toHaveLength(0)
    clock.advance(1)
    await turn()
    expect(call.calls).toHaveLength(1)
    call.resolve('fine')
    await turn()
    expect(result.value).toBe('fine')
  })

  it('does not wait when the deadline does not allow it', async () => {
    const { calls, clock } = around(await openCircuit({ breakDuration: 5000 }), {
      waitForCircuit: true,
      deadline: 4999,
    })
    expect(await errorOf(calls.execute(() => 'fine'))).toMatchObject({ retryAfter: 5000 })
    expect(clock.pendingTimers).toBe(1) // of the break
  })

  it('does not wait longer than five minutes when it is given no deadline', async () => {
    const options = { breakDuration: 300_001, maxBreakDuration: 600_000 }
    const { calls } = around(await openCircuit(options), { waitForCircuit: true })
    expect(await errorOf(calls.execute(() => 'fine'))).toMatchObject({ retryAfter: 300_001 })
    const shorter = around(await openCircuit({ breakDuration: 300_000 }), { waitForCircuit: true })
    const result = watch(shorter.calls.execute(() => 'fine'))
    await turn()
    expect(result.state).toBe('pending')
  })

  it('never waits for an isolated circuit', async () => {
    const rig = createRig()
    rig.breaker.isolate('maintenance')
    const { calls } = around(rig, { waitForCircuit: true })
    expect(isIsolatedCircuit(await errorOf(calls.execute(() => 'fine')))).toBe(true)
  })

  it('never waits for a circuit that somebody must reset', async () => {
    const { calls } = around(await openCircuit({ breakDuration: Infinity }), {
      waitForCircuit: true,
      deadline: Infinity,
    })
    expect(await errorOf(calls.execute(() => 'fine'))).toMatchObject({ retryAfter: Infinity })
  })

  it('while another probe is under way waits by its back-off, which grows: never a hot loop', async () => {
    const half = await halfOpenCircuit()
    const probe = controlledCall()
    watch(half.breaker.execute(probe))
    const { calls, clock, events } = around(half, {
      waitForCircuit: true,
      backoff: ({ attempt }) => attempt * 100,
    })
    let made = 0
    const result = watch(calls.execute(() => ++made))
    await pass(clock, 600)
    expect(delaysOf(events)).toEqual([100, 200, 300, 400])
    expect(made).toBe(0)
    probe.resolve('fine')
    await pass(clock, 400)
    expect(result.value).toBe(1)
  })

  it('while another probe is under way gives up by default', async () => {
    const half = await halfOpenCircuit()
    watch(half.breaker.execute(controlledCall()))
    const { calls } = around(half)
    expect(await errorOf(calls.execute(() => 'fine'))).toMatchObject({ state: 'halfOpen' })
  })

  it('is ended by an abort while it waits for the circuit', async () => {
    const { calls, clock } = around(await openCircuit(), { waitForCircuit: true })
    const caller = new AbortController()
    const result = watch(calls.execute(() => 'fine', { signal: caller.signal }))
    await pass(clock, 100)
    caller.abort('gone')
    await turn()
    expect(result.error).toBe('gone')
    expect(listenersOf(caller.signal)).toBe(0)
    expect(clock.pendingTimers).toBe(1) // of the break
  })

  it('RT12: rejections of the circuit neither cost nor earn budget', async () => {
    const open = await openCircuit()
    const { clock } = open
    const budget = createRetryBudget({ ratio: 1, minPerSecond: 1, ttl: 1000, clock })
    const { calls } = around(open, { budget, waitForCircuit: true })
    expect(budget.balance).toBe(1)
    const result = watch(calls.execute(() => 'fine'))
    await turn()
    expect(budget.balance).toBe(1)
    await pass(clock, 1000)
    // The call that was made in the end has earned its share.
    expect(result.value).toBe('fine')
    expect(budget.balance).toBe(2)
  })
})
