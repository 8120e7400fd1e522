import type { CopiedEvent } from './copied-events.js'

/** A message in the format of `@statelyai/inspect`. */
export interface StatelyMessage {
  readonly type: '@xstate.actor' | '@xstate.event' | '@xstate.snapshot'
  readonly sessionId: string
  readonly [key: string]: unknown
}

/** The version of the format; receivers ask for one. */
const version = '0.7.2'

/** What happened, as a message. Here the states of a chart keep their order. */
export function statelyMessage(happened: CopiedEvent): StatelyMessage {
  const { type, actor } = happened
  const common = {
    sessionId: actor.sessionId,
    rootId: actor.rootId,
    createdAt: String(Date.now()),
    id: null,
    _version: version,
  }
  switch (type) {
    case 'actor':
      return {
        type: '@xstate.actor',
        ...common,
        name: actor.id,
        parentId: actor.parentId,
        definition: JSON.stringify(actor.config ?? { id: actor.id }),
        snapshot: happened.snapshot,
      }
    case 'event':
      return {
        type: '@xstate.event',
        ...common,
        event: happened.event,
        sourceId: happened.sourceId,
      }
    case 'snapshot':
      return {
        type: '@xstate.snapshot',
        ...common,
        event: happened.event,
        snapshot: happened.snapshot,
      }
  }
}

/** A message out of the text of a socket; undefined when it is none. */
export function parseMessage(text: string): StatelyMessage | undefined {
  try {
    const message = JSON.parse(text) as Partial<StatelyMessage> | null
    const isMessage =
      ['@xstate.actor', '@xstate.event', '@xstate.snapshot'].includes(String(message?.type)) &&
      typeof message?.sessionId === 'string'
    return isMessage ? (message as StatelyMessage) : undefined
  } catch {
    return undefined
  }
}

/** The message with its sessions renamed, so that those of two processes are not mixed up. */
export function renamed(message: StatelyMessage, prefix: string): StatelyMessage {
  const sessions = ['sessionId', 'rootId', 'parentId', 'sourceId'].flatMap((key) => {
    const id = message[key]
    return typeof id === 'string' ? [[key, `${prefix}${id}`] as const] : []
  })
  return { ...message, ...Object.fromEntries(sessions) }
}
