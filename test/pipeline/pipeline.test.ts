import { describe, expect, expectTypeOf, it } from 'vitest'
import { createBreaker } from 'recloser'
import { bulkhead } from 'recloser/bulkhead'
import { idleSignal } from 'recloser/core'
import { fallback } from 'recloser/fallback'
import { pipeline } from 'recloser/pipeline'
import { createRateLimiter } from 'recloser/rate-limiter'
import { retry } from 'recloser/retry'
import { controlledCall, createFakeClock } from 'recloser/testing'
import { timeout } from 'recloser/timeout'
import { createRig, halfOpenCircuit, outage } from '../support/breakers.js'
import { errorOf, listenersOf, turn, watch } from '../support/layers.js'
import { pass } from '../support/retries.js'
import type { Call, CallOptions, Layer } from 'recloser/pipeline'

/** A layer that notes when a call passes it. */
function noted(name: string, notes: string[]): Layer {
  return {
    async execute<T>(fn: Call<T>, options?: CallOptions) {
      notes.push(`${name} in`)
      const value = await fn(options?.signal ?? idleSignal)
      notes.push(`${name} out`)
      return value
    },
  }
}

function everyLayer(clock = createFakeClock()) {
  const breaker = createBreaker('everything', { clock })
  return {
    clock,
    breaker,
    layers: pipeline(
      fallback(() => 'cached', { on: () => false }),
      retry({ attempts: 1, clock }),
      bulkhead(10),
      createRateLimiter({ limit: 10, clock }),
      breaker,
      timeout({ duration: 1000, clock }),
    ),
  }
}

