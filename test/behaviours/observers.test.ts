import { createFakeClock } from 'recloser/testing'
import { describe, expect, it } from 'vitest'
import {
  createRig,
  fail,
  halfOpenCircuit,
  moves,
  openCircuit,
  outage,
  play,
  succeed,
} from '../support/breakers.js'
import type { Transition } from 'recloser'

const cycle = ['closed>open', 'open>halfOpen', 'halfOpen>closed']

describe('an observer', () => {
  it('E1: hears of half-open, and finds the circuit so, before the probe begins', async () => {
    const { breaker, clock } = await openCircuit()
    const order: string[] = []
    breaker.transitions$.subscribe(({ to }) => order.push(`${to}, ${breaker.state}`))
    clock.block(1000)
    await breaker.execute(() => order.push('probe'))
    expect(order).toEqual(['halfOpen, halfOpen', 'probe', 'closed, closed'])
  })

  it('E3: that throws changes no result, keeps nobody else from hearing, and is reported', async () => {
    const { breaker, reported, transitions } = createRig({ minimumThroughput: 1 })
    const bug = new Error('bug in the observer')
    const throwing = () => {
      throw bug
    }
    breaker.outcomes$.subscribe(throwing)
    const kinds: string[] = []
    breaker.outcomes$.subscribe(({ kind }) => kinds.push(kind))
    breaker.transitions$.subscribe(throwing)
    const later: Transition[] = []
    breaker.transitions$.subscribe((transition) => later.push(transition))

    expect(await breaker.execute(() => 'fine')).toBe('fine')
    await expect(breaker.execute(() => Promise.reject(outage))).rejects.toBe(outage)

    expect(kinds).toEqual(['success', 'failure'])
    expect(moves(transitions)).toEqual(['closed>open'])
    expect(later).toEqual(transitions)
    expect(reported).toEqual([bug, bug, bug])
  })

  it('E4: may control the circuit; all hear of what comes of it in the same order', async () => {
    const { breaker, transitions } = createRig({ minimumThroughput: 1 })
    breaker.transitions$.subscribe(({ to }) => {
      if (to === 'open') breaker.isolate('as soon as it breaks')
      if (to === 'isolated') breaker.reset()
    })
    const later: Transition[] = []
    const states: string[] = []
    breaker.transitions$.subscribe((transition) => later.push(transition))
    breaker.state$.subscribe((state) => states.push(state))

    await fail(breaker)
    const expected = ['closed>open', 'open>isolated', 'isolated>closed']
    expect(moves(transitions)).toEqual(expected)
    expect(moves(later)).toEqual(expected)
    expect(states).toEqual(['closed', 'open', 'isolated', 'closed'])
    expect(breaker.state).toBe('closed')
  })

  it('E4: may make calls of its own', async () => {
    const { breaker, clock, transitions } = await openCircuit()
    const answers: Promise<unknown>[] = []
    breaker.transitions$.subscribe(({ to }) => {
      answers.push(breaker.attempt(() => `made while ${to}`))
    })
    clock.advance(1000)
    expect(await Promise.all(answers)).toMatchObject([
      { status: 'success', value: 'made while halfOpen' },
    ])
    // That call was the probe.
    expect(moves(transitions)).toEqual(cycle)
    expect(await answers[1]).toEqual({ status: 'success', value: 'made while closed' })
  })

  it('E4: may dispose of the breaker', async () => {
    const { breaker } = createRig({ minimumThroughput: 1 })
    let completed = false
    breaker.transitions$.subscribe(() => {
      breaker.dispose()
    })
    breaker.transitions$.subscribe({ complete: () => (completed = true) })
    await expect(breaker.execute(() => Promise.reject(outage))).rejects.toBe(outage)
    expect(completed).toBe(true)
    await expect(breaker.execute(() => 'fine')).rejects.toThrow('disposed')
  })

  it('E5: hears of no transition while the circuit has never opened', async () => {
    const { breaker, transitions } = createRig()
    await succeed(breaker, 100)
    await play(breaker, 'SFSFI')
    breaker.reset()
    expect(transitions).toEqual([])
  })

  it('E7: hears of a full cycle as exactly three transitions', async () => {
    const { breaker, clock, transitions } = await openCircuit()
    await play(breaker, 'XXX')
    clock.advance(1000)
    await succeed(breaker, 10)
    expect(moves(transitions)).toEqual(cycle)
    expect(moves(breaker.history)).toEqual(cycle)
  })

  it('E9: that comes late gets the current state once, then every change', async () => {
    const { breaker, clock } = await openCircuit()
    const states: string[] = []
    const lengths: number[] = []
    breaker.state$.subscribe((state) => states.push(state))
    breaker.history$.subscribe((history) => lengths.push(history.length))
    expect([states, lengths]).toEqual([['open'], [1]])
    clock.advance(1000)
    await succeed(breaker)
    expect([states, lengths]).toEqual([
      ['open', 'halfOpen', 'closed'],
      [1, 2, 3],
    ])
  })

  it('E9: that comes late gets no old transition', async () => {
    const { breaker } = await halfOpenCircuit()
    const late: Transition[] = []
    breaker.transitions$.subscribe((transition) => late.push(transition))
    await succeed(breaker)
    expect(moves(late)).toEqual(['halfOpen>closed'])
  })
})

describe('what nobody observes', () => {
  // Every outcome and rejection that is told of carries the time of the wall clock.
  it('E8: is not made', async () => {
    let made = 0
    const driven = createFakeClock()
    const clock = {
      ...driven,
      wall: () => {
        made++
        return driven.wall()
      },
    }
    const { breaker } = createRig({ clock, breakDuration: 1000 })
    const calls = 10_000
    made = 0
    await succeed(breaker, calls)
    expect(made).toBe(0)
    breaker.trip('manual')
    made = 0
    for (let i = 0; i < calls; i++) expect(breaker.tryAcquire()).toBeUndefined()
    expect(made).toBe(0)

    breaker.reset()
    const outcomes = breaker.outcomes$.subscribe()
    made = 0
    await succeed(breaker, 10)
    expect(made).toBe(10)
    outcomes.unsubscribe()
    await succeed(breaker, 10)
    expect(made).toBe(10)
  })
})
