import { healthOf, noHealth, noStreaks } from 'recloser/core'
import { breakerMachine } from 'recloser/machines'
import { createFakeClock } from 'recloser/testing'
import { initialTransition, transition } from 'xstate'
import { getAdjacencyMap } from 'xstate/graph'
import type { AnyStateNode, AnyTransitionDefinition, SnapshotFrom } from 'xstate'
import type { BreakerOptions } from 'recloser'
import type { BreakerEvent, BreakerInput } from 'recloser/machines'

export type Chart = SnapshotFrom<typeof breakerMachine>

/** An event, and what it is called for people. Guards tell no more kinds of events apart. */
interface KindOfEvent {
  readonly name: string
  readonly event: BreakerEvent
}

/** An edge of the explored graph: in this situation, this event, leads there. */
export interface Edge {
  readonly from: Chart
  readonly kind: KindOfEvent
  readonly to: Chart
}

export const states = ['closed', 'open', 'halfOpen', 'isolated'] as const

const sick = healthOf({ successes: 1, failures: 9, slow: 9, ignored: 0 }, noStreaks)

/** Everything that can be sent to a chart in this situation: one event for each way guards answer. */
function kindsOfEvents(chart: Chart): KindOfEvent[] {
  const { leases, openUntil, holds, epoch } = chart.context
  const state = stateOf(chart)
  const { probe, until: lease } = leases[0] ?? { probe: 1, until: 0 }
  const holdEnd = Math.min(...holds.map(({ until }) => until), 1e6)
  const { runs, over } = momentsOfBreak(openUntil)
  const early = { open: runs, halfOpen: lease - 1, isolated: holdEnd - 1, closed: 0 }[state]
  const due = { open: over, halfOpen: lease, isolated: holdEnd, closed: 0 }[state]
  const isolated = state === 'isolated'
  const outcome = { type: 'OUTCOME', at: 0, health: sick, epoch } as const
  const known = { ...outcome, probe }
  const error = new Error('down')
  return [
    { name: 'OUTCOME: a success', event: { ...known, outcome: 'success' } },
    { name: 'OUTCOME: a failure', event: { ...known, outcome: 'failure', error } },
    {
      name: 'OUTCOME: a failure within the limits',
      event: { ...known, outcome: 'failure', error, health: noHealth },
    },
    { name: 'OUTCOME: a slow success', event: { ...known, outcome: 'success', slow: true } },
    { name: 'OUTCOME: ignored', event: { ...known, outcome: 'ignored' } },
    { name: 'OUTCOME: refused further in', event: { ...known, outcome: 'ignored', refused: true } },
    {
      name: 'OUTCOME: of an earlier epoch',
      event: { ...known, outcome: 'failure', error, epoch: epoch - 1 },
    },
    {
      name: 'OUTCOME: of an unknown probe',
      event: { ...outcome, outcome: 'failure', error, probe: -1 },
    },
    { name: 'OUTCOME: a success measured elsewhere', event: { ...outcome, outcome: 'success' } },
    {
      name: 'OUTCOME: a failure measured elsewhere',
      event: { ...outcome, outcome: 'failure', error },
    },
    { name: 'ACQUIRE', event: { type: 'ACQUIRE', probe: unusedProbe(chart), at: 0 } },
    ...kindAt(early, 'DEADLINE: too early', (at) => ({ type: 'DEADLINE', at })),
    ...kindAt(due, 'DEADLINE: in time', (at) => ({ type: 'DEADLINE', at })),
    ...kindAt(due, 'DEADLINE: late', () => ({ type: 'DEADLINE', at: 1e9 })),
    { name: 'ISOLATE', event: { type: 'ISOLATE', at: 0 } },
    { name: 'ISOLATE: for a while', event: { type: 'ISOLATE', duration: 50, at: 0 } },
    ...kindAt(isolated ? runs : 0, 'RELEASE: while the break runs', (at) => ({
      type: 'RELEASE',
      at,
    })),
    ...kindAt(isolated ? over : 0, 'RELEASE: after the break', (at) => ({ type: 'RELEASE', at })),
    { name: 'RELEASE: an unknown hold', event: { type: 'RELEASE', hold: -1, at: 0 } },
    { name: 'RESET', event: { type: 'RESET', at: 0 } },
    { name: 'FORCE_HALF_OPEN', event: { type: 'FORCE_HALF_OPEN', at: 0 } },
    { name: 'TRIP', event: { type: 'TRIP', at: 0 } },
    { name: 'TRIP: until somebody resets', event: { type: 'TRIP', duration: Infinity, at: 0 } },
  ]
}

