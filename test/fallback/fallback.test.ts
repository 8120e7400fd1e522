import { describe, expect, it } from 'vitest'
import { isBrokenCircuit } from 'recloser'
import { FallbackFailedError, fallback } from 'recloser/fallback'
import { pipeline } from 'recloser/pipeline'
import { controlledCall } from 'recloser/testing'
import { consecutiveFailures } from 'recloser'
import { createRig, openCircuit, outage } from '../support/breakers.js'
import { errorOf, eventsOf, listenersOf, turn, watch } from '../support/layers.js'

const notFound = Object.assign(new Error('not found'), { status: 404 })

describe('a fallback', () => {
  it('is not asked when the call succeeds', async () => {
    const layer = fallback(() => {
      throw new Error('asked')
    })
    await expect(layer.execute(() => 'fine')).resolves.toBe('fine')
    await expect(layer.execute(() => undefined)).resolves.toBeUndefined()
  })

  it('answers in place of a call that failed, and knows with what', async () => {
    const asked: unknown[] = []
    const layer = fallback((error) => {
      asked.push(error)
      return 'cached'
    })
    await expect(layer.execute(() => Promise.reject(outage))).resolves.toBe('cached')
    await expect(
      layer.execute(() => {
        throw outage
      }),
    ).resolves.toBe('cached')
    expect(asked).toEqual([outage, outage])
  })

  it('answers in place of a call that the circuit rejected', async () => {
    const { breaker } = await openCircuit()
    const layer = fallback((error) => (isBrokenCircuit(error) ? 'rejected' : 'failed'))
    await expect(pipeline(layer, breaker).execute(() => 'fine')).resolves.toBe('rejected')
  })

  it('TM9: is not asked about errors it is not for', async () => {
    let asked = 0
    const layer = fallback(() => ++asked, {
      on: (error) => (error as { status?: number }).status !== 404,
    })
    expect(await errorOf(layer.execute(() => Promise.reject(notFound)))).toBe(notFound)
    expect(asked).toBe(0)
    await expect(layer.execute(() => Promise.reject(outage))).resolves.toBe(1)
  })

  it('TM8: that fails itself gives its own error, whose cause is that of the circuit', async () => {
    const { breaker } = await openCircuit()
    const empty = new Error('the cache is empty')
    const layer = fallback(() => Promise.reject(empty))
    const events = eventsOf(layer.events$)
    const error = await errorOf(pipeline(layer, breaker).execute(() => 'fine'))
    expect(error).toBeInstanceOf(FallbackFailedError)
    expect(error).toMatchObject({
      name: 'FallbackFailedError',
      code: 'ERR_FALLBACK_FAILED',
      error: empty,
      message: 'The fallback failed: the cache is empty',
    })
    const { cause } = error as FallbackFailedError
    expect(isBrokenCircuit(cause)).toBe(true)
    expect(events).toEqual([{ type: 'failed', cause, error }])
  })

  it('TO1: figures of calls and of answers stay apart', async () => {
    const { breaker } = createRig({ trip: consecutiveFailures(1) })
    const layer = fallback(() => 'cached')
    const events = eventsOf(layer.events$)
    const calls = pipeline(layer, breaker)
    for (let i = 0; i < 3; i++) await calls.execute(() => 'fine')
    await calls.execute(() => Promise.reject(outage))
    await calls.execute(() => 'fine')
    expect(breaker.stats().totals).toMatchObject({ successes: 3, failures: 1, rejected: 1 })
    expect(events).toMatchObject([
      { type: 'answered', cause: outage },
      { type: 'answered', cause: { code: 'ERR_CIRCUIT_BROKEN' } },
    ])
  })

  it('never answers for a caller who has left', async () => {
    let asked = 0
    const layer = fallback(() => ++asked)
    const caller = new AbortController()
    const { signal } = caller
    const result = watch(layer.execute(controlledCall(), { signal }))
    caller.abort('gone')
    await turn()
    expect(result.error).toBe('gone')
    expect(await errorOf(layer.execute(() => 'fine', { signal }))).toBe('gone')
    expect(asked).toBe(0)
    expect(listenersOf(signal)).toBe(0)
  })

  it('is ended by the caller while it looks for an answer', async () => {
    const answer = controlledCall<string>()
    const layer = fallback((_, signal) => answer(signal))
    const events = eventsOf(layer.events$)
    const caller = new AbortController()
    const result = watch(layer.execute(() => Promise.reject(outage), { signal: caller.signal }))
    await turn()
    expect(answer.calls[0]?.signal).toBe(caller.signal)
    caller.abort('gone')
    await turn()
    expect(result.error).toBe('gone')
    expect(listenersOf(caller.signal)).toBe(0)
    expect(events).toEqual([])
  })

  it('does not answer when `on` makes the caller leave', async () => {
    let asked = 0
    const caller = new AbortController()
    const layer = fallback(() => ++asked, {
      on: () => {
        caller.abort('gone')
        return true
      },
    })
    const result = layer.execute(() => Promise.reject(outage), { signal: caller.signal })
    expect(await errorOf(result)).toBe('gone')
    expect(asked).toBe(0)
  })

  it('takes an `on` that would answer later for no', async () => {
    const reported: unknown[] = []
    const layer = fallback(() => 'cached', {
      on: (() => Promise.resolve(true)) as never,
      onError: (error) => reported.push(error),
    })
    expect(await errorOf(layer.execute(() => Promise.reject(outage)))).toBe(outage)
    expect(reported).toEqual([new TypeError('on must return true or false, got a promise')])
  })

  it('passes the error on when `on` throws, and tells onError', async () => {
    const reported: unknown[] = []
    const layer = fallback(() => 'cached', {
      on: () => {
        throw notFound
      },
      onError: (error) => reported.push(error),
    })
    expect(await errorOf(layer.execute(() => Promise.reject(outage)))).toBe(outage)
    expect(reported).toEqual([notFound])
  })

  it('survives a subscriber that throws', async () => {
    const reported: unknown[] = []
    const layer = fallback(() => 'cached', { onError: (error) => reported.push(error) })
    layer.events$.subscribe(() => {
      throw notFound
    })
    await expect(layer.execute(() => Promise.reject(outage))).resolves.toBe('cached')
    expect(reported).toEqual([notFound])
  })

  it.each([
    [['cached'], 'fallback needs a function, got "cached"'],
    [[() => 1, { on: true }], 'on must be a function, got true'],
    [[() => 1, { only: true }], 'unknown option "only"'],
  ])('refuses %j', (args, message) => {
    expect(() => (fallback as (...args: unknown[]) => unknown)(...args)).toThrow(message)
  })
})
