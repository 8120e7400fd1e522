import { Reader, encoded, heartbeat } from './event-stream.js'
import type { Clock } from '../index.js'
import type { Board } from './board.js'
import type { Everything } from './wire.js'

/** A reader that takes nothing for so long is dropped; ms. */
const longestStall = 30_000
/** The page takes a line that is silent for three of these as lost; ms. */
const heartbeatEvery = 5_000
/** So long a text that tells everything will do for those who come next; ms. */
const freshFor = 250

/** How often, and for how many. */
export interface Pace {
  /** Ms between two messages. */
  readonly every: number
  /** Ms between two points of a series, which go on while nobody reads. */
  readonly step: number
  readonly maxReaders: number
}

/** Keeps the board up to date, and its readers told. One sweep serves all of them. */
export class Live {
  readonly #readers = new Set<Reader>()
  #timer: unknown
  #sentAt = -Infinity
  /** When it may look again without being in the way of calls. */
  #restedAt = -Infinity
  /** What was last told to a reader that had to be told everything. */
  #told: { readonly text: Uint8Array; readonly at: number } | undefined

  constructor(
    private readonly board: Board,
    private readonly pace: Pace,
    private readonly clock: Required<Clock>,
    private readonly about: Pick<Everything, 'dashboard' | 'title' | 'control'>,
    private readonly report: (error: unknown) => void,
  ) {
    this.#tick()
  }

  /** A new reader, or undefined when there are enough. */
  open(): Reader | undefined {
    if (this.#readers.size >= this.pace.maxReaders) return undefined
    // All pages come back at once when a server was restarted: one look does for all of them.
    if (this.clock.now() >= this.#restedAt) this.#tick()
    const reader = new Reader(
      () => this.#everything(),
      () => this.clock.now(),
      (left) => this.#readers.delete(left),
    )
    this.#readers.add(reader)
    this.#sentAt = this.clock.now()
    // With a reader the pace is another one.
    if (this.#readers.size === 1) this.#arm()
    return reader
  }

  get readers(): number {
    return this.#readers.size
  }

  /** Looks at every breaker now, and tells the readers. */
  refresh(): void {
    const instant = { now: this.clock.now(), wall: this.clock.wall() }
    const { rows, gone, transitions } = this.board.sweep(instant)
    this.#told = undefined
    if (this.#readers.size === 0) return
    if (rows.length + gone.length + transitions.length > 0) {
      this.#tell(encoded({ type: 'changes', now: instant.wall, rows, gone, transitions }))
    } else if (instant.now - this.#sentAt >= heartbeatEvery) {
      this.#tell(heartbeat)
    }
  }

  close(): void {
    this.clock.clearTimeout(this.#timer)
    this.#timer = undefined
    for (const reader of [...this.#readers]) reader.close()
  }

  #tick(): void {
    const begun = this.clock.now()
    try {
      this.refresh()
    } catch (error) {
      this.report(error)
    }
    for (const reader of [...this.#readers]) if (reader.isStuck(longestStall)) reader.drop()
    // With very many breakers it is slower rather than in the way of their calls.
    const now = this.clock.now()
    this.#restedAt = now + 9 * (now - begun)
    this.#arm()
  }

  #arm(): void {
    const { every, step } = this.pace
    this.clock.clearTimeout(this.#timer)
    this.#timer = this.clock.setTimeout(
      () => {
        this.#tick()
      },
      Math.max(this.#readers.size > 0 ? every : step, this.#restedAt - this.clock.now()),
    )
  }

  #tell(chunk: Uint8Array): void {
    this.#sentAt = this.clock.now()
    for (const reader of [...this.#readers]) reader.send(chunk)
  }

  /** One text for all who need it at the same time: with many breakers it is megabytes. */
  #everything(): Uint8Array {
    const at = this.clock.now()
    if (this.#told === undefined || at - this.#told.at > freshFor) {
      const text = encoded({
        type: 'everything',
        ...this.about,
        now: this.clock.wall(),
        rows: this.board.rows,
        transitions: this.board.feed,
      })
      this.#told = { text, at }
    }
    return this.#told.text
  }
}
