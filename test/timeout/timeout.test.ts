import { describe, expect, it } from 'vitest'
import { controlledCall, createFakeClock } from 'recloser/testing'
import { TimeoutError, timeout } from 'recloser/timeout'
import { pipeline } from 'recloser/pipeline'
import { createRig, halfOpenCircuit, outage } from '../support/breakers.js'
import {
  errorOf,
  eventsOf,
  listenForUnhandled,
  listenersOf,
  turn,
  watch,
} from '../support/layers.js'

function createTimeout(duration = 50) {
  const clock = createFakeClock()
  const reported: unknown[] = []
  const layer = timeout({ duration, clock, onError: (error) => reported.push(error) })
  return { clock, layer, reported }
}

describe('a timeout', () => {
  it('passes on what the call gives, and its errors untouched', async () => {
    const { layer, clock } = createTimeout()
    await expect(layer.execute(() => 'fine')).resolves.toBe('fine')
    await expect(layer.execute(() => Promise.resolve(undefined))).resolves.toBeUndefined()
    expect(await errorOf(layer.execute(() => Promise.reject(outage)))).toBe(outage)
    expect(
      await errorOf(
        layer.execute(() => {
          throw outage
        }),
      ),
    ).toBe(outage)
    expect(clock.pendingTimers).toBe(0)
  })

  it('rejects at its time, not before, and says how long the call had', async () => {
    const { layer, clock } = createTimeout(2000)
    const result = watch(layer.execute(controlledCall()))
    clock.advance(1999)
    await turn()
    expect(result.state).toBe('pending')
    clock.advance(1)
    await turn()
    expect(result.error).toBeInstanceOf(TimeoutError)
    expect(result.error).toMatchObject({
      name: 'TimeoutError',
      code: 'ERR_CALL_TIMEOUT',
      timeout: 2000,
      message: 'The call did not end within 2 s',
    })
    expect(clock.pendingTimers).toBe(0)
  })

  it('aborts the signal of the call with the same error', async () => {
    const { layer, clock } = createTimeout()
    const call = controlledCall()
    const result = watch(layer.execute(call))
    expect(call.calls[0]?.signal.aborted).toBe(false)
    clock.advance(50)
    await turn()
    expect(call.calls[0]?.signal.aborted).toBe(true)
    expect(call.calls[0]?.signal.reason).toBe(result.error)
  })

  it('leaves no timer and no listener behind, however the call ends', async () => {
    const { layer, clock } = createTimeout()
    const caller = new AbortController()
    const call = controlledCall()
    for (const end of [
      () => call.resolve('fine'),
      () => call.reject(outage),
      () => clock.advance(50),
    ]) {
      watch(layer.execute(call, { signal: caller.signal }))
      expect(clock.pendingTimers).toBe(1)
      expect(listenersOf(caller.signal)).toBe(1)
      end()
      await turn()
      expect(clock.pendingTimers).toBe(0)
      expect(listenersOf(caller.signal)).toBe(0)
    }
    watch(layer.execute(call, { signal: caller.signal }))
    caller.abort()
    await turn()
    expect(clock.pendingTimers).toBe(0)
    expect(listenersOf(caller.signal)).toBe(0)
  })

  it('TG6: ignores what a call gives after its time: no unhandled rejection, no second event', async () => {
    const unhandled = listenForUnhandled()
    const { layer, clock } = createTimeout()
    const events = eventsOf(layer.events$)
    const [late, lateToo] = [controlledCall(), controlledCall()]
    const results = [watch(layer.execute(late)), watch(layer.execute(lateToo))]
    clock.advance(50)
    await turn()
    late.resolve('late')
    lateToo.reject(outage)
    await turn()
    unhandled.stop()
    for (const { error } of results) expect(error).toBeInstanceOf(TimeoutError)
    expect(events).toEqual(results.map(({ error }) => ({ type: 'timeout', error })))
    expect(unhandled.errors).toEqual([])
  })

  it('TG7: keeps the reason of a caller who aborts, and tells of no timeout', async () => {
    const { layer, clock } = createTimeout()
    const events = eventsOf(layer.events$)
    const caller = new AbortController()
    const call = controlledCall()
    const reason = new Error('user')
    const result = watch(layer.execute(call, { signal: caller.signal }))
    clock.advance(20)
    caller.abort(reason)
    await turn()
    expect(result.error).toBe(reason)
    expect(call.calls[0]?.signal.reason).toBe(reason)
    clock.advance(1000)
    await turn()
    expect(events).toEqual([])
  })

  it('makes no call for a caller who has left already', async () => {
    const { layer, clock } = createTimeout()
    const call = controlledCall()
    expect(await errorOf(layer.execute(call, { signal: AbortSignal.abort('gone') }))).toBe('gone')
    expect(call.calls).toHaveLength(0)
    expect(clock.pendingTimers).toBe(0)
  })

  it('hears a caller who leaves while the call begins', async () => {
    const { layer, clock } = createTimeout()
    const caller = new AbortController()
    const result = layer.execute(
      () => {
        caller.abort('gone')
        return new Promise(() => undefined)
      },
      { signal: caller.signal },
    )
    expect(await errorOf(result)).toBe('gone')
    expect(clock.pendingTimers).toBe(0)
  })

  it('holds for longer than a timer can', async () => {
    const { layer, clock } = createTimeout(2 ** 31)
    const result = watch(layer.execute(controlledCall()))
    clock.advance(2 ** 31 - 1)
    await turn()
    expect(result.state).toBe('pending')
    clock.advance(1)
    await turn()
    expect(result.error).toBeInstanceOf(TimeoutError)
  })

  it('with Infinity arms no timer', async () => {
    const { layer, clock } = createTimeout(Infinity)
    const call = controlledCall()
    const result = watch(layer.execute(call))
    expect(clock.pendingTimers).toBe(0)
    call.resolve('fine')
    await turn()
    expect(result.value).toBe('fine')
  })

  it('survives a subscriber that throws, and tells onError', async () => {
    const { layer, clock, reported } = createTimeout()
    layer.events$.subscribe(() => {
      throw outage
    })
    const heard = eventsOf(layer.events$)
    const result = watch(layer.execute(controlledCall()))
    clock.advance(50)
    await turn()
    expect(result.error).toBeInstanceOf(TimeoutError)
    expect(heard).toHaveLength(1)
    expect(reported).toEqual([outage])
  })

  it('takes the milliseconds alone, on the clock of the runtime', async () => {
    const error = await timeout(1)
      .execute(() => new Promise(() => undefined))
      .catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(TimeoutError)
  })

  it.each([
    [0, 'duration must be above 0, got 0'],
    [-1, 'duration must be above 0, got -1'],
    [NaN, 'duration must be above 0, got NaN'],
    ['2s', 'duration must be a number, above 0, got "2s"'],
    [{ duration: 1, limit: 2 }, 'unknown option "limit"'],
    [{ duration: 1, clock: {} }, 'clock must have the methods'],
    [{ duration: 1, onError: 1 }, 'onError must be a function'],
  ])('refuses %j', (limit, message) => {
    expect(() => timeout(limit as number)).toThrow(message)
  })

  it('refuses what is no function, and a signal that is none', async () => {
    const { layer } = createTimeout()
    expect(await errorOf(layer.execute('fn' as never))).toMatchObject({
      message: 'fn must be a function, got "fn"',
    })
    expect(await errorOf(layer.execute(() => 1, { signal: {} as never }))).toMatchObject({
      message: 'signal must be an AbortSignal, got an object',
    })
  })
})

