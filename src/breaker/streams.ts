import { Subject } from 'rxjs'
import type { Outcome, Rejection, Transition } from './breaker.js'
import type { CallPermit } from './permit.js'

/** What a breaker, or all of a registry, tells the world. */
export interface Channels {
  readonly transitions: Transition
  readonly outcomes: Outcome
  readonly rejections: Rejection
}

/** The subjects behind the hot streams. */
export type Outlets = { readonly [K in keyof Channels]: Subject<Channels[K]> }

export function createOutlets(): Outlets {
  return { transitions: new Outlet(), outcomes: new Outlet(), rejections: new Outlet() }
}

/**
 * A subject that hands values straight to its observers, who all guard themselves: RxJS wraps each
 * value in a function call that costs as much as the rest.
 */
class Outlet<T> extends Subject<T> {
  override next(value: T): void {
    // eslint-disable-next-line @typescript-eslint/no-deprecated -- there is no other way to them; rxjs 7 is our peer
    const { observers } = this
    if (observers.length === 1) observers[0]?.next(value)
    // Who subscribes or leaves meanwhile changes nothing for this value.
    else for (const observer of [...observers]) observer.next(value)
  }
}

export function completeOutlets(outlets: Outlets): void {
  for (const outlet of Object.values(outlets)) outlet.complete()
}

/**
 * The outcome stream of one breaker. Its filter is part of it: an outcome is counted as it comes in,
 * and goes on to who subscribes only if it may move the circuit. An operator would do the same, for a
 * fifth of the cost of a call.
 */
export class OutcomeStream extends Subject<CallPermit> {
  readonly #count: (call: CallPermit) => boolean

  constructor(count: (call: CallPermit) => boolean) {
    super()
    this.#count = count
  }

  override next(call: CallPermit): void {
    if (this.#count(call)) super.next(call)
  }
}
