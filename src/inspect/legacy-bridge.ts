import { optionsOf, shown } from '../core/index.js'
import { copiedEvents } from './copied-events.js'
import { legacyMachine, legacyState, scxml } from './legacy-format.js'
import type { Inspect } from '../index.js'
import type { ObservedActor, PlainEvent, PlainSnapshot } from './copied-events.js'

/** A message to a receiver of `@xstate/inspect` 0.8. */
export type LegacyMessage =
  | {
      readonly type: 'service.register'
      readonly sessionId: string
      readonly id: string
      readonly parent?: string
      /** The chart in the words of XState 4, as JSON. */
      readonly machine: string
      /** A state of XState 4, as JSON. */
      readonly state: string
    }
  | { readonly type: 'service.event'; readonly sessionId: string; readonly event: string }
  | { readonly type: 'service.state'; readonly sessionId: string; readonly state: string }
  | { readonly type: 'service.stop'; readonly sessionId: string }

/** Options of {@link createLegacyBridge}. */
export interface LegacyBridgeOptions {
  /** Hands a message to the receiver: `postMessage`, or the `send` of a socket. */
  readonly send: (message: LegacyMessage) => void
  /** Whether what the receiver sends reaches the actors. Default false: it only looks. */
  readonly control?: boolean
}

/** A sender for receivers of `@xstate/inspect` 0.8. */
export interface LegacyBridge {
  /** For the `inspect` option of breakers, registries and actors. */
  readonly inspect: Inspect
  /** Takes what the receiver says; what it does not understand is nothing. */
  receive(message: unknown): void
}

/** An actor that was started and not stopped, and where it is. */
interface Service {
  readonly actor: ObservedActor
  snapshot: PlainSnapshot
  event: PlainEvent
}

/**
 * Shows charts of XState 5 to a receiver of `@xstate/inspect` 0.8, which knows those of XState 4.
 * Speaks its messages and depends on neither.
 *
 * @throws TypeError when `send` is no function or an option is unknown
 */
export function createLegacyBridge(options: LegacyBridgeOptions): LegacyBridge {
  const given = optionsOf('legacy bridge options', options, ['send', 'control'])
  if (typeof given.send !== 'function')
    throw new TypeError(`send must be a function, got ${shown(given.send)}`)
  const { send, control = false } = options
  const services = new Map<string, Service>()

  const inspect = copiedEvents((happened) => {
    const { actor } = happened
    const { sessionId } = actor
    if (actor.config === undefined) return
    if (happened.type === 'actor') {
      const service = { actor, snapshot: happened.snapshot, event: { type: 'xstate.init' } }
      services.set(sessionId, service)
      send(registration(service))
    } else if (happened.type === 'event') {
      send({ type: 'service.event', sessionId, event: JSON.stringify(scxml(happened.event)) })
    } else if (happened.snapshot.status === 'stopped') {
      services.delete(sessionId)
      send({ type: 'service.stop', sessionId })
    } else {
      const { event, snapshot } = happened
      services.set(sessionId, { actor, snapshot, event })
      send({
        type: 'service.state',
        sessionId,
        state: JSON.stringify(legacyState(snapshot, event, sessionId)),
      })
    }
  })

  return {
    inspect,
    receive(message) {
      const { type, event } = (message ?? {}) as { type?: unknown; event?: unknown }
      if (type === 'xstate.inspecting') {
        for (const service of services.values()) send(registration(service))
      } else if (type === 'xstate.event' && control) {
        const { origin, data } = parsed(event)
        if (isEvent(data)) services.get(String(origin))?.actor.send(data)
      }
    },
  }
}

function registration({ actor, snapshot, event }: Service): LegacyMessage {
  const { sessionId, id, parentId, config = {} } = actor
  return {
    type: 'service.register',
    sessionId,
    id,
    ...(parentId === undefined ? {} : { parent: parentId }),
    machine: JSON.stringify(legacyMachine(config, id, snapshot)),
    state: JSON.stringify(legacyState(snapshot, event, sessionId)),
  }
}

/** An event of a receiver: SCXML as JSON, where `origin` is the session it is for. */
function parsed(event: unknown): { origin?: unknown; data?: unknown } {
  try {
    const { origin, data } = JSON.parse(String(event)) as { origin?: unknown; data?: unknown }
    return { origin, data }
  } catch {
    return {}
  }
}

/** Events of XState itself, such as the one that stops an actor, are not for others to send. */
function isEvent(data: unknown): data is { readonly type: string } {
  const { type } = (data ?? {}) as { type?: unknown }
  return typeof type === 'string' && !type.startsWith('xstate.')
}