describe('a pipeline', () => {
  it('passes its layers in order, outermost first', async () => {
    const notes: string[] = []
    const layers = pipeline(noted('a', notes), noted('b', notes), noted('c', notes))
    await expect(layers.execute(() => notes.push('call'))).resolves.toBe(4)
    expect(notes).toEqual(['a in', 'b in', 'c in', 'call', 'c out', 'b out', 'a out'])
  })

  it('gives what the call gives, through every layer there is', async () => {
    const { layers, clock, breaker } = everyLayer()
    await expect(layers.execute(() => Promise.resolve(42))).resolves.toBe(42)
    expect(await errorOf(layers.execute(() => Promise.reject(outage)))).toBe(outage)
    expect(breaker.stats().successes).toBe(1)
    expect(clock.pendingTimers).toBe(0)
  })

  it('hands the signal of the caller through every layer, and leaves no listener on it', async () => {
    const { layers, clock } = everyLayer()
    const call = controlledCall()
    const caller = new AbortController()
    const result = watch(layers.execute(call, { signal: caller.signal }))
    await turn()
    expect(call.calls).toHaveLength(1)
    caller.abort('gone')
    await turn()
    expect(result.error).toBe('gone')
    expect(call.calls[0]?.signal.reason).toBe('gone')
    expect(listenersOf(caller.signal)).toBe(0)
    expect(clock.pendingTimers).toBe(0)
  })

  it('makes no call for a caller who has left already', async () => {
    const { layers, breaker } = everyLayer()
    const call = controlledCall()
    expect(await errorOf(layers.execute(call, { signal: AbortSignal.abort('gone') }))).toBe('gone')
    expect(call.calls).toHaveLength(0)
    expect(breaker.stats().totals).toMatchObject({ successes: 0, failures: 0, ignored: 0 })
  })

  it('puts no listener on the signal that never aborts', async () => {
    const { layers } = everyLayer()
    const result = layers.execute(() => turn())
    expect(listenersOf(idleSignal)).toBe(0)
    await result
  })

  it('gives a function that asks for a signal one of its own, and none to one that does not', async () => {
    const { clock } = everyLayer()
    const layers = pipeline(retry({ clock }), bulkhead(2), createRateLimiter({ limit: 10, clock }))
    const signals: AbortSignal[] = []
    const ask = (signal: AbortSignal) => signals.push(signal)
    await layers.execute(ask)
    await layers.execute(ask)
    expect(new Set(signals).size).toBe(2)
    expect(signals).not.toContain(idleSignal)
    let given: readonly unknown[] = []
    await layers.execute((...args: unknown[]) => (given = args))
    expect(given).toEqual([idleSignal])
  })

  it('brings the abort of an outer timeout to the call', async () => {
    const clock = createFakeClock()
    const { breaker } = createRig({ clock })
    const call = controlledCall()
    const layers = pipeline(
      timeout({ duration: 50, clock }),
      retry({ clock }),
      breaker,
      bulkhead(1),
    )
    const result = watch(layers.execute(call))
    clock.advance(50)
    await turn()
    expect(result.error).toMatchObject({ code: 'ERR_CALL_TIMEOUT' })
    expect(call.calls[0]?.signal.reason).toBe(result.error)
    expect(breaker.stats()).toMatchObject({ failures: 0, ignored: 1 })
  })

  it('brings the end of a probe to the layers further in', async () => {
    const { breaker, clock } = await halfOpenCircuit({ halfOpen: { probeLease: 100 } })
    const call = controlledCall()
    watch(pipeline(breaker, bulkhead(1)).execute(call))
    clock.advance(100)
    await turn()
    expect(call.calls[0]?.signal.aborted).toBe(true)
  })

  it('has one listener for a caller who leaves, whatever its layers', async () => {
    const { layers, breaker } = everyLayer()
    const caller = new AbortController()
    const call = controlledCall()
    const result = watch(layers.execute(call, { signal: caller.signal }))
    expect(listenersOf(caller.signal)).toBe(1)
    caller.abort('gone')
    await turn()
    expect(result.error).toBe('gone')
    // A breaker listens for itself, and nobody can rely on it for the signal of a probe.
    const next = new AbortController()
    watch(pipeline(breaker, bulkhead(9)).execute(call, { signal: next.signal }))
    expect(listenersOf(next.signal)).toBe(1)
    next.abort()
    await turn()
    expect(listenersOf(next.signal)).toBe(0)
  })

  it('serves 10,000 calls of one caller at once: one listener, no warning, and all of them end', async () => {
    const warnings: unknown[] = []
    const hear = (warning: Error) => warnings.push(warning)
    process.on('warning', hear)
    const clock = createFakeClock()
    const limiter = createRateLimiter({
      limit: 100,
      whenEmpty: 'wait',
      maxQueue: Infinity,
      clock,
    })
    const slots = bulkhead({ maxConcurrent: 20, maxQueue: 100 })
    const calls = pipeline(
      fallback(() => 'cached', { on: () => false }),
      retry({ attempts: 2, backoff: 1000, clock }),
      limiter,
      createBreaker('all at once', { clock }),
      timeout({ duration: 1000, clock }),
      slots,
    )
    const caller = new AbortController()
    const { signal } = caller
    const reasons = new Map<unknown, number>()
    let failures = 0
    const fn = (inner: AbortSignal) =>
      failures++ < 5
        ? Promise.reject(outage)
        : new Promise((_, reject) => {
            inner.addEventListener('abort', reject)
          })
    for (let i = 0; i < 10_000; i++)
      calls.execute(fn, { signal }).catch((error: unknown) => {
        reasons.set(error, (reasons.get(error) ?? 0) + 1)
      })
    await turn()
    // Five sleep before their second attempt; of the rest some run, some wait for a slot, most for a token.
    expect([slots.running, slots.queued, limiter.queued]).toEqual([20, 75, 9900])
    expect(listenersOf(signal)).toBe(1)
    caller.abort('gone')
    await turn()
    process.off('warning', hear)
    expect([...reasons]).toEqual([['gone', 10_000]])
    expect(listenersOf(signal)).toBe(0)
    expect([slots.queued, limiter.queued, clock.pendingTimers]).toEqual([0, 0, 0])
    expect(warnings).toEqual([])
  })

  it('brings the abort of a timeout to whoever waits further in, though the call takes no signal', async () => {
    const clock = createFakeClock()
    const full = bulkhead({ maxConcurrent: 1, maxQueue: 1 })
    watch(full.execute(controlledCall()))
    let made = 0
    const calls = pipeline(timeout({ duration: 50, clock }), full)
    const result = watch(calls.execute(() => ++made))
    expect(full.queued).toBe(1)
    clock.advance(50)
    await turn()
    expect(result.error).toMatchObject({ code: 'ERR_CALL_TIMEOUT' })
    expect(full.queued).toBe(0)
    expect(made).toBe(0)
  })

  it('is a layer itself, and within another one stands for its layers', async () => {
    const [a, b, c] = [noted('a', []), noted('b', []), noted('c', [])]
    expect(pipeline(pipeline(a, b), c).layers).toEqual([a, b, c])
    await expect(pipeline(a, pipeline(b, c)).execute(() => 'fine')).resolves.toBe('fine')
  })

  it('wraps a function, with its arguments and its this', async () => {
    const notes: string[] = []
    const service = {
      base: 40,
      add: pipeline(noted('a', notes)).wrap(function (this: { base: number }, n: number) {
        return this.base + n
      }),
    }
    await expect(service.add(2)).resolves.toBe(42)
    expect(notes).toEqual(['a in', 'a out'])
  })

  it('infers the type of the result, which a fallback widens', () => {
    const { breaker } = everyLayer()
    const plain = pipeline(retry(), breaker, timeout(1000))
    expectTypeOf(plain.execute(() => 1)).toEqualTypeOf<Promise<number>>()
    expectTypeOf(plain.execute(() => Promise.resolve('a'))).toEqualTypeOf<Promise<string>>()
    const widened = pipeline(
      fallback(() => null),
      retry(),
      breaker,
    )
    expectTypeOf(widened.execute(() => 1)).toEqualTypeOf<Promise<number | null>>()
    const twice = pipeline(
      fallback(() => Promise.resolve('none' as const)),
      pipeline(
        breaker,
        fallback(() => undefined),
      ),
    )
    expectTypeOf(twice.execute(() => 1)).toEqualTypeOf<Promise<number | 'none' | undefined>>()
    expectTypeOf(twice.wrap((name: string) => name.length)).returns.toEqualTypeOf<
      Promise<number | 'none' | undefined>
    >()
  })

  it('refuses to be empty, what is no layer, and the same layer twice', () => {
    const { breaker } = createRig()
    expect(() => pipeline()).toThrow('pipeline needs at least one layer')
    expect(() => pipeline(retry(), {} as never)).toThrow(
      'layer 2 of the pipeline has no execute: an object',
    )
    expect(() => pipeline(retry(), undefined as never)).toThrow('layer 2 of the pipeline')
    expect(() => pipeline(breaker, retry(), pipeline(breaker))).toThrow(
      'layers 1 and 3 of the pipeline are the same: a call would pass it twice',
    )
    expect(() => pipeline(breaker).wrap(1 as never)).toThrow('wrap needs a function, got 1')
  })

  it('TM10: a permit whose call is never made frees its slot, and counts nothing', async () => {
    const { breaker } = await halfOpenCircuit()
    {
      using permit = breaker.tryAcquire()
      expect(permit?.isProbe).toBe(true)
      expect(breaker.tryAcquire()).toBeUndefined()
    }
    expect(breaker.stats().throughput).toBe(0)
    await expect(pipeline(breaker).execute(() => 'fine')).resolves.toBe('fine')
    expect(breaker.state).toBe('closed')
  })

  it.each([
    ['retry', () => retry()],
    ['bulkhead', () => bulkhead(1)],
    ['rate limiter', () => createRateLimiter({ limit: 1 })],
    ['fallback', () => fallback(() => 'asked')],
    ['timeout', () => timeout(1000)],
  ])('a call that makes its own caller leave ends at once: %s', async (_, create) => {
    const caller = new AbortController()
    const result = create().execute(
      () => {
        caller.abort('gone')
        return new Promise<string>(() => undefined)
      },
      { signal: caller.signal },
    )
    expect(await errorOf(result)).toBe('gone')
    expect(listenersOf(caller.signal)).toBe(0)
  })

  it('ends a call by the signal that a layer of your own hands in with its options', async () => {
    const inner = new AbortController()
    const impatient: Layer = {
      execute: (fn, options) => bulkhead(1).execute(fn, { ...options, signal: inner.signal }),
    }
    const { signal } = new AbortController()
    const result = watch(pipeline(bulkhead(1), impatient).execute(controlledCall(), { signal }))
    inner.abort('too long')
    await turn()
    expect(listenersOf(inner.signal)).toBe(0)
    expect(result.error).toBe('too long')
  })

  it('puts up with a layer that hands no signal in', async () => {
    const careless: Layer = {
      execute: <T>(fn: Call<T>) => Promise.resolve((fn as () => T)()),
    }
    const signals: AbortSignal[] = []
    const ask = (signal: AbortSignal) => signals.push(signal)
    await pipeline(careless, bulkhead(1)).execute(ask)
    await pipeline(bulkhead(1), careless, retry()).execute(() => 'fine')
    expect(signals[0]).toBeInstanceOf(AbortSignal)
    expect(signals[0]?.aborted).toBe(false)
  })

  it('a call that throws before it begins is an error like any other', async () => {
    const { layers, breaker } = everyLayer()
    expect(await errorOf(layers.execute(null as never))).toBeInstanceOf(TypeError)
    expect(breaker.stats().throughput).toBe(0)
  })
})

