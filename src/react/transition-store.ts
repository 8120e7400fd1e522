import { Listeners } from './listeners.js'
import type { Breaker, Registry, Transition } from '../index.js'

/** The latest transitions of one source, for all components that want so many of them. */
export class TransitionStore {
  readonly #source: Registry | Breaker
  readonly #limit: number
  readonly #listeners = new Listeners(() => this.#start())
  #transitions: readonly Transition[] = []

  constructor(source: Registry | Breaker, limit: number) {
    this.#source = source
    this.#limit = limit
  }

  /** For `useSyncExternalStore`: the same array until there is news. */
  readonly transitions = (): readonly Transition[] => {
    // Nobody listens yet, or no longer: what happened since is in the histories.
    if (!this.#listeners.areThere) this.#catchUp()
    return this.#transitions
  }

  /** For `useSyncExternalStore`. */
  get subscribe(): Listeners['subscribe'] {
    return this.#listeners.subscribe
  }

  #start(): () => void {
    this.#catchUp()
    const subscription = this.#source.transitions$.subscribe((transition) => {
      // One that was remembered but not told yet when we caught up comes again.
      if (this.#transitions.includes(transition)) return
      this.#transitions = [...this.#transitions, transition].slice(-this.#limit)
      this.#listeners.tell()
    })
    return () => {
      subscription.unsubscribe()
    }
  }

  #catchUp(): void {
    const known = this.#transitions
    const latest = this.#remembered()
    const isNews =
      latest.length !== known.length || latest.some((transition, i) => transition !== known[i])
    if (isNews) this.#transitions = latest
  }

  #remembered(): readonly Transition[] {
    if (!(Symbol.iterator in this.#source)) return this.#source.history.slice(-this.#limit)
    return [...this.#source]
      .flatMap(({ history }) => history.slice(-this.#limit))
      .sort((one, other) => one.at - other.at)
      .slice(-this.#limit)
  }
}
