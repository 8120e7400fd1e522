import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { consecutiveFailures, createBreaker } from 'recloser'
import { bulkhead } from 'recloser/bulkhead'
import { fallback } from 'recloser/fallback'
import { pipeline } from 'recloser/pipeline'
import { createRateLimiter } from 'recloser/rate-limiter'
import { createRetryBudget, retry } from 'recloser/retry'
import { createFakeClock } from 'recloser/testing'
import { timeout } from 'recloser/timeout'
import { outage } from '../support/breakers.js'
import { listenForUnhandled, listenersOf, turn, watch } from '../support/layers.js'
import type { Call, CallOptions, Layer } from 'recloser/pipeline'
import type { FakeClock } from 'recloser/testing'
import type { Watched } from '../support/layers.js'

const kinds = ['fallback', 'retry', 'limiter', 'breaker', 'timeout', 'bulkhead', 'own'] as const

/** How a call behaves. */
const manners = ['heeds', 'ignores', 'fails', 'throws', 'leaves', 'calls in'] as const
type Manner = (typeof manners)[number]

type Step =
  | readonly ['call', Manner, number]
  | readonly ['succeed' | 'fail' | 'abort', number]
  | readonly ['pass' | 'block' | 'penalize' | 'operate', number]

const n = fc.nat(7)
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    {
      weight: 4,
      arbitrary: fc.tuple(fc.constant('call' as const), fc.constantFrom(...manners), n),
    },
    { weight: 3, arbitrary: fc.tuple(fc.constantFrom('succeed' as const, 'fail' as const), n) },
    { weight: 1, arbitrary: fc.tuple(fc.constant('abort' as const), n) },
    {
      weight: 3,
      arbitrary: fc.tuple(
        fc.constantFrom('pass' as const, 'block' as const),
        fc.integer({ min: 0, max: 40 }),
      ),
    },
    {
      weight: 1,
      arbitrary: fc.tuple(fc.constantFrom('penalize' as const, 'operate' as const), n),
    },
  ),
  { maxLength: 40 },
)

const settings = fc.record({
  order: fc.shuffledSubarray([...kinds], { minLength: 2 }),
  waits: fc.boolean(),
  slots: fc.integer({ min: 1, max: 2 }),
})

/** Hands everything on, as a layer from elsewhere would. */
const own: Layer = {
  async execute<T>(fn: Call<T>, options?: CallOptions) {
    return fn(options?.signal ?? new AbortController().signal)
  },
}

function create({ waits, slots }: { waits: boolean; slots: number }, clock: FakeClock) {
  const breaker = createBreaker('any', {
    clock,
    trip: consecutiveFailures(2),
    breakDuration: 30,
    halfOpen: { probeLease: 40 },
  })
  return {
    breaker,
    fallback: fallback(() => 'cached', { on: (error) => error === outage }),
    retry: retry({
      clock,
      backoff: 5,
      waitForCircuit: waits,
      deadline: 200,
      budget: createRetryBudget({ clock }),
    }),
    limiter: createRateLimiter({
      clock,
      limit: 2,
      interval: 20,
      whenEmpty: waits ? 'wait' : 'refuse',
      maxQueue: 4,
      circuit: breaker,
    }),
    timeout: timeout({ clock, duration: 25 }),
    bulkhead: bulkhead({ maxConcurrent: slots, maxQueue: waits ? 2 : 0 }),
    own,
  }
}

interface Running {
  readonly succeed: () => void
  readonly fail: () => void
}

interface Made {
  readonly result: Watched
  readonly caller: AbortController
}

