import { countWindow, consecutiveFailures, createBreaker } from 'recloser'
import { createFakeClock } from 'recloser/testing'
import { describe, expect, it, vi } from 'vitest'
import { createRig, fail, ignore, moves, play, rejectionOf, succeed } from '../support/breakers.js'

const halfOfHundred = {
  trip: countWindow({ size: 100, failureRatio: 0.5, minimumThroughput: 50 }),
}

describe('a closed circuit with a limit on failures in a row', () => {
  it('TA1: opens at the second of two failures, once, and makes no third call', async () => {
    const { breaker, transitions } = createRig({ trip: consecutiveFailures(2) })
    const call = vi.fn(() => Promise.reject(new Error('down')))
    await breaker.attempt(call)
    expect([breaker.state, transitions.length]).toEqual(['closed', 0])
    await breaker.attempt(call)
    expect([breaker.state, moves(transitions)]).toEqual(['open', ['closed>open']])
    expect(await breaker.attempt(call)).toMatchObject({ status: 'rejected' })
    expect(call).toHaveBeenCalledTimes(2)
  })

  it('TA2: begins to count anew after a success', async () => {
    const { breaker } = createRig({ trip: consecutiveFailures(3) })
    await play(breaker, 'FFSFF')
    expect(breaker.state).toBe('closed')
    await fail(breaker)
    expect(breaker.state).toBe('open')
  })
})

describe('a closed circuit with a limit on the failure ratio', () => {
  it('TA3: decides nothing below the minimum throughput', async () => {
    const { breaker } = createRig(halfOfHundred)
    await fail(breaker, 49)
    expect(breaker.stats()).toMatchObject({ state: 'closed', hasMinimumThroughput: false })
    await fail(breaker)
    expect(breaker.state).toBe('open')
  })

  it('TA4: opens at exactly the ratio: compared with ≥', async () => {
    const { breaker } = createRig(halfOfHundred)
    await succeed(breaker, 25)
    await fail(breaker, 24)
    expect(breaker.state).toBe('closed')
    await fail(breaker)
    expect(breaker.stats()).toMatchObject({ state: 'open', throughput: 50, failures: 25 })
  })

  it('TA5: opens at the result that reaches the minimum throughput, not earlier', async () => {
    const { breaker } = createRig(halfOfHundred)
    await succeed(breaker, 24)
    for (let i = 0; i < 25; i++) {
      await fail(breaker)
      expect(breaker.state).toBe('closed')
    }
    await fail(breaker)
    expect(breaker.stats()).toMatchObject({ state: 'open', throughput: 50, failureRate: 0.52 })
  })

  it('TA7: can be told to open only when every call fails', async () => {
    const all = { failureRatio: 1, minimumThroughput: 10 }
    const down = createRig(all)
    await fail(down.breaker, 10)
    expect(down.breaker.state).toBe('open')
    const shaky = createRig(all)
    await fail(shaky.breaker, 9)
    await play(shaky.breaker, 'SFFFFF')
    expect(shaky.breaker.state).toBe('closed')
  })

  it('TA8: is not opened by one failure, when nothing is set', async () => {
    const { breaker } = createRig()
    await fail(breaker)
    expect(breaker.state).toBe('closed')
    await fail(breaker, 8)
    expect(breaker.state).toBe('closed')
    await fail(breaker)
    expect(breaker.state).toBe('open')
  })

  it.each([
    ['time', { failureRatio: 0.5, minimumThroughput: 10 }],
    ['count', { trip: countWindow({ size: 10 }) }],
  ])('TA9: is not opened by a success, over a %s window either', async (_kind, options) => {
    // What the success makes true, the next failure acts on.
    const { breaker } = createRig(options)
    await play(breaker, 'FFFFF SSSSS')
    expect(breaker.stats()).toMatchObject({ state: 'closed', throughput: 10, failureRate: 0.5 })
    await fail(breaker)
    expect(breaker.state).toBe('open')
  })
})

describe('what is not counted', () => {
  it('TA11: rejected calls are not in the window, but counted by themselves', async () => {
    const { breaker } = createRig({ minimumThroughput: 1 })
    await fail(breaker)
    for (let i = 0; i < 99; i++) await rejectionOf(breaker)
    expect(breaker.stats()).toMatchObject({ throughput: 1, failures: 1, rejected: 99 })
    expect(breaker.stats().totals).toMatchObject({ successes: 0, failures: 1, rejected: 99 })
  })

  it('TA12: calls that were answered without the dependency leave the window as it is', async () => {
    const { breaker } = createRig()
    await play(breaker, 'SF')
    ignore(breaker, 5)
    expect(breaker.stats()).toMatchObject({ throughput: 2, failureRate: 0.5, ignored: 5 })
  })

  it('TA14: two breakers made of one options object do not count for each other', async () => {
    const options = { trip: consecutiveFailures(2), clock: createFakeClock() }
    const [one, other] = [createBreaker('one', options), createBreaker('other', options)]
    await fail(one)
    await fail(other)
    expect([one.state, other.state]).toEqual(['closed', 'closed'])
    expect(one.stats().failures).toBe(1)
  })
})