describe('what the order means', () => {
  it('a retry outside the breaker makes each attempt an outcome', async () => {
    const { breaker, clock } = createRig()
    const result = watch(
      pipeline(retry({ attempts: 3, backoff: 0, clock }), breaker).execute(() =>
        Promise.reject(outage),
      ),
    )
    for (let i = 0; i < 3; i++) {
      await turn()
      clock.advance(0)
    }
    await turn()
    expect(result.state).toBe('rejected')
    expect(breaker.stats().failures).toBe(3)
  })

  it.each([
    ['inside, looks like a slow dependency', 'inside', { successes: 1, failures: 1 }],
    ['outside, is no time of the dependency', 'outside', { successes: 2, failures: 0 }],
  ])('the queue of a bulkhead %s', async (_, place, counted) => {
    const { breaker, clock } = createRig()
    const slot = bulkhead({ maxConcurrent: 1, maxQueue: 1 })
    const timed = [breaker, timeout({ duration: 50, clock })]
    const calls = place === 'inside' ? pipeline(...timed, slot) : pipeline(slot, ...timed)
    const takes40 = () => new Promise((resolve) => clock.setTimeout(resolve as () => void, 40))
    const results = [watch(calls.execute(takes40)), watch(calls.execute(takes40))]
    await pass(clock, 100)
    expect(results.map(({ state }) => state)).not.toContain('pending')
    expect(breaker.stats()).toMatchObject(counted)
  })

  it('a retry inside the breaker makes all attempts one outcome', async () => {
    const { breaker, clock } = createRig()
    watch(
      pipeline(breaker, retry({ attempts: 3, backoff: 0, clock })).execute(() =>
        Promise.reject(outage),
      ),
    )
    for (let i = 0; i < 3; i++) {
      await turn()
      clock.advance(0)
    }
    await turn()
    expect(breaker.stats().failures).toBe(1)
  })
})
