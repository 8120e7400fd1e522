import { describe, expect, it } from 'vitest'
import { BehaviorSubject } from 'rxjs'
import { isBrokenCircuit, isIsolatedCircuit } from 'recloser'
import { BulkheadFullError, bulkhead } from 'recloser/bulkhead'
import { isRefusal } from 'recloser/core'
import { pipeline } from 'recloser/pipeline'
import { RateLimitedError } from 'recloser/rate-limiter'
import { controlledCall } from 'recloser/testing'
import { createRig, fail, halfOpenCircuit, openCircuit, outage } from '../support/breakers.js'
import { errorOf, listenersOf, turn, watch } from '../support/layers.js'
import { createLimiter, onePer } from '../support/limiters.js'
import { createRetry, delaysOf, pass } from '../support/retries.js'
import type { CircuitState } from 'recloser'

describe('a limiter as a layer', () => {
  it('passes on what the call gives, and its errors untouched', async () => {
    const { limiter } = createLimiter({ limit: 10 })
    await expect(limiter.execute(() => 'fine')).resolves.toBe('fine')
    expect(await errorOf(limiter.execute(() => Promise.reject(outage)))).toBe(outage)
    expect(limiter.available).toBe(8)
  })

  it('refuses at once, and says exactly when to come again', async () => {
    const { limiter } = createLimiter(onePer(100))
    await limiter.execute(() => 'fine')
    const call = controlledCall()
    const error = await errorOf(limiter.execute(call))
    expect(error).toBeInstanceOf(RateLimitedError)
    expect(error).toMatchObject({
      reason: 'limit',
      retryAfter: 100,
      message: 'The rate limit is reached; try again in 100 ms',
    })
    expect(isRefusal(error)).toBe(true)
    expect(call.calls).toHaveLength(0)
  })

  it('waits when it is told to', async () => {
    const { limiter, clock } = createLimiter({ ...onePer(100), whenEmpty: 'wait' })
    await limiter.execute(() => 'fine')
    const call = controlledCall()
    const caller = new AbortController()
    const result = watch(limiter.execute(call, { signal: caller.signal }))
    await pass(clock, 90)
    expect(call.calls).toHaveLength(0)
    await pass(clock, 10)
    expect(call.calls[0]?.signal).toBe(caller.signal)
    call.resolve('fine')
    await turn()
    expect(result.value).toBe('fine')
    expect(listenersOf(caller.signal)).toBe(0)
    expect(clock.pendingTimers).toBe(0)
  })

  it('makes no call for a caller who left as the token came, and gives the token back', async () => {
    const { limiter, clock } = createLimiter({ ...onePer(100), whenEmpty: 'wait' })
    await limiter.execute(() => 'fine')
    const call = controlledCall()
    const caller = new AbortController()
    const result = watch(limiter.execute(call, { signal: caller.signal }))
    clock.advance(100)
    caller.abort('gone')
    await turn()
    expect(result.error).toBe('gone')
    expect(call.calls).toHaveLength(0)
    expect(limiter.available).toBe(1)
  })

  it('makes no call for a caller who leaves as others are served before it', async () => {
    const { limiter, clock } = createLimiter({ ...onePer(100), whenEmpty: 'wait' })
    const caller = new AbortController()
    limiter.events$.subscribe(({ type }) => {
      if (type === 'granted') caller.abort('gone')
    })
    await limiter.acquire()
    watch(limiter.acquire())
    clock.block(150)
    const call = controlledCall()
    expect(await errorOf(limiter.execute(call, { signal: caller.signal }))).toBe('gone')
    expect([call.calls.length, limiter.queued]).toEqual([0, 0])
  })

  it('ends a call at once when its caller leaves; the token is spent', async () => {
    const { limiter } = createLimiter({ limit: 2 })
    const caller = new AbortController()
    const result = watch(limiter.execute(controlledCall(), { signal: caller.signal }))
    caller.abort('gone')
    await turn()
    expect(result.error).toBe('gone')
    expect(limiter.available).toBe(1)
    expect(listenersOf(caller.signal)).toBe(0)
  })

  it('takes as many tokens as a call costs', async () => {
    const { limiter } = createLimiter({ limit: 5 })
    await limiter.execute(() => 'fine', { tokens: 4 })
    expect(limiter.available).toBe(1)
  })
})

