import { defer, lastValueFrom, of, retry, throwError } from 'rxjs'
import { describe, expect, it } from 'vitest'
import { isBrokenCircuit, protect } from 'recloser'
import { createRetryBudget, retryDelay } from 'recloser/retry'
import { createFakeClock } from 'recloser/testing'
import { openCircuit, outage } from '../support/breakers.js'
import { watch } from '../support/layers.js'
import { pass } from '../support/retries.js'

/** A stream that fails `failures` times. */
function failing(failures: number) {
  const stream = { subscriptions: 0 }
  const source$ = defer(() => {
    stream.subscriptions++
    return stream.subscriptions <= failures ? throwError(() => outage) : of('fine')
  })
  return Object.assign(stream, { source$ })
}

describe('retryDelay, for the retry of rxjs', () => {
  it('subscribes again after its back-off', async () => {
    const clock = createFakeClock()
    const stream = failing(2)
    const retried$ = stream.source$.pipe(retry({ delay: retryDelay({ backoff: 100, clock }) }))
    const result = watch(lastValueFrom(retried$))
    await pass(clock, 90)
    expect(stream.subscriptions).toBe(1)
    await pass(clock, 110)
    expect(result.value).toBe('fine')
    expect(clock.pendingTimers).toBe(0)
  })

  it('ends with the last error when no attempt is left, or it is not worth one', async () => {
    const clock = createFakeClock()
    const stream = failing(Infinity)
    const exhausted$ = stream.source$.pipe(
      retry({ delay: retryDelay({ attempts: 3, backoff: 1, clock }) }),
    )
    const result = watch(lastValueFrom(exhausted$))
    await pass(clock, 10, 1)
    expect(result.error).toBe(outage)
    expect(stream.subscriptions).toBe(3)
    const picky$ = stream.source$.pipe(
      retry({ delay: retryDelay({ retryOn: () => false, clock }) }),
    )
    const refused = watch(lastValueFrom(picky$))
    await pass(clock, 10, 1)
    expect(refused.error).toBe(outage)
    expect(stream.subscriptions).toBe(4)
  })

  it('does not subscribe again while the circuit is open', async () => {
    const { breaker, clock } = await openCircuit()
    const stream = failing(0)
    const guarded$ = stream.source$.pipe(protect(breaker), retry({ delay: retryDelay({ clock }) }))
    const result = watch(lastValueFrom(guarded$))
    await pass(clock, 10)
    expect(isBrokenCircuit(result.error)).toBe(true)
    expect(stream.subscriptions).toBe(0)
  })

  it('waits for the circuit when it is asked to', async () => {
    const { breaker, clock } = await openCircuit({ breakDuration: 500 })
    const stream = failing(0)
    const guarded$ = stream.source$.pipe(
      protect(breaker),
      retry({ delay: retryDelay({ waitForCircuit: true, clock }) }),
    )
    const result = watch(lastValueFrom(guarded$))
    await pass(clock, 490)
    expect(result.state).toBe('pending')
    await pass(clock, 10)
    expect(result.value).toBe('fine')
    expect(breaker.state).toBe('closed')
  })

  it('counts a wait as an attempt: even an endless outage ends', async () => {
    const { breaker, clock } = await openCircuit({ breakDuration: 500 })
    const guarded$ = failing(Infinity).source$.pipe(
      protect(breaker),
      retry({ delay: retryDelay({ attempts: 3, waitForCircuit: true, clock }) }),
    )
    const result = watch(lastValueFrom(guarded$))
    await pass(clock, 5000)
    expect(result.state).toBe('rejected')
  })

  it('keeps to the budget', async () => {
    const clock = createFakeClock()
    const budget = createRetryBudget({ ratio: 0, minPerSecond: 1, ttl: 1000, clock })
    const stream = failing(Infinity)
    const retried$ = stream.source$.pipe(
      retry({ delay: retryDelay({ attempts: 10, backoff: 1, budget, clock }) }),
    )
    const result = watch(lastValueFrom(retried$))
    await pass(clock, 20, 1)
    expect(result.error).toBe(outage)
    expect(stream.subscriptions).toBe(2)
  })

  it('leaves no timer behind when it is unsubscribed', async () => {
    const clock = createFakeClock()
    const retried$ = failing(1).source$.pipe(retry({ delay: retryDelay({ backoff: 100, clock }) }))
    const subscription = retried$.subscribe()
    await pass(clock, 10)
    expect(clock.pendingTimers).toBe(1)
    subscription.unsubscribe()
    expect(clock.pendingTimers).toBe(0)
  })

  it('refuses options that mean nothing here', () => {
    expect(() => retryDelay({ tries: 1 } as never)).toThrow('unknown option "tries"')
    expect(() => retryDelay({ deadline: 100 } as never)).toThrow('unknown option "deadline"')
  })
})
