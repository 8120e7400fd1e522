import { Observable } from 'rxjs'
import type { MonoTypeOperatorFunction } from 'rxjs'
import type { Breaker } from './breaker.js'
import type { CallPermit } from './permit.js'

/**
 * Guards an Observable: each subscription is one call. An error of the source is a failure (unless
 * `classify` says otherwise), its completion a success, unsubscribing before either is ignored.
 * While the circuit rejects, subscribing gives the error at once and the source is left alone.
 */
export function protect<T>(breaker: Breaker): MonoTypeOperatorFunction<T> {
  return (source) =>
    new Observable<T>((subscriber) => {
      // A breaker's permits can be judged; that is not for those who end them by hand.
      const permit = breaker.tryAcquire() as CallPermit | undefined
      if (permit === undefined) {
        subscriber.error(breaker.rejection())
        return undefined
      }
      subscriber.add(() => {
        permit.ignore()
      })
      return source.subscribe({
        next: (value) => {
          subscriber.next(value)
        },
        error: (error: unknown) => {
          permit.rejected(error)
          subscriber.error(error)
        },
        complete: () => {
          permit.fulfilled(undefined)
          subscriber.complete()
        },
      })
    })
}
