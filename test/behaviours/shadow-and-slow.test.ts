import { describe, expect, it } from 'vitest'
import {
  createRig,
  fail,
  moves,
  openCircuit,
  play,
  succeed,
  takeTime,
} from '../support/breakers.js'
import type { CircuitState, Rejection } from 'recloser'

describe('a disabled breaker', () => {
  it('S1: admits everything, counts nothing and tells nothing', async () => {
    const { breaker, transitions } = createRig({ mode: 'disabled', minimumThroughput: 1 })
    const told: unknown[] = []
    breaker.outcomes$.subscribe((outcome) => told.push(outcome))
    breaker.rejections$.subscribe((rejection) => told.push(rejection))
    await play(breaker, 'SFFFF')
    expect(breaker.stats()).toMatchObject({ state: 'closed', throughput: 0, rejected: 0 })
    expect(breaker.stats().totals).toMatchObject({ successes: 0, failures: 0 })
    expect([transitions, told]).toEqual([[], []])
  })
})

describe('a shadow breaker', () => {
  // It does move: the transition is what tells that the limit was reached.
  it('S2: tells once that it would have opened, and lets every call through', async () => {
    const { breaker, transitions } = createRig({ mode: 'shadow', minimumThroughput: 5 })
    await play(breaker, 'FFFSS')
    expect(breaker.stats()).toMatchObject({ failureRate: 0.6, throughput: 5 })
    expect(transitions).toEqual([])
    await play(breaker, 'F')
    expect(moves(transitions)).toEqual(['closed>open'])
    await play(breaker, 'FFF')
    expect(moves(transitions)).toEqual(['closed>open'])
  })

  it('S5: rejects nothing, and counts what it would have rejected', async () => {
    const { breaker } = await openCircuit({ mode: 'shadow' })
    const rejections: Rejection[] = []
    breaker.rejections$.subscribe((rejection) => rejections.push(rejection))
    await succeed(breaker, 3)
    expect(breaker.stats()).toMatchObject({ state: 'open', rejected: 3 })
    expect(rejections).toHaveLength(3)
    expect(rejections[0]).toMatchObject({ state: 'open', retryAfter: 1000 })
  })

  it('S5: decides as an enforcing one does, and recovers', async () => {
    const { breaker, clock, transitions } = await openCircuit({ mode: 'shadow' })
    await fail(breaker, 5)
    clock.advance(1000)
    await succeed(breaker)
    expect(moves(transitions)).toEqual(['closed>open', 'open>halfOpen', 'halfOpen>closed'])
    expect(breaker.stats().throughput).toBe(0)
  })
})

describe('a breaker can begin', () => {
  it('S6: open, without a transition', async () => {
    const saved = (await openCircuit({ historySize: 0 })).breaker.snapshot()
    const { breaker, transitions } = createRig({ snapshot: saved })
    const states = statesOf(breaker)
    expect(breaker.state).toBe('open')
    await play(breaker, 'X')
    expect(states).toEqual(['open'])
    expect(transitions).toEqual([])
    expect(breaker.history).toEqual([])
  })

  it('S6: isolated, without a transition', async () => {
    const before = createRig({ historySize: 0 })
    before.breaker.isolate('maintenance')
    const { breaker, transitions } = createRig({ snapshot: before.breaker.snapshot() })
    expect(statesOf(breaker)).toEqual(['isolated'])
    await play(breaker, 'X')
    expect(breaker.isolation?.reasons).toEqual(['maintenance'])
    expect(transitions).toEqual([])
  })

  it('S6: in shadow mode, though it was open before', async () => {
    const saved = (await openCircuit()).breaker.snapshot()
    const { breaker, transitions } = createRig({ snapshot: saved, mode: 'shadow' })
    await succeed(breaker)
    expect(breaker.stats()).toMatchObject({ state: 'open', rejected: 1 })
    expect(transitions).toEqual([])
  })
})

describe('a call', () => {
  it.each([
    { duration: 4000, slow: 0 },
    { duration: 4001, slow: 1 },
  ])('L1: of $duration ms counts $slow towards the slow ones above 4 s', async (given) => {
    const rig = createRig({ slowCall: { duration: 4000 } })
    await takeTime(rig, given.duration)
    expect(rig.breaker.stats()).toMatchObject({ slow: given.slow, successes: 1 })
  })
})

describe('slow calls', () => {
  const options = {
    slowCall: { duration: 50, ratio: 1 },
    minimumThroughput: 3,
    samplingDuration: 5000,
    breakDuration: 5000,
  }

  it('L4: open the circuit though none failed, for a whole break', async () => {
    const rig = createRig(options)
    const { breaker, clock, transitions } = rig
    for (let i = 0; i < 3; i++) await takeTime(rig, 100)
    expect(transitions[0]).toMatchObject({
      to: 'open',
      cause: 'slow-rate',
      reason: 'slow-call rate 100% reached 100% over 3 calls in 5 s',
      health: { failures: 0, slow: 3 },
    })
    await play(breaker, 'X')
    clock.advance(1000)
    await play(breaker, 'X')
    clock.advance(4000)
    await play(breaker, 'S')
    expect(breaker.state).toBe('closed')
  })

  it('L4: do not open it while one of them was quick', async () => {
    const rig = createRig(options)
    await takeTime(rig, 50)
    for (let i = 0; i < 3; i++) await takeTime(rig, 100)
    expect(rig.breaker.state).toBe('closed')
  })
})

function statesOf({ state$ }: ReturnType<typeof createRig>['breaker']): CircuitState[] {
  const states: CircuitState[] = []
  state$.subscribe((state) => states.push(state))
  return states
}
