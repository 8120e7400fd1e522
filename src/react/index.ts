// Hooks for React: what a breaker is and does, as a component renders it.
export { RegistryProvider, useRegistry } from './registry-context.js'
export type { RegistryProviderProps } from './registry-context.js'
export { useBreaker } from './use-breaker.js'
export type { BreakerView, UseBreakerOptions } from './use-breaker.js'
export { useTransitions } from './use-transitions.js'
export type { UseTransitionsOptions } from './use-transitions.js'
