import type { CircuitState } from '../index.js'

/** Attributes of metrics, spans and events. All but the name of the breaker have few values. */
export const attribute = {
  breaker: 'recloser.breaker',
  outcome: 'recloser.outcome',
  state: 'recloser.state',
  from: 'recloser.from',
  to: 'recloser.to',
  cause: 'recloser.cause',
} as const

/** The values of `recloser.state`. */
export const states: readonly CircuitState[] = ['closed', 'open', 'halfOpen', 'isolated']

/** Names of breakers as an attribute: the first so many their own, those beyond `other`. */
export class BreakerNames {
  readonly #names = new Set<string>()
  readonly #max: number

  constructor(max: number) {
    this.#max = max
  }

  /** Whether the breaker of that name has series of its own. */
  has(name: string): boolean {
    if (!this.#names.has(name) && this.#names.size < this.#max) this.#names.add(name)
    return this.#names.has(name)
  }

  of(name: string): string {
    return this.has(name) ? name : 'other'
  }
}