describe('a limiter outside a breaker', () => {
  it('gets the token back of a call that the circuit rejects', async () => {
    const { breaker, clock } = await openCircuit()
    const { limiter, events } = createLimiter({ limit: 3 }, clock)
    for (let i = 0; i < 10; i++)
      expect(isBrokenCircuit(await errorOf(pipeline(limiter, breaker).execute(() => 1)))).toBe(true)
    expect(limiter.available).toBe(3)
    expect(events).toEqual(Array(10).fill({ type: 'refunded', tokens: 1 }))
  })

  it('gets it back while other calls have been under way for long', async () => {
    const { breaker, clock } = await openCircuit({ breakDuration: 60_000 })
    const { limiter } = createLimiter({ limit: 3, interval: 3000 }, clock)
    watch(limiter.execute(controlledCall()))
    await pass(clock, 1000, 500)
    watch(limiter.execute(controlledCall()))
    expect(limiter.available).toBe(2)
    await errorOf(pipeline(limiter, breaker).execute(() => 1))
    expect(limiter.available).toBe(2)
  })

  it('a call that a full bulkhead refuses gives its token back as well', async () => {
    const { limiter } = createLimiter({ limit: 3 })
    const full = bulkhead(1)
    watch(full.execute(controlledCall()))
    await errorOf(pipeline(limiter, full).execute(() => 1))
    expect(limiter.available).toBe(3)
  })

  it('hands a token that came back to who waits for one', async () => {
    const { limiter } = createLimiter(onePer(1000))
    const call = controlledCall()
    watch(limiter.execute(call))
    const waiting = watch(limiter.acquire())
    await turn()
    expect(waiting.state).toBe('pending')
    call.reject(new BulkheadFullError(1, 0))
    await turn()
    expect(waiting.state).toBe('fulfilled')
  })

  it('RL10: lets go of everybody who waits when the circuit opens: none of the calls is made', async () => {
    const { breaker, clock } = createRig()
    const { limiter, events } = createLimiter(
      { ...onePer(100), whenEmpty: 'wait', circuit: breaker },
      clock,
    )
    const calls = pipeline(limiter, breaker)
    await calls.execute(() => 'fine')
    const call = controlledCall()
    const waiting = [1, 2, 3].map(() => watch(calls.execute(call)))
    const reservation = limiter.reserve()
    await fail(breaker, 9)
    await turn()
    expect(breaker.state).toBe('open')
    for (const { error } of waiting) {
      expect(isBrokenCircuit(error)).toBe(true)
      expect(error).toMatchObject({ state: 'open', retryAfter: 30_000, cause: outage })
    }
    expect(reservation?.state).toBe('cancelled')
    expect(call.calls).toHaveLength(0)
    expect(limiter).toMatchObject({ queued: 0, available: 0 })
    expect(events.filter(({ type }) => type === 'released')).toHaveLength(4)
    expect(clock.pendingTimers).toBe(1) // of the break
  })

  it('lets go of them when it is isolated, too', async () => {
    const { breaker, clock } = createRig()
    const { limiter } = createLimiter(
      { ...onePer(100), whenEmpty: 'wait', circuit: breaker },
      clock,
    )
    await limiter.execute(() => 'fine')
    const waiting = watch(limiter.execute(() => 'fine'))
    breaker.isolate('maintenance')
    await turn()
    expect(isIsolatedCircuit(waiting.error)).toBe(true)
  })

  it('a retry outside waits for the circuit when it opens while a token is waited for', async () => {
    const { breaker, clock } = createRig({ breakDuration: 5000 })
    const { limiter } = createLimiter(
      { ...onePer(1000), whenEmpty: 'wait', circuit: breaker },
      clock,
    )
    const { layer, events } = createRetry({ waitForCircuit: true }, clock)
    const calls = pipeline(layer, limiter, breaker)
    await calls.execute(() => 'fine')
    const call = controlledCall()
    const result = watch(calls.execute(call))
    await fail(breaker, 9)
    await turn()
    expect(delaysOf(events)).toEqual([5000])
    await pass(clock, 4990)
    expect(call.calls).toHaveLength(0)
    await pass(clock, 10)
    call.resolve('recovered')
    await turn()
    expect(result.value).toBe('recovered')
  })

  it('lets nobody go when the circuit would not reject the call', async () => {
    const state$ = new BehaviorSubject<CircuitState>('closed')
    const circuit = { state$, rejection: () => undefined }
    const { limiter, clock } = createLimiter({ ...onePer(100), circuit })
    await limiter.acquire()
    const waiting = watch(limiter.acquire())
    state$.next('open')
    clock.advance(100)
    await turn()
    expect(waiting.state).toBe('fulfilled')
  })

  it('listens to the circuit only while somebody waits', async () => {
    const state$ = new BehaviorSubject<CircuitState>('open')
    const circuit = { state$, rejection: () => outage }
    const { limiter, clock } = createLimiter({ ...onePer(100), circuit })
    await limiter.acquire()
    expect(state$.observed).toBe(false)
    // Open already: its break may be over, and this call the probe.
    const waiting = watch(limiter.acquire())
    expect(state$.observed).toBe(true)
    clock.advance(100)
    await turn()
    expect(waiting.state).toBe('fulfilled')
    expect(state$.observed).toBe(false)
    limiter.reserve()
    expect(state$.observed).toBe(true)
    clock.advance(100)
    expect(state$.observed).toBe(false)
    expect(clock.pendingTimers).toBe(0)
  })

  it('lives on when the stream of the circuit fails or ends', async () => {
    const state$ = new BehaviorSubject<CircuitState>('closed')
    const circuit = { state$, rejection: () => outage }
    const { limiter, clock } = createLimiter({ ...onePer(100), circuit })
    await limiter.acquire()
    const waiting = watch(limiter.acquire())
    state$.error(outage)
    clock.advance(100)
    await turn()
    expect(waiting.state).toBe('fulfilled')
  })
})

