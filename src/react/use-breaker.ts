import { useContext, useSyncExternalStore } from 'react'
import { number, optionsOf } from '../core/index.js'
import { BreakerStore } from './breaker-store.js'
import { RegistryContext, provided } from './registry-context.js'
import type { Breaker } from '../index.js'
import type { BreakerView } from './breaker-store.js'

export type { BreakerView } from './breaker-store.js'

/** Options of {@link useBreaker}. */
export interface UseBreakerOptions {
  /**
   * Ms between two readings of the figures, above 0; Infinity for only when the circuit moves.
   * Default 1,000. State and countdown do not wait for it.
   */
  readonly every?: number
}

const stores = new WeakMap<Breaker, Map<number, BreakerStore>>()

/**
 * Renders a component again when its breaker moves, when its figures are due, and by the second while
 * it is open.
 *
 * @param breaker - a breaker, or the name of one in the registry of the nearest provider
 * @throws TypeError or RangeError on bad options, Error on a name without a provider
 */
export function useBreaker(
  breaker: Breaker | string,
  options: UseBreakerOptions = {},
): BreakerView {
  const registry = useContext(RegistryContext)
  const given = optionsOf('useBreaker options', options, ['every'])
  const every = number('every', given.every ?? 1000, { above: 0, infinite: true })
  const store = storeOf(
    typeof breaker === 'string' ? provided(registry).get(breaker) : breaker,
    every,
  )
  return useSyncExternalStore(store.subscribe, store.view, store.view)
}

function storeOf(breaker: Breaker, every: number): BreakerStore {
  const ofBreaker = stores.get(breaker) ?? new Map<number, BreakerStore>()
  const store = ofBreaker.get(every) ?? new BreakerStore(breaker, every)
  stores.set(breaker, ofBreaker.set(every, store))
  return store
}
