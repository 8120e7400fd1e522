import { shown } from '../core/index.js'
import { copiedEvents } from './copied-events.js'
import type { Inspect } from '../index.js'
import type { ObservedActor } from './copied-events.js'

/** An inspection observer of XState, or an inspector that has one: those of `@statelyai/inspect`. */
export type InspectorLike = Inspect | { readonly inspect: Inspect }

/**
 * An observer for the `inspect` option of breakers, registries and actors that shows them in an
 * inspector as they were when something happened, not as they are when it gets round to it.
 *
 * @param inspector - `createBrowserInspector()` or `createWebSocketInspector()` of
 * `@statelyai/inspect`, or any inspection observer of XState
 * @throws TypeError when it is none of these
 */
export function toInspector(inspector: InspectorLike): Inspect {
  const next = observerOf(inspector)
  const refs = new WeakMap<ObservedActor, object>()
  return copiedEvents((happened) => {
    const { type, actor } = happened
    if (type === 'actor') refs.set(actor, refOf(actor, happened.snapshot))
    const common = { type: `@xstate.${type}`, rootId: actor.rootId, actorRef: refs.get(actor) }
    if (type === 'actor') next(common)
    else if (type === 'snapshot')
      next({ ...common, event: happened.event, snapshot: happened.snapshot })
    else {
      const { event, sourceId } = happened
      next({
        ...common,
        event,
        sourceRef: sourceId === undefined ? undefined : { sessionId: sourceId },
      })
    }
  })
}

/** What an inspector reads of an actor, as it was when it started. */
function refOf(actor: ObservedActor, snapshot: unknown): object {
  const { id, sessionId, parentId, config, send } = actor
  return {
    id,
    sessionId,
    _parent: parentId === undefined ? undefined : { sessionId: parentId },
    logic: { config },
    getSnapshot: () => snapshot,
    send,
  }
}

function observerOf(inspector: InspectorLike): (event: unknown) => void {
  const given = inspector as { inspect?: unknown } | null | undefined
  const observer = given?.inspect ?? given
  if (typeof observer === 'function') return observer as (event: unknown) => void
  const { next } = (observer ?? {}) as { next?: unknown }
  if (typeof next !== 'function')
    throw new TypeError(`toInspector needs an inspector, got ${shown(inspector)}`)
  return (event) => {
    ;(observer as { next: (event: unknown) => void }).next(event)
  }
}
