import { breakerMachine } from 'recloser/machines'
import { createBreaker } from 'recloser'
import { createFakeClock } from 'recloser/testing'
import { createActor } from 'xstate'
import { describe, expect, it } from 'vitest'
import {
  declared,
  edges,
  input,
  next,
  options,
  situationOf,
  situations,
  stateOf,
  states,
} from './exploration.js'
import type { AnyTransitionDefinition, InspectionEvent } from 'xstate'
import type { Chart, Edge } from './exploration.js'

describe('the chart, explored in every situation that it can come into', () => {
  it('reaches every state', () => {
    expect(new Set(edges().map(({ to }) => stateOf(to)))).toEqual(new Set(states))
  })

  it('takes every transition that it declares', () => {
    const taken = new Set([...edges().flatMap(takenBy), ...states.flatMap(takenOnRestoring)])
    const never = declared().filter((transition) => !taken.has(transition))
    expect(never.map(shown)).toEqual([])
  })

  it('answers every event in every situation', () => {
    for (const { kind, from, to } of edges())
      expect(to.status, `${kind.name} in ${situationOf(from)}`).toBe('active')
  })

  it('can always be closed', () => {
    const ways = edges().filter(({ kind }) => kind.event.type !== 'RESET')
    expect(cutOff('closed', ways).filter((situation) => !situation.includes('for good'))).toEqual(
      [],
    )
    expect(cutOff('closed', edges())).toEqual([])
  })

  it('finds its way from a break back to closed without anybody’s hand', () => {
    const byItself = edges().filter(({ kind }) =>
      ['OUTCOME', 'ACQUIRE', 'DEADLINE'].includes(kind.event.type),
    )
    const stuck = cutOff('closed', byItself).filter(
      (situation) =>
        !situation.includes('isolated') && !situation.includes('"open","broken":"for good"'),
    )
    expect(stuck).toEqual([])
  })

  it('never waits for nothing while half-open: a probe can begin, or one runs and has a lease', () => {
    for (const chart of situations().filter((chart) => stateOf(chart) === 'halfOpen')) {
      const runs = chart.context.leases.length > 0
      const begins = next(chart, { type: 'ACQUIRE', probe: 99, at: 0 }) !== chart
      expect(runs || begins, situationOf(chart)).toBe(true)
    }
  })

  it('lets no break end before its time, and resumes none after it', () => {
    const ledTo = (name: string, state: (typeof states)[number]) => {
      const taken = edges().filter(
        ({ kind, from }) => kind.name === name && stateOf(from) === state,
      )
      return [...new Set(taken.map(({ to }) => stateOf(to)))].sort()
    }
    expect(ledTo('DEADLINE: too early', 'open')).toEqual(['open'])
    expect(ledTo('DEADLINE: in time', 'open')).toEqual(['halfOpen'])
    expect(ledTo('RELEASE: while the break runs', 'isolated')).toEqual(['isolated', 'open'])
    expect(ledTo('RELEASE: after the break', 'isolated')).toEqual(['closed', 'isolated'])
  })

  it('is left isolated only by an operator, or by a hold that was made for a while', () => {
    const left = edges().filter(
      ({ from, to }) => stateOf(from) === 'isolated' && stateOf(to) !== 'isolated',
    )
    const byTime = left.filter(
      ({ kind }) => !['RELEASE', 'RESET', 'FORCE_HALF_OPEN'].includes(kind.event.type),
    )
    expect(left.length).toBeGreaterThan(byTime.length)
    for (const { kind, from } of byTime) {
      expect(kind.event.type).toBe('DEADLINE')
      expect(from.context.holds.every(({ until }) => until < Infinity)).toBe(true)
    }
  })
})

describe('the delays of the chart', () => {
  it('are all known: XState leaves a state at once whose delay it does not know', () => {
    const used = Object.values(breakerMachine.config.states ?? {}).flatMap(({ after }) =>
      Object.keys(after ?? {}),
    )
    expect(used.length).toBeGreaterThan(0)
    expect(Object.keys(breakerMachine.implementations.delays)).toEqual(expect.arrayContaining(used))
  })
})

/** The transitions that an event takes, on a running actor in that situation. */
function takenBy({ from, kind }: Edge): AnyTransitionDefinition[] {
  return transitionsOf((inspect) => {
    const actor = createActor(breakerMachine, { input, snapshot: from, inspect }).start()
    actor.send(kind.event)
    actor.send({ type: timerOf(from) } as never)
    actor.stop()
  })
}

function takenOnRestoring(state: (typeof states)[number]): AnyTransitionDefinition[] {
  const breaker = createBreaker('explored', { clock: createFakeClock() })
  if (state !== 'closed') breaker.trip('explored')
  if (state === 'halfOpen') breaker.forceHalfOpen()
  if (state === 'isolated') breaker.isolate()
  const snapshot = breaker.snapshot()
  return transitionsOf((inspect) => {
    const restored = { ...input, options: { ...options, snapshot } }
    const actor = createActor(breakerMachine, { input: restored, inspect }).start()
    expect(actor.getSnapshot().value).toBe(state)
    actor.stop()
  })
}

function transitionsOf(run: (inspect: (event: InspectionEvent) => void) => void) {
  const taken: AnyTransitionDefinition[] = []
  run((event) => {
    // XState tells it nowhere else
    if (event.type === '@xstate.microstep') taken.push(...event._transitions)
  })
  return taken
}

function timerOf(chart: Chart): string {
  const delays = {
    open: 'breakDuration',
    halfOpen: 'probeLease',
    isolated: 'holdDuration',
    closed: '',
  }
  const state = stateOf(chart)
  return `xstate.after.${delays[state]}.breaker.${state}`
}

/** Situations from which no way leads to that state. */
function cutOff(state: (typeof states)[number], ways: readonly Edge[]): string[] {
  const explored = situations()
  const reaching = new Set(explored.filter((chart) => stateOf(chart) === state).map(situationOf))
  for (let known = -1; known < reaching.size;) {
    known = reaching.size
    for (const { from, to } of ways)
      if (reaching.has(situationOf(to))) reaching.add(situationOf(from))
  }
  return explored.map(situationOf).filter((situation) => !reaching.has(situation))
}

function shown({ source, eventType, guard, target }: AnyTransitionDefinition): string {
  const to = target?.map(({ key }) => key).join() ?? 'nowhere'
  return `${source.key} --${eventType} [${typeof guard === 'string' ? guard : ''}]--> ${to}`
}
