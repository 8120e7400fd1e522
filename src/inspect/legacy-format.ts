import type { PlainEvent, PlainSnapshot } from './copied-events.js'

type Config = Readonly<Record<string, unknown>>

/** A chart of XState 5 in the words of XState 4, with the context of now. */
export function legacyMachine(config: Config, id: string, snapshot: PlainSnapshot): object {
  // The flag is what XState 5 does always, and XState 4 asks for.
  return { ...legacyNode(config), id, context: snapshot.context, predictableActionArguments: true }
}

function legacyNode(node: Config): Config {
  const { on, after, always, onDone, states, ...rest } = node
  return {
    ...rest,
    ...(always === undefined ? {} : { always: legacyTransitions(always) }),
    ...(onDone === undefined ? {} : { onDone: legacyTransitions(onDone) }),
    ...mapped('on', on, legacyTransitions),
    ...mapped('after', after, legacyTransitions),
    ...mapped('states', states, (state) => legacyNode(state as Config)),
  }
}

/** `guard` was `cond`, and `reenter` was the opposite of `internal`. */
function legacyTransitions(transitions: unknown): unknown {
  if (Array.isArray(transitions)) return transitions.map(legacyTransitions)
  if (typeof transitions !== 'object' || transitions === null) return transitions
  const { guard, reenter, ...rest } = transitions as Config
  return {
    ...rest,
    ...(guard === undefined ? {} : { cond: guard }),
    ...(reenter === true ? { internal: false } : {}),
  }
}

function mapped(key: string, parts: unknown, convert: (part: unknown) => unknown): Config {
  if (typeof parts !== 'object' || parts === null) return {}
  return {
    [key]: Object.fromEntries(Object.entries(parts).map(([name, part]) => [name, convert(part)])),
  }
}

/** A state of XState 4: what `State.create` of a receiver asks for. */
export function legacyState(snapshot: PlainSnapshot, event: PlainEvent, sessionId: string): object {
  const { value, context, status, tags = [] } = snapshot
  return {
    value,
    context,
    event,
    _event: scxml(event),
    _sessionid: sessionId,
    done: status === 'done',
    changed: true,
    tags,
    historyValue: undefined,
    actions: [],
    activities: {},
    meta: {},
    events: [],
    configuration: [],
    transitions: [],
    children: {},
  }
}

/** An event as XState 4 sends it round. */
export function scxml(event: PlainEvent): object {
  return { name: event.type, data: event, $$type: 'scxml', type: 'external' }
}