describe('a limiter inside a breaker', () => {
  it('TM6: its refusals, inside or outside, are nothing to the breaker', async () => {
    const { breaker, clock } = createRig()
    const { limiter } = createLimiter(onePer(100_000), clock)
    const [inside, outside] = [pipeline(breaker, limiter), pipeline(limiter, breaker)]
    await inside.execute(() => 'fine')
    for (let i = 0; i < 10; i++) {
      expect(await errorOf(inside.execute(() => 'fine'))).toBeInstanceOf(RateLimitedError)
      expect(await errorOf(outside.execute(() => 'fine'))).toBeInstanceOf(RateLimitedError)
    }
    expect(breaker.state).toBe('closed')
    expect(breaker.stats()).toMatchObject({ throughput: 1, successes: 1, failures: 0, rejected: 0 })
  })

  it('H29: a probe that it refuses leaves the break as it was, and the next may probe at once', async () => {
    const { breaker, clock } = await halfOpenCircuit()
    const { limiter } = createLimiter(onePer(100), clock)
    limiter.tryAcquire()
    const calls = pipeline(breaker, limiter)
    const { failures } = breaker.stats().totals
    const { consecutiveBreaks } = breaker.stats()
    expect(await errorOf(calls.execute(() => 'fine'))).toBeInstanceOf(RateLimitedError)
    expect(breaker.state).toBe('open')
    expect(breaker.retryAfter).toBe(0)
    expect(breaker.stats()).toMatchObject({ consecutiveBreaks, totals: { failures } })
    clock.advance(100)
    await expect(calls.execute(() => 'fine')).resolves.toBe('fine')
    expect(breaker.state).toBe('closed')
  })
})
