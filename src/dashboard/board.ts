import { transitionRow } from './bounded.js'
import { TimeAxis } from './series.js'
import { WatchedBreaker } from './watched-breaker.js'
import type { Registry, Transition } from '../index.js'
import type { Instant } from './watched-breaker.js'
import type { BreakerDetail, BreakerPatch, BreakerRow, TransitionRow } from './wire.js'

/** Transitions of all breakers that a page is told of. */
const longestFeed = 200

/** A timer may fire so much before its time, ms: a point must not wait for the next one. */
const earliness = 5

/** What a sweep found. */
export interface Sweep {
  readonly rows: readonly BreakerPatch[]
  readonly gone: readonly string[]
  readonly transitions: readonly TransitionRow[]
}

/** Every breaker of the registry, as the dashboard knows them. */
export class Board {
  readonly #registry: Registry
  readonly #report: (error: unknown) => void
  readonly #axis: TimeAxis
  readonly #watched = new Map<string, WatchedBreaker>()
  #feed: TransitionRow[]
  #fresh: TransitionRow[] = []
  #recordedAt = -Infinity

  constructor(
    registry: Registry,
    axis: { readonly step: number; readonly size: number },
    report: (error: unknown) => void,
  ) {
    this.#registry = registry
    this.#report = report
    this.#axis = new TimeAxis(axis.step, axis.size)
    this.#feed = [...registry]
      .flatMap((breaker) => breaker.history.slice(-longestFeed))
      .sort((one, other) => one.at - other.at)
      .slice(-longestFeed)
      .map(transitionRow)
  }

  /** A breaker moved. */
  add(transition: Transition): void {
    this.#fresh = [...this.#fresh, transitionRow(transition)].slice(-longestFeed)
  }

  /** Looks at every breaker: what has changed since the last sweep. */
  sweep(instant: Instant): Sweep {
    const isDue = instant.now - this.#recordedAt >= this.#axis.step - earliness
    if (isDue) {
      this.#recordedAt = instant.now
      this.#axis.next(instant.wall)
    }
    const rows: BreakerPatch[] = []
    const seen = new Set<string>()
    for (const breaker of this.#registry) {
      seen.add(breaker.name)
      try {
        const known = this.#watched.get(breaker.name)
        if (known?.breaker === breaker) {
          const patch = known.look(instant)
          if (patch !== undefined) rows.push(patch)
          if (isDue) known.record(instant)
        } else {
          const watched = new WatchedBreaker(breaker, this.#axis, instant)
          this.#watched.set(breaker.name, watched)
          rows.push(watched.row)
        }
      } catch (error) {
        this.#report(error)
      }
    }
    const gone = [...this.#watched.keys()].filter((name) => !seen.has(name))
    for (const name of gone) this.#watched.delete(name)
    const transitions = this.#fresh
    this.#fresh = []
    this.#feed = [...this.#feed, ...transitions].slice(-longestFeed)
    return { rows, gone, transitions }
  }

  /** As of the last sweep. */
  get rows(): BreakerRow[] {
    return Array.from(this.#watched.values(), ({ row }) => row)
  }

  /** The latest transitions of all, oldest first. As of the last sweep: what came since is told next. */
  get feed(): readonly TransitionRow[] {
    return this.#feed
  }

  detail(name: string, wall: number): BreakerDetail | undefined {
    return this.#watched.get(name)?.detail(wall)
  }
}
