import { Settings, shown } from '../core/index.js'
import { breakersByActor } from './chart.js'
import { CircuitBreaker } from './circuit-breaker.js'
import type { BreakerOptions } from '../core/index.js'
import type { Breaker, BreakerActorRef } from './breaker.js'

/**
 * A circuit breaker for the calls to one dependency.
 *
 * @param name - names the dependency in errors, transitions, inspectors and metrics
 * @throws TypeError or RangeError naming the option, its value and its bounds
 */
export function createBreaker(name: string, options: BreakerOptions = {}): Breaker {
  return new CircuitBreaker(breakerName(name), Settings.of(options))
}

/** A name to tell one breaker from another. @throws TypeError when it is none */
export function breakerName(name: unknown): string {
  if (typeof name !== 'string' || name === '')
    throw new TypeError(`name must be a text, got ${shown(name)}`)
  return name
}

/**
 * The call API over an actor of the breaker chart that lives in your own actor system. The same
 * breaker for the same actor. Observers hear of events that others send to the actor one microtask
 * later; when the actor stops, the breaker is disposed of.
 *
 * @throws TypeError when `actor` is no running actor of `breakerMachine`
 */
export function breakerOf(actor: BreakerActorRef): Breaker {
  const known = breakersByActor.get(actor)
  if (known !== undefined) return known
  const snapshot = (actor as Partial<BreakerActorRef> | null | undefined)?.getSnapshot?.()
  const { name, settings } = (snapshot?.context ?? {}) as { name?: unknown; settings?: unknown }
  if (!(settings instanceof Settings) || snapshot?.status !== 'active') {
    throw new TypeError('breakerOf needs a running actor of breakerMachine')
  }
  return new CircuitBreaker(breakerName(name), settings, undefined, actor)
}
