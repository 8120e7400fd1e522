/** What a finished call says about the dependency. */
export type OutcomeKind = 'success' | 'failure' | 'ignored'

/** How a call ended, before anyone judged it. */
export type Settled<T = unknown> =
  | { readonly status: 'fulfilled'; readonly value: T }
  | { readonly status: 'rejected'; readonly reason: unknown }

/** Judges how a call ended. `duration` is in milliseconds. */
export type Classifier = (settled: Settled, call: { readonly duration: number }) => OutcomeKind

/** True for one of the three words an outcome can be. */
export function isOutcomeKind(value: unknown): value is OutcomeKind {
  return value === 'success' || value === 'failure' || value === 'ignored'
}
