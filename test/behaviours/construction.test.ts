import {
  consecutiveFailures,
  constantBreakDuration,
  countWindow,
  createBreaker,
  createRegistry,
  withJitter,
} from 'recloser'
import { createFakeClock } from 'recloser/testing'
import { describe, expect, it } from 'vitest'
import { createRig, fail, openCircuit } from '../support/breakers.js'

describe('a breaker', () => {
  it.each<[string, unknown, typeof RangeError | typeof TypeError]>([
    ['failureRatio', 0, RangeError],
    ['failureRatio', 1.01, RangeError],
    ['failureRatio', NaN, RangeError],
    ['failureRatio', 'x', TypeError],
    ['minimumThroughput', 0, RangeError],
    ['minimumThroughput', -1, RangeError],
    ['minimumThroughput', 2.5, RangeError],
    ['historySize', -1, RangeError],
    ['historySize', 2.5, RangeError],
    ['samplingDuration', -1, RangeError],
    ['samplingDuration', NaN, RangeError],
    ['breakDuration', -1, RangeError],
    ['breakDuration', NaN, RangeError],
    ['maxBreakDuration', -1, RangeError],
    ['maxBreakDuration', NaN, RangeError],
  ])('TP1: is not made with %s %s', (option, value, type) => {
    const create = () => createBreaker('api', { [option]: value })
    expect(create).toThrow(type)
    expect(create).toThrow(new RegExp(`^${option} must be .*, got "?${String(value)}"?`))
  })

  it.each([0, -1, 2.5, NaN])('TP1: is not made with a count of %s either', (count) => {
    expect(() => consecutiveFailures(count)).toThrow(RangeError)
    expect(() => countWindow({ size: count })).toThrow(RangeError)
    const halfOpen = { probes: count }
    expect(() => createBreaker('api', { halfOpen })).toThrow(
      `halfOpen.probes must be an integer, at least 1 and finite, got ${String(count)}`,
    )
  })

  it.each([-1, NaN])('TP1: is not made with a duration of %s anywhere', (ms) => {
    expect(() => createBreaker('api', { slowCall: { duration: ms } })).toThrow(RangeError)
    expect(() => createBreaker('api', { halfOpen: { probeLease: ms } })).toThrow(RangeError)
    expect(() => constantBreakDuration(ms)).toThrow(RangeError)
    expect(() => withJitter(ms, 0.1)).toThrow(RangeError)
    expect(() => createRegistry({ maxIdle: ms })).toThrow(RangeError)
  })

  it.each(['', undefined, null, 5, {}])('TP1: is not made with the name %j', (name) => {
    expect(() => createBreaker(name as string)).toThrow('name must be a text, got ')
    expect(() => createRegistry().get(name as string)).toThrow(TypeError)
  })

  it('TP2: is not made with an option nobody knows', () => {
    expect(() => createBreaker('api', { failureRate: 0.5 } as never)).toThrow(
      /^breaker options: unknown option "failureRate"; known are failureRatio, minimumThroughput, /,
    )
    expect(() => createRegistry({ ttl: 5 } as never)).toThrow(
      'registry options: unknown option "ttl"; known are defaults, clock, inspect, maxIdle',
    )
    expect(() => createBreaker('api', null as never)).toThrow('breaker options must be an object')
  })

  it('TP3: leaves its options as they are, and shares no state through them', async () => {
    const before = await openCircuit({ breakDuration: 500 })
    const options = {
      clock: createFakeClock({ wall: before.clock.wall() }),
      breakDuration: 500,
      halfOpen: Object.freeze({ probes: 2 }),
      trip: Object.freeze(consecutiveFailures(2)),
      snapshot: before.breaker.snapshot(),
    }
    const copy = structuredClone(options.snapshot)
    Object.freeze(options)
    const [one, other] = [0, 1].map(() => createBreaker('payments-api', options)) as [
      ReturnType<typeof createBreaker>,
      ReturnType<typeof createBreaker>,
    ]
    one.reset()
    await fail(one)
    expect([one.state, one.stats().failures]).toEqual(['closed', 1])
    expect([other.state, other.stats().failures]).toEqual(['open', 10])
    expect(options.snapshot).toEqual(copy)
  })

  it('TP3: does not change when its options do', async () => {
    const halfOpen = { probes: 1 }
    const options = { minimumThroughput: 2, halfOpen }
    const { breaker } = createRig(options)
    options.minimumThroughput = 1
    halfOpen.probes = 5
    await fail(breaker)
    expect(breaker.state).toBe('closed')
    await fail(breaker)
    breaker.forceHalfOpen()
    breaker.tryAcquire()?.succeed()
    expect(breaker.state).toBe('closed')
  })

  it('keeps a stack of its rejections only when it is asked to', async () => {
    const bare = await openCircuit()
    expect(bare.breaker.rejection()?.stack).not.toMatch(/\n\s+at /)
    const full = await openCircuit({ captureStack: true })
    expect(full.breaker.rejection()?.stack).toMatch(/\n\s+at .*construction\.test/)
  })

  it('takes only functions for calls', async () => {
    const { breaker } = createRig()
    await expect(breaker.execute('x' as never)).rejects.toThrow(
      new TypeError('fn must be a function, got "x"'),
    )
    expect(await breaker.attempt(undefined as never)).toEqual({
      status: 'failure',
      error: new TypeError('fn must be a function, got undefined'),
    })
    expect(() => breaker.wrap(5 as never)).toThrow('wrap needs a function, got 5')
    expect(breaker.stats().throughput).toBe(0)
  })

  it('wraps a function with its signature: arguments, `this` and result', async () => {
    const { breaker } = createRig({ minimumThroughput: 1 })
    const cart = {
      rate: 2,
      total: breaker.wrap(function (this: { rate: number }, price: number, count: number) {
        return Promise.resolve(this.rate * price * count)
      }),
    }
    expect(await cart.total(5, 3)).toBe(30)
    expect(breaker.stats().successes).toBe(1)
    breaker.trip('test')
    await expect(cart.total(5, 3)).rejects.toMatchObject({ code: 'ERR_CIRCUIT_BROKEN' })
  })
})
