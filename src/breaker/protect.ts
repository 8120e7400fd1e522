import { Observable, tap } from 'rxjs'
import type { MonoTypeOperatorFunction } from 'rxjs'
import type { Breaker } from './breaker.js'
import type { CallPermit } from './permit.js'
import type { Refusal } from './refusal.js'

/** What every breaker of ours has, also one of another copy of this package. */
interface Gate {
  admit(): CallPermit | Refusal
}

/**
 * Guards an Observable: each subscription is one call. An error of the source is a failure (unless
 * `classify` says otherwise), its completion a success, unsubscribing before either is ignored.
 * While the circuit rejects, subscribing gives the error at once and the source is left alone.
 */
export function protect<T>(breaker: Breaker): MonoTypeOperatorFunction<T> {
  return (source) =>
    new Observable<T>((subscriber) => {
      // What comes of a stream is judged by `classify`, unlike what is said of a permit by hand.
      const permit = (breaker as Breaker & Gate).admit()
      if ('status' in permit) {
        subscriber.error(permit.error)
        return undefined
      }
      subscriber.add(() => {
        permit.ignore()
      })
      const ends = {
        error: (error: unknown) => {
          permit.rejected(error)
        },
        complete: () => {
          permit.fulfilled(undefined)
        },
      }
      // The subscriber itself, so that a source that never waits sees it leave.
      return source.pipe(tap(ends)).subscribe(subscriber)
    })
}
