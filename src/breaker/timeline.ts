import type { TransitionCause } from '../../machines/breaker.context.js'
import type { CircuitState } from '../core/index.js'
import type { Transition } from './breaker.js'

/** A time the circuit spent in one state. Moments are epoch ms. */
export interface Span {
  readonly state: CircuitState
  readonly from: number
  /** Now, for the last one. */
  readonly to: number
  /** Why it began; undefined for the first one known. */
  readonly cause: TransitionCause | undefined
  readonly reason: string | undefined
}

/** The states a history tells of, from `since` (or as far back as is known) to `now`. */
export function spansOf(
  history: readonly Transition[],
  begun: { readonly state: CircuitState; readonly at: number },
  now: number,
  since: number,
): Span[] {
  const starts = [
    { state: history[0]?.from ?? begun.state, from: begun.at, cause: undefined, reason: undefined },
    ...history.map(({ to, at, cause, reason }) => ({ state: to, from: at, cause, reason })),
  ]
  return starts
    .map((start, i) => ({
      ...start,
      from: Math.max(start.from, since),
      to: starts[i + 1]?.from ?? now,
    }))
    .filter(({ to }, i, { length }) => to > since || i === length - 1)
}
