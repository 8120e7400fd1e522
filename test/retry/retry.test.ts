import { Subscriber } from 'rxjs'
import { describe, expect, it } from 'vitest'
import { RetryExhaustedError, retry } from 'recloser/retry'
import { controlledCall } from 'recloser/testing'
import { bulkhead } from 'recloser/bulkhead'
import { outage } from '../support/breakers.js'
import { errorOf, listenForUnhandled, listenersOf, turn, watch } from '../support/layers.js'
import { createRetry, delaysOf, pass } from '../support/retries.js'

const notFound = Object.assign(new Error('not found'), { status: 404 })

/** Fails `failures` times with numbered errors, and then succeeds. */
function failing(failures: number) {
  const errors: Error[] = []
  const call = () => {
    if (errors.length >= failures) return 'fine'
    const error = new Error(`failure ${String(errors.length + 1)}`)
    errors.push(error)
    throw error
  }
  return { call, errors }
}

describe('a retry', () => {
  it('passes on a result at once, and says nothing of it', async () => {
    const { layer, events, clock } = createRetry()
    await expect(layer.execute(() => Promise.resolve('fine'))).resolves.toBe('fine')
    await expect(layer.execute(() => undefined)).resolves.toBeUndefined()
    expect(events).toEqual([])
    expect(clock.pendingTimers).toBe(0)
  })

  it('calls again after its delay, not before', async () => {
    const { layer, clock } = createRetry({ backoff: 100 })
    const call = controlledCall()
    const result = watch(layer.execute(call))
    call.reject(outage)
    await turn()
    clock.advance(99)
    await turn()
    expect(call.calls).toHaveLength(1)
    clock.advance(1)
    await turn()
    expect(call.calls).toHaveLength(2)
    call.resolve('fine')
    await turn()
    expect(result.value).toBe('fine')
    expect(clock.pendingTimers).toBe(0)
  })

  it('TM5: with nothing said makes three calls, with time between them', async () => {
    const { layer, clock, events } = createRetry({ backoff: undefined as never })
    const { call, errors } = failing(Infinity)
    const result = watch(layer.execute(call))
    await pass(clock, 60_000, 100)
    expect(errors).toHaveLength(3)
    expect(result.error).toBeInstanceOf(RetryExhaustedError)
    expect(delaysOf(events)).toHaveLength(2)
    for (const delay of delaysOf(events)) expect(delay).toBeGreaterThan(0)
  })

  it('that is exhausted keeps the errors of all attempts, the last as its cause', async () => {
    const { layer, clock } = createRetry({ attempts: 3 })
    const { call, errors } = failing(Infinity)
    const result = watch(layer.execute(call))
    await pass(clock, 500)
    expect(result.error).toBeInstanceOf(RetryExhaustedError)
    expect(result.error).toMatchObject({
      name: 'RetryExhaustedError',
      code: 'ERR_RETRY_EXHAUSTED',
      attempts: 3,
      reason: 'attempts',
      errors,
      cause: errors[2],
      message: '3 calls failed and no attempt is left; the last one: failure 3',
    })
  })

  it('keeps no more than the last hundred errors', async () => {
    const { layer, clock } = createRetry({ attempts: 120, backoff: 0 })
    const { call } = failing(Infinity)
    const result = watch(layer.execute(call))
    await pass(clock, 200, 1)
    const { errors, attempts } = result.error as RetryExhaustedError
    expect(attempts).toBe(120)
    expect(errors).toHaveLength(100)
    expect(errors[0]).toMatchObject({ message: 'failure 21' })
  })

  it('passes through untouched the error of the only attempt', async () => {
    const { layer } = createRetry({ attempts: 1 })
    expect(await errorOf(layer.execute(() => Promise.reject(outage)))).toBe(outage)
  })

  it('passes through untouched what is not worth a retry, at whichever attempt', async () => {
    const { layer, clock, events } = createRetry({
      retryOn: (error) => (error as { status?: number }).status !== 404,
    })
    expect(await errorOf(layer.execute(() => Promise.reject(notFound)))).toBe(notFound)
    const call = controlledCall()
    const result = watch(layer.execute(call))
    call.reject(outage)
    await pass(clock, 100)
    call.reject(notFound)
    await turn()
    expect(result.error).toBe(notFound)
    expect(events.at(-1)).toEqual({
      type: 'gaveUp',
      reason: 'notRetryable',
      attempts: 2,
      error: notFound,
    })
  })

  it('asks retryOn with the number of the attempt, and takes a throw for no', async () => {
    const asked: unknown[] = []
    const { layer, reported, clock } = createRetry({
      retryOn: (error, context) => {
        asked.push([error, context])
        if (asked.length === 2) throw notFound
        return true
      },
    })
    const result = watch(layer.execute(() => Promise.reject(outage)))
    await pass(clock, 500)
    expect(asked).toEqual([
      [outage, { attempt: 1 }],
      [outage, { attempt: 2 }],
    ])
    expect(result.error).toBe(outage)
    expect(reported).toEqual([notFound])
  })

  it('does not retry a call that was refused here, unless it is told to', async () => {
    const full = bulkhead(1)
    watch(full.execute(controlledCall()))
    const call = controlledCall()
    const { layer, events } = createRetry()
    const refused = await errorOf(layer.execute(() => full.execute(call)))
    expect(refused).toMatchObject({ code: 'ERR_BULKHEAD_FULL' })
    expect(events).toMatchObject([{ type: 'gaveUp', reason: 'notRetryable', attempts: 1 }])
    const willing = createRetry({ retryOn: () => true })
    const result = watch(willing.layer.execute(() => full.execute(call)))
    await pass(willing.clock, 500)
    expect(result.error).toMatchObject({ attempts: 3 })
  })

  it('begins no call after its deadline, and does not sleep towards it in vain', async () => {
    const { layer, clock } = createRetry({ attempts: 10, backoff: 100, deadline: 250 })
    const call = controlledCall()
    const result = watch(layer.execute(call))
    call.reject(outage)
    await pass(clock, 100)
    call.reject(outage)
    await pass(clock, 100)
    expect(call.calls).toHaveLength(3)
    call.reject(outage)
    await turn()
    expect(result.error).toMatchObject({ reason: 'deadline', attempts: 3 })
    expect(clock.pendingTimers).toBe(0)
  })

  it('may begin a call exactly at its deadline', async () => {
    const { layer, clock } = createRetry({ attempts: 10, backoff: 100, deadline: 100 })
    const call = controlledCall()
    const result = watch(layer.execute(call))
    call.reject(outage)
    await pass(clock, 100)
    call.resolve('fine')
    await turn()
    expect(result.value).toBe('fine')
  })

  it('counts its deadline from the beginning of the first call', async () => {
    const { layer, clock } = createRetry({ attempts: 10, backoff: 100, deadline: 250 })
    const call = controlledCall()
    const result = watch(layer.execute(call))
    clock.advance(200)
    call.reject(outage)
    await turn()
    expect(result.error).toBe(outage)
  })

  it('TM4: an abort ends a sleeping retry at once, with the reason of the caller', async () => {
    const { layer, clock, events } = createRetry({ backoff: 150 })
    const caller = new AbortController()
    const reason = new Error('user')
    const call = controlledCall()
    const result = watch(layer.execute(call, { signal: caller.signal }))
    call.reject(outage)
    await turn()
    clock.advance(20)
    caller.abort(reason)
    await turn()
    expect(result.error).toBe(reason)
    expect(clock.pendingTimers).toBe(0)
    expect(listenersOf(caller.signal)).toBe(0)
    clock.advance(1000)
    await turn()
    expect(call.calls).toHaveLength(1)
    expect(events.at(-1)).toEqual({
      type: 'gaveUp',
      reason: 'aborted',
      attempts: 1,
      error: reason,
    })
  })

  it('an abort ends an attempt at once, and there is no further one', async () => {
    const { layer, clock } = createRetry()
    const caller = new AbortController()
    const call = controlledCall()
    const result = watch(layer.execute(call, { signal: caller.signal }))
    expect(call.calls[0]?.signal).toBe(caller.signal)
    caller.abort('gone')
    await turn()
    expect(result.error).toBe('gone')
    call.reject(outage)
    await pass(clock, 500)
    expect(call.calls).toHaveLength(1)
    expect(listenersOf(caller.signal)).toBe(0)
  })

  it('an abort as the sleep is over comes in time: there is no further call', async () => {
    const { layer, clock, events } = createRetry()
    const caller = new AbortController()
    const call = controlledCall()
    const result = watch(layer.execute(call, { signal: caller.signal }))
    call.reject(outage)
    await turn()
    clock.advance(100)
    caller.abort('gone')
    await turn()
    expect(result.error).toBe('gone')
    expect(call.calls).toHaveLength(1)
    expect(events.at(-1)).toMatchObject({ type: 'gaveUp', reason: 'aborted' })
  })

  it.each([
    ['retryOn', (abort: () => void) => ({ retryOn: () => (abort(), true) })],
    ['the back-off', (abort: () => void) => ({ backoff: () => (abort(), 100) })],
  ])('an abort by %s ends it before it sleeps', async (_, optionsOf) => {
    const caller = new AbortController()
    const { layer, clock } = createRetry(
      optionsOf(() => {
        caller.abort('gone')
      }),
    )
    const result = watch(layer.execute(() => Promise.reject(outage), { signal: caller.signal }))
    await turn()
    expect(result.error).toBe('gone')
    expect(clock.pendingTimers).toBe(0)
    expect(listenersOf(caller.signal)).toBe(0)
  })

  it('an abort by one who is told of the retry ends it before it sleeps', async () => {
    const { layer, clock } = createRetry()
    const caller = new AbortController()
    layer.events$.subscribe(() => {
      caller.abort('gone')
    })
    const call = controlledCall()
    const result = watch(layer.execute(call, { signal: caller.signal }))
    call.reject(outage)
    await turn()
    expect(result.error).toBe('gone')
    expect(clock.pendingTimers).toBe(0)
  })

  it('takes a retryOn that would answer later for no, whatever becomes of its promise', async () => {
    const unhandled = listenForUnhandled()
    const { layer, reported } = createRetry({ retryOn: (() => Promise.reject(notFound)) as never })
    expect(await errorOf(layer.execute(() => Promise.reject(outage)))).toBe(outage)
    unhandled.stop()
    expect(reported).toEqual([
      new TypeError('retryOn must return true or false, got a promise'),
      notFound,
    ])
    expect(unhandled.errors).toEqual([])
  })

  it('makes no call for a caller who has left already', async () => {
    const { layer } = createRetry()
    const call = controlledCall()
    expect(await errorOf(layer.execute(call, { signal: AbortSignal.abort('gone') }))).toBe('gone')
    expect(call.calls).toHaveLength(0)
  })

  it('leaves no timer and no listener behind', async () => {
    const { layer, clock } = createRetry()
    const { signal } = new AbortController()
    const { call } = failing(2)
    const result = watch(layer.execute(call, { signal }))
    await pass(clock, 500)
    expect(result.value).toBe('fine')
    expect(clock.pendingTimers).toBe(0)
    expect(listenersOf(signal)).toBe(0)
  })

  it('tells what it did', async () => {
    const { layer, clock, events } = createRetry()
    const { call, errors } = failing(2)
    watch(layer.execute(call))
    await pass(clock, 500)
    expect(events).toEqual([
      { type: 'retrying', attempt: 1, delay: 100, error: errors[0] },
      { type: 'retrying', attempt: 2, delay: 100, error: errors[1] },
      { type: 'recovered', attempts: 3 },
    ])
  })

  it('survives a subscriber of any kind that throws', async () => {
    const { layer, clock, reported } = createRetry()
    const buggy = () => {
      throw notFound
    }
    // eslint-disable-next-line @typescript-eslint/no-deprecated -- as an old operator may do it
    layer.events$.subscribe(new Subscriber({ next: buggy, error: buggy, complete: buggy }))
    const result = layer.execute(failing(1).call)
    await pass(clock, 100)
    expect(await result).toBe('fine')
    expect(reported[0]).toBe(notFound)
  })

  it('survives a subscriber that throws', async () => {
    const { layer, clock, reported } = createRetry()
    layer.events$.subscribe(() => {
      throw notFound
    })
    const { call } = failing(1)
    const result = watch(layer.execute(call))
    await pass(clock, 500)
    expect(result.value).toBe('fine')
    expect(reported).toEqual([notFound, notFound])
  })

  it('works on the clock of the runtime', async () => {
    const value = await retry({ backoff: 1 }).execute(failing(1).call)
    expect(value).toBe('fine')
  })

  it.each([
    [{ attempts: 0 }, 'attempts must be an integer, at least 1, got 0'],
    [{ attempts: 1.5 }, 'attempts must be an integer'],
    [{ backoff: -1 }, 'backoff must be at least 0 and finite, got -1'],
    [{ maxDelay: 0 }, 'maxDelay must be above 0 and finite, got 0'],
    [{ deadline: 0 }, 'deadline must be above 0, got 0'],
    [{ retryOn: true }, 'retryOn must be a function'],
    [{ waitForCircuit: 'yes' }, 'waitForCircuit must be true or false, got "yes"'],
    [{ budget: {} }, 'budget must be made by createRetryBudget'],
    [{ retries: 3 }, 'unknown option "retries"'],
  ])('refuses %j', (options, message) => {
    expect(() => retry(options as never)).toThrow(message)
  })
})

describe('what a dependency asks for with Retry-After', () => {
  const busy = (seconds: number) =>
    Object.assign(new Error('busy'), { headers: { 'retry-after': String(seconds) } })

  it('is waited for, when it is longer than the back-off', async () => {
    const { layer, events } = createRetry({ backoff: 100 })
    watch(layer.execute(() => Promise.reject(busy(2))))
    await turn()
    expect(delaysOf(events)).toEqual([2000])
  })

  it('RT13: never shortens the back-off, and is cut to the cap (here maxDelay, not back-off + 5 s)', async () => {
    const { layer, events } = createRetry({ backoff: 4000, maxDelay: 9000 })
    watch(layer.execute(() => Promise.reject(busy(1))))
    watch(layer.execute(() => Promise.reject(busy(20))))
    await turn()
    expect(delaysOf(events)).toEqual([4000, 9000])
  })
})
