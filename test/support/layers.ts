import { getEventListeners } from 'node:events'
import { expect } from 'vitest'
import type { Observable } from 'rxjs'

/** Lets everything run that waits for nothing but its turn. */
export function turn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve)
  })
}

/** How a promise stands: looked at again after each turn. */
export interface Watched {
  readonly state: 'pending' | 'fulfilled' | 'rejected'
  readonly value: unknown
  readonly error: unknown
}

/** Watches a promise, which may reject without anybody minding. */
export function watch(promise: Promise<unknown>): Watched {
  const watched: { -readonly [K in keyof Watched]: Watched[K] } = {
    state: 'pending',
    value: undefined,
    error: undefined,
  }
  promise.then(
    (value) => Object.assign(watched, { state: 'fulfilled', value }),
    (error: unknown) => Object.assign(watched, { state: 'rejected', error }),
  )
  return watched
}

/** What a promise rejects with; fails when it does not. */
export async function errorOf(promise: Promise<unknown>): Promise<unknown> {
  const watched = watch(promise)
  await turn()
  expect(watched.state).toBe('rejected')
  return watched.error
}

/** How many listen for the abort of a signal. */
export function listenersOf(signal: AbortSignal): number {
  return getEventListeners(signal, 'abort').length
}

/** Everything an observable says from now on. */
export function eventsOf<T>(events$: Observable<T>): T[] {
  const events: T[] = []
  events$.subscribe((event) => events.push(event))
  return events
}

/** Hears of every rejection that nobody handles, until `stop`. */
export function listenForUnhandled(): { readonly errors: unknown[]; stop(): void } {
  const errors: unknown[] = []
  const hear = (error: unknown) => errors.push(error)
  process.on('unhandledRejection', hear)
  return { errors, stop: () => process.off('unhandledRejection', hear) }
}
