import type { BreakerRow, Message, TransitionRow } from '../wire.js'
import type { Line } from './connection.js'

const longestFeed = 200

/** What the page knows. Whoever subscribes hears of changes once a frame at most. */
export class Store {
  readonly rows = new Map<string, BreakerRow>()
  /** The latest of all breakers, oldest first. */
  transitions: readonly TransitionRow[] = []
  title = 'Circuit breakers'
  control = false
  line: Line = { status: 'connecting' }
  /** Page time of the latest message. */
  heardAt = 0
  /** False until the server has told everything once. */
  isFilled = false
  /** Transitions that happened while the page was open: what a screen reader is told. */
  news: readonly TransitionRow[] = []
  /** Grows with every change of rows. */
  version = 0
  #offset = 0
  readonly #listeners = new Set<() => void>()
  #frame: number | undefined

  /** The time at the server, epoch ms: a countdown must not depend on the clock of the viewer. */
  now(): number {
    return Date.now() + this.#offset
  }

  hear(message: Message): void {
    this.heardAt = Date.now()
    this.#offset = message.now - this.heardAt
    this.version++
    if (message.type === 'everything') {
      this.isFilled = true
      this.title = message.title
      this.control = message.control
      this.rows.clear()
      for (const row of message.rows) this.rows.set(row.name, row)
      this.transitions = message.transitions
    } else {
      for (const patch of message.rows) {
        const row = { ...this.rows.get(patch.name), ...patch }
        this.rows.set(patch.name, row as BreakerRow)
      }
      for (const name of message.gone) this.rows.delete(name)
      if (message.transitions.length > 0) {
        this.transitions = [...this.transitions, ...message.transitions].slice(-longestFeed)
        this.news = message.transitions
      }
    }
    this.changed()
  }

  setLine(line: Line): void {
    this.line = line
    this.changed()
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  changed(): void {
    if (this.#frame !== undefined) return
    this.#frame = requestAnimationFrame(() => {
      this.#frame = undefined
      for (const listener of this.#listeners) listener()
    })
  }
}
