import { Subject } from 'rxjs'
import { GuardedSubject } from '../streams/guarded-subject.js'
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

/** @param report - hears what subscribers throw */
export function createOutlets(report: (error: unknown) => void): Outlets {
  return {
    transitions: new GuardedSubject(report),
    outcomes: new GuardedSubject(report),
    rejections: new GuardedSubject(report),
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
