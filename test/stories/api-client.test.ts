import { describe, expect, it } from 'vitest'
import { consecutiveFailures, createBreaker, isBrokenCircuit } from 'recloser'
import { fallback } from 'recloser/fallback'
import { pipeline } from 'recloser/pipeline'
import { retry } from 'recloser/retry'
import { createFakeClock } from 'recloser/testing'
import { timeout } from 'recloser/timeout'
import { moves } from '../support/breakers.js'
import { eventsOf, watch } from '../support/layers.js'
import { pass } from '../support/retries.js'
import type { BreakerOptions, Transition } from 'recloser'
import type { RetryOptions } from 'recloser/retry'

class HttpError extends Error {
  constructor(readonly status: number) {
    super(`status ${String(status)}`)
  }
}

/** A server that answers its n-th call, from 1, with a status; 0 stands for no answer at all. */
function serverThat(answers: (call: number) => number) {
  const server = {
    calls: 0,
    get: async () => {
      const status = answers(++server.calls)
      if (status === 0) await new Promise(() => undefined)
      if (status >= 400) throw new HttpError(status)
      return 'fine'
    },
  }
  return server
}

/** A client as one would build it: retry around breaker around timeout. */
function createClient(retries: RetryOptions = {}, options: BreakerOptions = {}) {
  const clock = createFakeClock()
  const breaker = createBreaker('api', { clock, breakDuration: 5000, ...options })
  const retryLayer = retry({ backoff: 50, clock, ...retries })
  const transitions: Transition[] = eventsOf(breaker.transitions$)
  const client = pipeline(retryLayer, breaker, timeout({ duration: 200, clock }))
  return { clock, breaker, client, transitions, events: eventsOf(retryLayer.events$) }
}

describe('a client of an API', () => {
  it('answers every request while calls fail now and then, and its circuit stays closed', async () => {
    const { client, clock, breaker, events } = createClient()
    // Every fourth call fails, the sixth is not answered.
    const api = serverThat((call) => (call === 6 ? 0 : call % 4 === 0 ? 503 : 200))
    for (let request = 1; request <= 20; request++) {
      const answer = watch(client.execute(api.get))
      await pass(clock, 500, 50)
      expect(answer.value).toBe('fine')
    }
    expect(breaker.state).toBe('closed')
    expect(breaker.stats().totals).toMatchObject({ successes: 20, failures: api.calls - 20 })
    expect(breaker.stats().errorBreakdown).toMatchObject({ TimeoutError: 1 })
    expect(events.filter(({ type }) => type === 'recovered')).toHaveLength(api.calls - 20)
    expect(clock.pendingTimers).toBe(0)
  })

  it('gets over a hiccup before the circuit has reason to open', async () => {
    const { client, clock, breaker, transitions } = createClient({ attempts: 4 })
    const api = serverThat((call) => (call <= 3 ? 503 : 200))
    const answer = watch(client.execute(api.get))
    await pass(clock, 500, 50)
    expect(answer.value).toBe('fine')
    expect(breaker.stats()).toMatchObject({ failures: 3, successes: 1 })
    expect(transitions).toEqual([])
  })

  it('stops its retries when the circuit opens, and lets the server be', async () => {
    const { client, clock, transitions, events } = createClient(
      { attempts: 10 },
      { trip: consecutiveFailures(3) },
    )
    const api = serverThat(() => 503)
    const answers = pipeline(
      fallback((error) => (isBrokenCircuit(error) ? 'not asked' : 'asked in vain')),
      client,
    )
    const first = watch(answers.execute(api.get))
    await pass(clock, 500, 50)
    expect(first.value).toBe('not asked')
    expect(api.calls).toBe(3)
    for (let request = 2; request <= 100; request++)
      await expect(answers.execute(api.get)).resolves.toBe('not asked')
    expect(api.calls).toBe(3)
    expect(moves(transitions)).toEqual(['closed>open'])
    expect(events.filter(({ type }) => type === 'gaveUp')).toHaveLength(100)
  })

  it('waits the break out where the work can wait, and succeeds', async () => {
    const { client, clock, transitions } = createClient(
      { attempts: 4, waitForCircuit: true },
      { trip: consecutiveFailures(3) },
    )
    const api = serverThat((call) => (call <= 3 ? 503 : 200))
    const answer = watch(client.execute(api.get))
    await pass(clock, 5050, 50)
    expect(api.calls).toBe(3)
    await pass(clock, 50, 50)
    expect(answer.value).toBe('fine')
    expect(api.calls).toBe(4)
    expect(moves(transitions)).toEqual(['closed>open', 'open>halfOpen', 'halfOpen>closed'])
  })

  it('waits out a second, longer break when the first was too short', async () => {
    const { client, clock } = createClient(
      { attempts: 6, waitForCircuit: true },
      {
        trip: consecutiveFailures(3),
        breakDuration: ({ consecutiveBreaks }) => consecutiveBreaks * 1000,
      },
    )
    const api = serverThat((call) => (call <= 4 ? 503 : 200))
    const answer = watch(client.execute(api.get))
    await pass(clock, 4000, 50)
    expect(answer.value).toBe('fine')
    expect(api.calls).toBe(5)
  })

  it('does not try its own mistakes again, nor break the circuit over them', async () => {
    const isClientError = (error: unknown) => error instanceof HttpError && error.status < 500
    const { client, breaker, clock } = createClient(
      { attempts: 5, retryOn: (error) => !isClientError(error) },
      {
        minimumThroughput: 5,
        classify: (settled) =>
          settled.status === 'fulfilled' || isClientError(settled.reason) ? 'success' : 'failure',
      },
    )
    const api = serverThat(() => 404)
    for (let request = 1; request <= 20; request++) {
      const error: unknown = await client.execute(api.get).catch((reason: unknown) => reason)
      expect(error).toMatchObject({ status: 404 })
    }
    expect(api.calls).toBe(20)
    expect(breaker.state).toBe('closed')
    expect(clock.pendingTimers).toBe(0)
  })
})