/** When the break still runs and when it is over: one without end never is, and none never ran. */
function momentsOfBreak(openUntil: number): { runs?: number; over?: number } {
  if (openUntil === Infinity) return { runs: 0 }
  if (openUntil === -Infinity) return { over: 0 }
  return { runs: openUntil - 1, over: openUntil }
}

/** That kind of event, unless the situation has no such moment. */
function kindAt(
  moment: number | undefined,
  name: string,
  eventAt: (moment: number) => BreakerEvent,
): KindOfEvent[] {
  return moment === undefined ? [] : [{ name, event: eventAt(moment) }]
}

/** The circuit that is explored: three probes of which two must succeed, two at a time. */
export const options: BreakerOptions = {
  clock: createFakeClock(),
  breakDuration: 100,
  slowCall: { duration: 10, ratio: 0.5 },
  halfOpen: { probes: 3, successes: 2, maxConcurrent: 2, probeLease: 20 },
}
export const input: BreakerInput = { name: 'explored', options }

/** Every situation that can be told apart by what may follow it, from a new circuit on. */
export function situations(): Chart[] {
  const map = getAdjacencyMap(breakerMachine, {
    fromState: initialTransition(breakerMachine, input)[0],
    events: (chart: Chart) => kindsOfEvents(chart).map(({ event }) => event),
    serializeState: situationOf,
    stopWhen: isCrowded,
    limit: 100_000,
  })
  return Object.values(map as unknown as Record<string, { state: Chart }>)
    .map(({ state }) => state)
    .filter((chart) => !isCrowded(chart))
}

/** What each kind of event does in each of them. */
export function edges(): Edge[] {
  return situations().flatMap((from) =>
    kindsOfEvents(from).map((kind) => ({ from, kind, to: next(from, kind.event) })),
  )
}

/**
 * What a situation looks like to the guards. Counters that no guard reads are left out, or there
 * would be no end of situations.
 */
export function situationOf(chart: Chart): string {
  const { round, leases, holds, openUntil } = chart.context
  const broken = openUntil > 0 ? (openUntil === Infinity ? 'for good' : 'for a while') : 'no'
  const state = stateOf(chart)
  return JSON.stringify({
    state,
    ...(state === 'closed' ? {} : { broken }),
    ...(state === 'halfOpen' ? { good: round.good, bad: round.bad, running: leases.length } : {}),
    ...(state === 'isolated' ? { holds: holds.map(({ until }) => until < Infinity).join() } : {}),
  })
}

export function stateOf(chart: Chart): (typeof states)[number] {
  return chart.value as (typeof states)[number]
}

export function next(chart: Chart, event: BreakerEvent): Chart {
  return transition(breakerMachine, chart, event)[0]
}

/** Every transition that the chart declares, with the state it starts from. */
export function declared(): AnyTransitionDefinition[] {
  const all: AnyTransitionDefinition[] = []
  const walk = (node: AnyStateNode) => {
    for (const transitions of node.transitions.values()) all.push(...transitions)
    all.push(...(node.always ?? []))
    Object.values(node.states).forEach(walk)
  }
  walk(breakerMachine.root)
  return all
}

/** Ever more holds tell nothing new. */
function isCrowded({ context }: Chart): boolean {
  return context.holds.length > 2
}

function unusedProbe({ context }: Chart): number {
  return Math.max(0, ...context.leases.map(({ probe }) => probe)) + 1
}
