import { useContext, useSyncExternalStore } from 'react'
import { integer, optionsOf } from '../core/index.js'
import { RegistryContext, provided } from './registry-context.js'
import { TransitionStore } from './transition-store.js'
import type { Breaker, Registry, Transition } from '../index.js'

/** Options of {@link useTransitions}. */
export interface UseTransitionsOptions {
  /** How many, at least 1. Default 20. There are no more at first than the history of a breaker has. */
  readonly limit?: number
}

const stores = new WeakMap<Registry | Breaker, Map<number, TransitionStore>>()

/**
 * The latest transitions, oldest first. Renders a component again with each new one.
 *
 * @param source - a breaker, or a registry for those of all. Default the registry of the nearest
 * provider
 * @throws TypeError or RangeError on bad options, Error without a source and a provider
 */
export function useTransitions(
  source?: Registry | Breaker,
  options: UseTransitionsOptions = {},
): readonly Transition[] {
  const registry = useContext(RegistryContext)
  const given = optionsOf('useTransitions options', options, ['limit'])
  const limit = integer('limit', given.limit ?? 20, { min: 1 })
  const store = storeOf(source ?? provided(registry), limit)
  return useSyncExternalStore(store.subscribe, store.transitions, store.transitions)
}

function storeOf(source: Registry | Breaker, limit: number): TransitionStore {
  const ofSource = stores.get(source) ?? new Map<number, TransitionStore>()
  const store = ofSource.get(limit) ?? new TransitionStore(source, limit)
  stores.set(source, ofSource.set(limit, store))
  return store
}
