export { breakerOf, createBreaker } from './breaker/create-breaker.js'
export { createRegistry } from './breaker/registry.js'
export { protect } from './breaker/protect.js'
export { formatStats } from './breaker/stats.js'
export {
  adaptiveBreakDuration,
  constantBreakDuration,
  exponentialBreakDuration,
  linearBreakDuration,
  withJitter,
} from './core/break-duration.js'
export { systemClock } from './core/clock.js'
export {
  BrokenCircuitError,
  DisposedBreakerError,
  IsolatedCircuitError,
  ProbeTimeoutError,
  isBrokenCircuit,
  isIsolatedCircuit,
} from './core/errors.js'
export { consecutiveFailures, countWindow } from './core/trip-policy.js'
export type * from './breaker/breaker.js'
export type { Registry, RegisteredOptions, RegistryOptions } from './breaker/registry.js'
export type { Stats } from './breaker/stats.js'
export type { Span } from './breaker/timeline.js'
export type { BreakContext, BreakDuration, BreakDurationGenerator } from './core/break-duration.js'
export type { Clock } from './core/clock.js'
export type { Health } from './core/health.js'
export type { Classifier, OutcomeKind, Settled } from './core/outcome.js'
export type {
  BreakerOptions,
  HalfOpenOptions,
  Inspect,
  Mode,
  SlowCallOptions,
} from './core/settings.js'
export type { BreakerSnapshot, CircuitState, Totals } from './core/snapshot.js'
export type { CountWindowOptions, Limits, TripPolicy } from './core/trip-policy.js'
export type { TransitionCause } from '../machines/index.js'
