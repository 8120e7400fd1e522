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
  return { transitions: new Subject(), outcomes: new Subject(), rejections: new Subject() }
}

export function completeOutlets(outlets: Outlets): void {
  for (const outlet of Object.values(outlets)) outlet.complete()
}

/**
 * The outcome stream of one breaker. Its one observer is there from the start, so it needs neither
 * the copy of the observers nor the error context that a Subject makes for every value: a third of
 * the cost of a call.
 */
export class OutcomeSubject extends Subject<CallPermit> {
  override next(call: CallPermit): void {
    // eslint-disable-next-line @typescript-eslint/no-deprecated -- rxjs 7 is our peer
    for (const observer of this.observers) observer.next(call)
  }
}