describe('a timeout within a breaker', () => {
  it('TG4: a hanging call is one failure, at its time, and its signal is aborted', async () => {
    const { breaker, clock } = createRig()
    const outcomes = eventsOf(breaker.outcomes$)
    const call = controlledCall()
    const result = watch(pipeline(breaker, timeout({ duration: 50, clock })).execute(call))
    clock.advance(49)
    await turn()
    expect(result.state).toBe('pending')
    clock.advance(1)
    await turn()
    expect(result.error).toBeInstanceOf(TimeoutError)
    expect(call.calls[0]?.signal.aborted).toBe(true)
    call.reject(outage)
    await turn()
    expect(outcomes).toMatchObject([{ kind: 'failure', duration: 50, error: result.error }])
    expect(breaker.stats()).toMatchObject({ failures: 1, throughput: 1 })
  })

  it('is ended by the lease of a probe', async () => {
    const { breaker, clock } = await halfOpenCircuit({ halfOpen: { probeLease: 100 } })
    const call = controlledCall()
    const layer = timeout({ duration: 5000, clock })
    const result = watch(pipeline(breaker, layer).execute(call))
    clock.advance(100)
    await turn()
    expect(call.calls[0]?.signal.aborted).toBe(true)
    expect(result.error).toMatchObject({ code: 'ERR_PROBE_TIMEOUT' })
    expect(clock.pendingTimers).toBe(1) // of the break
  })
})