describe('whatever happens to a pipeline', () => {
  it('each call ends, at once if its caller leaves, and nothing is left behind', async () => {
    const unhandled = listenForUnhandled()
    await fc.assert(
      fc.asyncProperty(settings, steps, async (given, history) => {
        const clock = createFakeClock()
        const rig = create(given, clock)
        const calls = pipeline(...given.order.map((kind): Layer<unknown> => rig[kind]))
        const callers = Array.from({ length: 3 }, () => new AbortController())
        const running = new Set<Running>()
        const made: Made[] = []
        let most = 0

        const functionOf = (manner: Manner, caller: AbortController): Call<unknown> => {
          const run = (signal?: AbortSignal) => {
            if (manner === 'throws') throw outage
            if (manner === 'fails') return Promise.reject(outage)
            // Without waiting for it: in a bulkhead it would wait for its own slot.
            if (manner === 'calls in') {
              const result = watch(calls.execute(() => 'inner'))
              return made.push({ result, caller: new AbortController() })
            }
            if (manner === 'leaves') caller.abort('left by itself')
            return new Promise((resolve, reject) => {
              const end = (how: () => void) => () => {
                running.delete(call)
                signal?.removeEventListener('abort', call.fail)
                how()
              }
              const call = {
                succeed: end(() => {
                  resolve('fine')
                }),
                fail: end(() => {
                  reject(outage)
                }),
              }
              running.add(call)
              most = Math.max(most, running.size)
              if (manner === 'heeds') signal?.addEventListener('abort', call.fail)
            })
          }
          return manner === 'heeds' ? (signal) => run(signal) : () => run()
        }
        const settle = (index: number, isGood: boolean) => {
          const call = [...running][index % running.size]
          if (isGood) call?.succeed()
          else call?.fail()
        }
        const callerAt = (index: number) => {
          const at = index % callers.length
          const caller = callers[at] as AbortController
          // Whoever has left comes again as somebody else.
          return caller.signal.aborted ? (callers[at] = new AbortController()) : caller
        }
        const abort = async (caller: AbortController) => {
          const left = made.filter(
            ({ caller: one, result }) => one === caller && result.state === 'pending',
          )
          caller.abort('gone')
          await turn()
          for (const { result } of left) {
            expect(result.state).toBe('rejected')
            expect(['gone', 'left by itself']).toContain(result.error)
          }
          expect(listenersOf(caller.signal)).toBe(0)
        }

        for (const [type, ...args] of history) {
          if (type === 'call') {
            const [manner, index] = args as [Manner, number]
            const caller = callerAt(index)
            const fn = functionOf(manner, caller)
            // Every third call cannot be left.
            const options = index % 3 === 2 && manner !== 'leaves' ? {} : { signal: caller.signal }
            const result = watch(calls.execute(fn, options))
            if ('signal' in options) made.push({ result, caller })
            else made.push({ result, caller: new AbortController() })
          } else {
            const [value] = args as [number]
            if (type === 'pass') clock.advance(value)
            else if (type === 'block') clock.block(value)
            else if (type === 'abort') await abort(callerAt(value))
            else if (type === 'penalize') rig.limiter.penalize(value)
            else if (type === 'operate') rig.breaker.isolate(String(value)).release()
            else settle(value, type === 'succeed')
          }
          await turn()
        }
        const hasRetryInside = given.order.indexOf('retry') > given.order.indexOf('bulkhead')
        if (given.order.includes('bulkhead') && !hasRetryInside)
          expect(most).toBeLessThanOrEqual(given.slots)

        // Everything comes to an end.
        for (let i = 0; i < 100 && made.some(({ result }) => result.state === 'pending'); i++) {
          settle(0, i % 4 > 0)
          await turn()
          clock.advance(10)
          await turn()
        }
        while (running.size > 0) settle(0, true)
        await turn()
        for (const { result, caller } of made) {
          expect(result.state).not.toBe('pending')
          expect(listenersOf(caller.signal)).toBe(0)
        }
        expect([rig.bulkhead.running, rig.bulkhead.queued, rig.limiter.queued]).toEqual([0, 0, 0])
        rig.breaker.dispose()
        expect(clock.pendingTimers).toBe(0)
      }),
      { numRuns: 300 },
    )
    await turn()
    unhandled.stop()
    expect(unhandled.errors).toEqual([])
  })
})
