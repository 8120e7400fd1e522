import { Settings, number, optionsOf, shown } from '../core/index.js'
import { CircuitBreaker } from './circuit-breaker.js'
import { breakerName } from './create-breaker.js'
import { GuardedObservable } from '../streams/guarded-observable.js'
import { GuardedSubject } from '../streams/guarded-subject.js'
import { completeOutlets, createOutlets } from './streams.js'
import type { Observable, Subject } from 'rxjs'
import type { BreakerOptions, Clock, Inspect } from '../core/index.js'
import type { Breaker, Outcome, Rejection, Transition } from './breaker.js'
import type { Stats } from './stats.js'
import type { Channels, Outlets } from './streams.js'

/** Options of a registry. */
export interface RegistryOptions {
  /** What its breakers have in common; `get` can override each of them. */
  readonly defaults?: Omit<BreakerOptions, 'clock' | 'inspect' | 'snapshot'>
  /** The clock of all of them. Default the clock of the runtime. */
  readonly clock?: Clock
  /** The XState inspection observer of all of them. */
  readonly inspect?: Inspect
  /**
   * Ms after which a closed breaker that made no call may be let go of, above 0. Default: never.
   * One that is not closed, has subscribers or is still held by somebody is never lost.
   */
  readonly maxIdle?: number
}

/** Options of one breaker of a registry: clock and inspector are the registry's. */
export type RegisteredOptions = Omit<BreakerOptions, 'clock' | 'inspect'>

/** The breakers of one process, one per dependency. */
export interface Registry extends Iterable<Breaker>, Disposable {
  /**
   * The breaker of that name, made at first use.
   *
   * @throws TypeError or RangeError on bad options, or on other options than it was made with
   */
  get(name: string, options?: RegisteredOptions): Breaker
  /** Whether there is one of that name; makes none. */
  has(name: string): boolean
  /** Disposes of the breaker of that name. False when there is none. */
  delete(name: string): boolean
  readonly size: number
  /** The figures of each, by name. */
  stats(): Record<string, Stats>
  /** Each breaker there is, then each new one. */
  readonly breakers$: Observable<Breaker>
  /** Transitions of all. */
  readonly transitions$: Observable<Transition>
  /** Outcomes of all. */
  readonly outcomes$: Observable<Outcome>
  /** Rejections of all. */
  readonly rejections$: Observable<Rejection>
  /** Disposes of all. */
  dispose(): void
}

/**
 * A registry: one breaker per dependency, with a clock and an inspector for all.
 *
 * @throws TypeError or RangeError naming the option, its value and its bounds
 */
export function createRegistry(options: RegistryOptions = {}): Registry {
  return new BreakerRegistry(options)
}

