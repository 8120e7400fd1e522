/**
 * A signal that never aborts, for calls whose caller gave none: making one costs more than a whole
 * breaker. Who is handed this one need not listen to it.
 */
export const idleSignal: AbortSignal = new AbortController().signal
