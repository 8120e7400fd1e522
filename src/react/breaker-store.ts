import { Listeners } from './listeners.js'
import type { Breaker, CircuitState, Stats } from '../index.js'

/** A breaker as a component sees it: read at one moment, so that no figure contradicts another. */
export interface BreakerView {
  readonly breaker: Breaker
  readonly state: CircuitState
  /** As old as `every` at most, and never of another state than `state`. */
  readonly stats: Stats
  /** Ms until a call is worth trying, counting down by the second; undefined while isolated. */
  readonly retryAfter: number | undefined
}

/** How often a countdown moves, ms; and how old figures may be when a component is first rendered. */
const second = 1000
/** React reads more than once in a render, and wants the same each time; ms. */
const frame = 16

/**
 * The views of one breaker at one rate, for all components that want it at that rate: they show the
 * same figures. Reads the breaker by the clock only while somebody is subscribed.
 */
export class BreakerStore {
  readonly #breaker: Breaker
  readonly #every: number
  readonly #listeners = new Listeners(() => this.#start())
  #view: BreakerView
  #readAt = 0
  #stopCountdown: (() => void) | undefined

  constructor(breaker: Breaker, every: number) {
    this.#breaker = breaker
    this.#every = every
    this.#view = this.#read()
  }

  /** For `useSyncExternalStore`: the same object until there is news. */
  readonly view = (): BreakerView => {
    // A render may come between a transition and the news of it. It must not show what is past.
    const isPast = this.#breaker.state !== this.#view.state
    // Nobody listens yet, or no longer: the figures may be of any age.
    const age = performance.now() - this.#readAt
    const tooOld = Math.max(frame, Math.min(this.#every, second))
    const isOld = !this.#listeners.areThere && age >= tooOld
    if (isPast || isOld) this.#view = this.#read()
    return this.#view
  }

  /** For `useSyncExternalStore`. */
  get subscribe(): Listeners['subscribe'] {
    return this.#listeners.subscribe
  }

  #start(): () => void {
    this.view()
    const transitions = this.#breaker.transitions$.subscribe(() => {
      this.#renew()
    })
    const stopFigures = this.#every < Infinity ? this.#repeat(this.#every, this.#renew) : undefined
    this.#countDown()
    return () => {
      transitions.unsubscribe()
      stopFigures?.()
      this.#stopCountdown?.()
      this.#stopCountdown = undefined
    }
  }

  readonly #renew = (): void => {
    this.#view = this.#read()
    this.#countDown()
    this.#listeners.tell()
  }

  /** Moves `retryAfter` alone, while the circuit is open and its figures come at longer intervals. */
  #countDown(): void {
    if (this.#view.state !== 'open' || this.#every <= second) {
      this.#stopCountdown?.()
      this.#stopCountdown = undefined
      return
    }
    this.#stopCountdown ??= this.#repeat(second, () => {
      this.#view = { ...this.#view, retryAfter: this.#breaker.retryAfter }
      this.#listeners.tell()
    })
  }

  /** By the clock of the breaker, which a test may drive. */
  #repeat(every: number, act: () => void): () => void {
    let first = true
    const ticks = this.#breaker.stats$(every).subscribe(() => {
      if (!first) act()
      first = false
    })
    return () => {
      ticks.unsubscribe()
    }
  }

  #read(): BreakerView {
    this.#readAt = performance.now()
    const stats = this.#breaker.stats()
    const { state, retryAfter } = stats
    return { breaker: this.#breaker, state, stats, retryAfter }
  }
}
