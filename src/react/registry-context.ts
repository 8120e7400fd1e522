import { createContext, createElement, useContext } from 'react'
import type { ReactElement, ReactNode } from 'react'
import type { Registry } from '../index.js'

/** Undefined outside of any provider. */
export const RegistryContext = createContext<Registry | undefined>(undefined)

/** Properties of {@link RegistryProvider}. */
export interface RegistryProviderProps {
  readonly registry: Registry
  readonly children?: ReactNode
}

/**
 * Gives the hooks below it a registry: `useBreaker` then takes names, and `useTransitions` nothing
 * for the transitions of all. It does not dispose of the registry.
 */
export function RegistryProvider({ registry, children }: RegistryProviderProps): ReactElement {
  return createElement(RegistryContext.Provider, { value: registry }, children)
}

/**
 * The registry of the nearest {@link RegistryProvider}.
 *
 * @throws Error when there is none
 */
export function useRegistry(): Registry {
  return provided(useContext(RegistryContext))
}

/** @throws Error when it is undefined */
export function provided(registry: Registry | undefined): Registry {
  if (registry !== undefined) return registry
  throw new Error('there is no registry here: put a RegistryProvider around it')
}
