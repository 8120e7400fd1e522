import { plain } from './plain.js'
import type { Inspect } from '../index.js'

/** What an actor that has not started is sent: so much of it is shown once it starts. */
const maxHeld = 100

/** An actor as inspectors name it. */
export interface ObservedActor {
  readonly sessionId: string
  /** Of a breaker, its name. */
  readonly id: string
  readonly rootId: string
  readonly parentId: string | undefined
  /** The chart, as it was written, with functions as their names; undefined when it is no chart. */
  readonly config: Readonly<Record<string, unknown>> | undefined
  readonly send: (event: { readonly type: string }) => void
}

/** The state of an actor, as plain data. */
export type PlainSnapshot = Readonly<Record<string, unknown>>

/** What happened to an actor, as plain data of the moment when it happened. */
export type CopiedEvent =
  | { readonly type: 'actor'; readonly actor: ObservedActor; readonly snapshot: PlainSnapshot }
  | {
      readonly type: 'event'
      readonly actor: ObservedActor
      readonly event: PlainEvent
      readonly sourceId: string | undefined
    }
  | {
      readonly type: 'snapshot'
      readonly actor: ObservedActor
      readonly event: PlainEvent
      readonly snapshot: PlainSnapshot
    }

/** An event, as plain data. */
export interface PlainEvent {
  readonly type: string
  readonly [key: string]: unknown
}

/** What we use of an actor of XState. */
interface ActorRef {
  readonly id: string
  readonly sessionId: string
  readonly _parent?: { readonly sessionId: string }
  readonly logic?: { readonly config?: object }
  getSnapshot(): unknown
  send(event: { readonly type: string }): void
}

/** What we use of an inspection event of XState. */
interface InspectionEvent {
  readonly type: string
  readonly rootId: string
  readonly actorRef: ActorRef
  readonly sourceRef?: { readonly sessionId: string }
  readonly event: { readonly type: string }
  readonly snapshot: unknown
}

/**
 * An inspection observer that hands on what happened as copies: an inspector may serialise them
 * later and still show the figures of then. Actors appear when they start, for XState announces
 * them when they are made, and some are never started. Microsteps and actions are left out.
 */
export function copiedEvents(next: (event: CopiedEvent) => void): Inspect {
  const shown = new WeakMap<ActorRef, ObservedActor>()
  /** What was sent to actors that have not started. */
  const held = new WeakMap<ActorRef, InspectionEvent[]>()

  const actorOf = ({ actorRef, rootId }: InspectionEvent): ObservedActor => {
    const known = shown.get(actorRef)
    if (known !== undefined) return known
    const actor = observed(actorRef, rootId)
    shown.set(actorRef, actor)
    next({ type: 'actor', actor, snapshot: plain(actorRef.getSnapshot()) as PlainSnapshot })
    return actor
  }

  const tell = (happened: InspectionEvent): void => {
    const actor = actorOf(happened)
    const event = plain(happened.event) as PlainEvent
    if (happened.type === '@xstate.event')
      next({ type: 'event', actor, event, sourceId: happened.sourceRef?.sessionId })
    else
      next({ type: 'snapshot', actor, event, snapshot: plain(happened.snapshot) as PlainSnapshot })
  }

  return (happened: InspectionEvent) => {
    const { type, actorRef, event } = happened
    if (type === '@xstate.actor') held.set(actorRef, [])
    if (type !== '@xstate.event' && type !== '@xstate.snapshot') return
    try {
      const before = held.get(actorRef)
      if (before === undefined) tell(happened)
      else if (event.type !== 'xstate.init') {
        if (before.length < maxHeld) before.push(happened)
      } else {
        held.delete(actorRef)
        for (const each of [happened, ...before]) tell(each)
      }
    } catch (error) {
      // An inspector that throws would be in the middle of a step of the chart.
      console.error('recloser: an inspector threw', error)
    }
  }
}

const configs = new WeakMap<object, Readonly<Record<string, unknown>>>()

/** One copy for all actors of a chart. */
function configOf(config: object): Readonly<Record<string, unknown>> {
  const copy = configs.get(config) ?? (plain(config, 50) as Readonly<Record<string, unknown>>)
  configs.set(config, copy)
  return copy
}

function observed(actorRef: ActorRef, rootId: string): ObservedActor {
  const { sessionId, id, _parent: parent, logic } = actorRef
  return {
    sessionId,
    id,
    rootId,
    parentId: parent?.sessionId,
    // That of a promise or a callback is its function.
    config: typeof logic?.config === 'object' ? configOf(logic.config) : undefined,
    send: (event) => {
      actorRef.send(event)
    },
  }
}
