import { Metrics } from './metrics.js'
import type { Breaker, Registry } from '../index.js'
import type { Register } from './metrics.js'

type Source = Registry | Breaker

/** What one register shows: there is one of these for a register, whatever is measured in it. */
export class Exposition {
  static readonly #of = new WeakMap<Register, Exposition>()

  static of(register: Register): Exposition {
    const known = this.#of.get(register)
    if (known?.metrics.areIn(register)) return known
    const exposition = new Exposition(register)
    this.#of.set(register, exposition)
    return exposition
  }

  readonly metrics: Metrics
  readonly #register: Register
  /** What is measured, and how many names it may claim. */
  readonly #sources = new Map<Source, number>()
  readonly #names = new Set<string>()

  private constructor(register: Register) {
    this.#register = register
    this.metrics = new Metrics(register, () => this.#breakers())
  }

  /**
   * Measures a source until the function it returns is called.
   *
   * @throws Error when it is measured already: everything would count twice
   */
  add(source: Source, maxBreakers: number): () => void {
    if (this.#sources.has(source)) throw new Error('this is measured in this register already')
    this.#sources.set(source, maxBreakers)
    return () => {
      this.#sources.delete(source)
      this.#breakers()
      if (this.#sources.size > 0) return
      if (Exposition.#of.get(this.#register) === this) Exposition.#of.delete(this.#register)
      this.metrics.unregister(this.#register)
    }
  }

  /** The name a breaker is measured under: the first `max` their own, those beyond `other`. */
  labelOf(name: string, max: number): string {
    if (!this.#names.has(name) && this.#names.size < max) this.#names.add(name)
    return this.#names.has(name) ? name : 'other'
  }

  /** The breakers with series of their own. Forgets those that are gone. */
  #breakers(): Breaker[] {
    const breakers = [...this.#sources].flatMap(([source, max]) =>
      breakersOf(source).map((breaker) => ({ breaker, max })),
    )
    const gone = new Set(this.#names)
    for (const { breaker } of breakers) gone.delete(breaker.name)
    for (const name of gone) {
      this.#names.delete(name)
      this.metrics.remove(name)
    }
    return breakers
      .filter(({ breaker, max }) => this.labelOf(breaker.name, max) === breaker.name)
      .map(({ breaker }) => breaker)
  }
}

function breakersOf(source: Source): Breaker[] {
  return Symbol.iterator in source ? [...source] : [source]
}
