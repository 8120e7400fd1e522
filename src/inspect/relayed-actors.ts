import type { StatelyMessage } from './stately-format.js'

/** What a latecomer must know of an actor. */
interface Kept {
  readonly actor: StatelyMessage
  snapshot: StatelyMessage | undefined
}

/** So many actors are remembered, the latest. */
const maxActors = 10_000

/** The actors that a relay has heard of, for those who join late. */
export class RelayedActors {
  /** Those that have started. */
  readonly #kept = new Map<string, Kept>()
  /** Those that were announced: XState does so when it makes one, and some are never started. */
  readonly #announced = new Map<string, StatelyMessage>()

  /** Remembers a message, and gives what to pass on because of it. */
  take(message: StatelyMessage): StatelyMessage[] {
    const { type, sessionId } = message
    if (type === '@xstate.actor') {
      remember(this.#announced, sessionId, message)
      return []
    }
    const actor = this.#announced.get(sessionId)
    if (actor !== undefined) {
      this.#announced.delete(sessionId)
      remember(this.#kept, sessionId, { actor, snapshot: undefined })
    }
    const kept = this.#kept.get(sessionId)
    if (type === '@xstate.snapshot' && kept !== undefined) {
      kept.snapshot = message
      const { status = 'active' } = message.snapshot as { status?: unknown }
      if (status !== 'active') this.#kept.delete(sessionId)
    }
    return actor === undefined ? [message] : [actor, message]
  }

  /** What is, for somebody who joins: each actor with its latest snapshot. */
  *now(): Iterable<StatelyMessage> {
    for (const { actor, snapshot } of this.#kept.values()) {
      yield snapshot === undefined ? actor : { ...actor, snapshot: snapshot.snapshot }
      if (snapshot !== undefined) yield snapshot
    }
  }

  /** Their sender is gone: forgets what it announced, and says of each actor that it has stopped. */
  farewells(prefix: string): StatelyMessage[] {
    for (const sessionId of this.#announced.keys())
      if (sessionId.startsWith(prefix)) this.#announced.delete(sessionId)
    return [...this.#kept]
      .filter(([sessionId]) => sessionId.startsWith(prefix))
      .map(([, { actor, snapshot = actor }]) => ({
        ...actor,
        type: '@xstate.snapshot',
        event: { type: 'xstate.stop' },
        snapshot: { ...(snapshot.snapshot as object), status: 'stopped' },
      }))
  }
}

function remember<T>(actors: Map<string, T>, sessionId: string, value: T): void {
  actors.set(sessionId, value)
  const [oldest] = actors.keys()
  if (actors.size > maxActors && oldest !== undefined) actors.delete(oldest)
}
