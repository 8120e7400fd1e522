import { consecutiveFailures } from 'recloser'
import { controlledCall } from 'recloser/testing'
import { describe, expect, it, vi } from 'vitest'
import { createRig, halfOpenCircuit, openCircuit, outage } from '../support/breakers.js'

const left = new Error('the user left')

/** How many abort listeners are on a signal: those added less those removed. */
function countListeners(signal: AbortSignal) {
  let count = 0
  const add = signal.addEventListener.bind(signal)
  const remove = signal.removeEventListener.bind(signal)
  signal.addEventListener = (...args: Parameters<typeof add>) => {
    count++
    add(...args)
  }
  signal.removeEventListener = (...args: Parameters<typeof remove>) => {
    count--
    remove(...args)
  }
  return () => count
}

describe('a caller who leaves', () => {
  it('TG1: before the call: it is not made, nothing is counted, the reason is thrown', async () => {
    const { breaker } = createRig()
    const call = vi.fn()
    const before = breaker.stats()
    const gone = breaker.execute(call, { signal: AbortSignal.abort(left) })
    await expect(gone).rejects.toBe(left)
    expect(call).not.toHaveBeenCalled()
    expect(breaker.stats()).toEqual(before)
  })

  it('TG1: before the call, of an open or half-open circuit too', async () => {
    for (const { breaker } of [await openCircuit(), await halfOpenCircuit()]) {
      const before = breaker.stats()
      const gone = await breaker.attempt(() => 'made', { signal: AbortSignal.abort(left) })
      expect(gone).toEqual({ status: 'failure', error: left })
      expect(breaker.stats()).toEqual(before)
    }
  })

  it('TG2: during the call: it is ignored', async () => {
    const { breaker } = createRig({ trip: consecutiveFailures(1) })
    const caller = new AbortController()
    const call = breaker.execute(
      (signal) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => {
            reject(new DOMException('aborted', 'AbortError'))
          })
        }),
      { signal: caller.signal },
    )
    caller.abort(left)
    await expect(call).rejects.toBe(left)
    expect(breaker.stats()).toMatchObject({ state: 'closed', throughput: 0, ignored: 1 })
  })

  it('TG2: during a call that takes no notice: it is ignored, and its end is nothing', async () => {
    const { breaker } = createRig({ trip: consecutiveFailures(1) })
    const caller = new AbortController()
    const work = controlledCall()
    const call = breaker.execute(work, { signal: caller.signal })
    caller.abort(left)
    await expect(call).rejects.toBe(left)
    work.reject(outage)
    await Promise.resolve()
    expect(breaker.stats()).toMatchObject({ state: 'closed', ignored: 1, failures: 0, stale: 0 })
  })

  it('TG2: within the call itself: it is ignored', async () => {
    const { breaker } = createRig({ trip: consecutiveFailures(1) })
    for (const end of [() => outage.message, () => Promise.reject(outage)]) {
      const caller = new AbortController()
      const call = () => {
        caller.abort(left)
        return end()
      }
      await expect(breaker.execute(call, { signal: caller.signal })).rejects.toBe(left)
    }
    const caller = new AbortController()
    const throwing = () => {
      caller.abort(left)
      throw outage
    }
    await expect(breaker.execute(throwing, { signal: caller.signal })).rejects.toBe(outage)
    expect(breaker.stats()).toMatchObject({ state: 'closed', ignored: 3, throughput: 0 })
  })

  it('TG2: during a probe: its slot is free and its signal aborted', async () => {
    const { breaker } = await halfOpenCircuit()
    const caller = new AbortController()
    const work = controlledCall()
    const call = breaker.execute(work, { signal: caller.signal })
    const signal = work.calls[0]?.signal
    expect(signal).not.toBe(caller.signal)
    caller.abort(left)
    await expect(call).rejects.toBe(left)
    expect([signal?.aborted, signal?.reason]).toEqual([true, left])
    expect(breaker.state).toBe('halfOpen')
    expect(breaker.tryAcquire()?.isProbe).toBe(true)
  })
})

describe('the signal of a caller who stays', () => {
  it('is the one the call gets, and carries no listener afterwards', async () => {
    const { breaker } = createRig()
    const caller = new AbortController()
    const listeners = countListeners(caller.signal)
    for (const end of [() => 'fine', () => Promise.reject(outage)]) {
      const work = vi.fn(end)
      await breaker.attempt(work, { signal: caller.signal })
      expect(work).toHaveBeenCalledExactlyOnceWith(caller.signal)
      expect(listeners()).toBe(0)
    }
    const throwing = () => {
      throw outage
    }
    await breaker.attempt(throwing, { signal: caller.signal })
    expect(listeners()).toBe(0)
    expect(breaker.stats()).toMatchObject({ successes: 1, failures: 2, ignored: 0 })
  })

  it('is not shared with another call when a function asks for one and has none', async () => {
    const { breaker } = createRig()
    const signals: AbortSignal[] = []
    for (let i = 0; i < 2; i++) await breaker.execute((signal) => signals.push(signal))
    expect(signals[0]).toBeInstanceOf(AbortSignal)
    expect(signals[0]).not.toBe(signals[1])
    expect(signals[0]?.aborted).toBe(false)
  })

  it('must be one', async () => {
    const { breaker } = createRig()
    for (const signal of [null, {}, 'signal']) {
      const call = vi.fn()
      await expect(breaker.execute(call, { signal: signal as never })).rejects.toThrow(
        /^signal must be an AbortSignal/,
      )
      expect(call).not.toHaveBeenCalled()
    }
  })
})
