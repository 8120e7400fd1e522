import { Subject } from 'rxjs'
import type { Outcome, Rejection, Transition } from './breaker.js'

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