class BreakerRegistry implements Registry {
  readonly #defaults: Settings
  readonly #maxIdle: number
  /** Least recently asked for first. */
  readonly #breakers = new Map<string, CircuitBreaker>()
  /** Let go of, but perhaps held by somebody: then it stays the breaker of its name. */
  readonly #released = new Map<string, WeakRef<CircuitBreaker>>()
  readonly #collected = new FinalizationRegistry<string>((name) => {
    if (this.#released.get(name)?.deref() === undefined) this.#released.delete(name)
  })
  readonly #created: Subject<Breaker>
  readonly outlets: Outlets
  #disposed = false

  constructor(options: RegistryOptions) {
    const given = optionsOf('registry options', options, [
      'defaults',
      'clock',
      'inspect',
      'maxIdle',
    ])
    const { defaults = {}, clock, inspect } = options
    refuse('defaults', defaults, ['clock', 'inspect', 'snapshot'])
    this.#defaults = new Settings({
      ...defaults,
      ...(clock === undefined ? {} : { clock }),
      ...(inspect === undefined ? {} : { inspect }),
    })
    this.#created = new GuardedSubject(this.#defaults.report)
    this.outlets = createOutlets(this.#defaults.report)
    this.#maxIdle =
      given.maxIdle === undefined
        ? Infinity
        : number('maxIdle', given.maxIdle, { above: 0, infinite: true })
  }

  get(name: string, options?: RegisteredOptions): Breaker {
    if (this.#disposed) throw new TypeError('this registry was disposed of; create another one')
    const breaker = this.#find(name)
    if (options !== undefined) refuse('breaker options', options, ['clock', 'inspect'])
    if (breaker === undefined) return this.#create(name, options)
    const other = options === undefined ? undefined : breaker.settings.differsIn(options)
    if (other !== undefined) {
      throw new TypeError(
        `breaker ${shown(name)} exists with another ${other}; options count at the first use of a name ` +
          '(functions made anew at each call are never the same: make them once)',
      )
    }
    return breaker
  }

  has(name: string): boolean {
    return this.#breakers.has(name)
  }

  delete(name: string): boolean {
    const breaker = this.#find(name)
    breaker?.dispose()
    return breaker !== undefined
  }

  get size(): number {
    return this.#breakers.size
  }

  [Symbol.iterator](): Iterator<Breaker> {
    return this.#breakers.values()
  }

  stats(): Record<string, Stats> {
    return Object.fromEntries([...this.#breakers].map(([name, breaker]) => [name, breaker.stats()]))
  }

  get breakers$(): Observable<Breaker> {
    return new GuardedObservable(this.#defaults.report, (subscriber) => {
      const present = [...this]
      // Before those are given: a breaker made in answer to one of them is told as well.
      const created = this.#created.subscribe(subscriber)
      for (const breaker of present) subscriber.next(breaker)
      return created
    })
  }

  get transitions$(): Observable<Transition> {
    return this.#hot('transitions')
  }

  get outcomes$(): Observable<Outcome> {
    return this.#hot('outcomes')
  }

  get rejections$(): Observable<Rejection> {
    return this.#hot('rejections')
  }

  dispose(): void {
    if (this.#disposed) return
    this.#disposed = true
    for (const breaker of [...this]) breaker.dispose()
    for (const released of [...this.#released.values()]) released.deref()?.dispose()
    this.#created.complete()
    completeOutlets(this.outlets)
  }

  [Symbol.dispose](): void {
    this.dispose()
  }

  /** A breaker that was let go of has moved: it is wanted after all. */
  moved(breaker: CircuitBreaker): void {
    if (this.#released.delete(breaker.name)) this.#breakers.set(breaker.name, breaker)
  }

  disposed(breaker: CircuitBreaker): void {
    if (this.#find(breaker.name) !== breaker) return
    this.#breakers.delete(breaker.name)
    this.#released.delete(breaker.name)
  }

  #hot<K extends keyof Channels>(channel: K): Observable<Channels[K]> {
    const outlet = this.outlets[channel] as Subject<Channels[K]>
    return new GuardedObservable(this.#defaults.report, (subscriber) =>
      outlet.subscribe(subscriber),
    )
  }

  #find(name: string): CircuitBreaker | undefined {
    const breaker = this.#breakers.get(name) ?? this.#released.get(name)?.deref()
    if (breaker !== undefined && this.#maxIdle < Infinity) {
      this.#released.delete(name)
      this.#breakers.delete(name)
      this.#breakers.set(name, breaker)
    }
    return breaker
  }

  #create(name: string, options: RegisteredOptions | undefined): CircuitBreaker {
    this.#letGoOfIdle()
    const settings = options === undefined ? this.#defaults : this.#defaults.with(options)
    const breaker = new CircuitBreaker(breakerName(name), settings, this)
    this.#breakers.set(name, breaker)
    this.#created.next(breaker)
    return breaker
  }

  /**
   * Lets go of the least recently asked for, as long as they are idle; passes over two that are not.
   * Each goes once and two looks a new breaker are all it costs: no sweep, no timer.
   */
  #letGoOfIdle(): void {
    if (this.#maxIdle === Infinity) return
    const before = this.#defaults.clock.now() - this.#maxIdle
    let looks = 2
    for (const [name, breaker] of this.#breakers) {
      this.#breakers.delete(name)
      if (breaker.isIdleSince(before)) {
        this.#released.set(name, new WeakRef(breaker))
        this.#collected.register(breaker, name)
      } else {
        this.#breakers.set(name, breaker)
        if (--looks === 0) return
      }
    }
  }
}

/** The clock and the inspector are the registry's, and no two breakers share a snapshot. */
function refuse(what: string, options: object, keys: readonly string[]): void {
  optionsOf(what, options, Object.keys((options as object | null) ?? {}))
  for (const key of keys) {
    if (key in options) throw new TypeError(`${what}: ${key} cannot be set here`)
  }
}
