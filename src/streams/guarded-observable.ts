import { Observable, Subscriber } from 'rxjs'
import type { Observer, Operator, Subscription } from 'rxjs'

/**
 * A stream whose subscribers may throw: it is told to `report`. RxJS would throw it again from a
 * timer, which ends a Node process. Streams derived with operators are guarded as well.
 */
export class GuardedObservable<T> extends Observable<T> {
  readonly #report: (error: unknown) => void

  constructor(
    report: (error: unknown) => void,
    subscribe?: (subscriber: Subscriber<T>) => Subscription,
  ) {
    super(subscribe)
    this.#report = report
  }

  /* eslint-disable @typescript-eslint/no-deprecated -- the one way to guard what operators derive; rxjs 7 is our peer */
  override lift<R>(operator?: Operator<T, R>): Observable<R> {
    const derived = new GuardedObservable<R>(this.#report)
    derived.source = this
    derived.operator = operator
    return derived
  }
  /* eslint-enable @typescript-eslint/no-deprecated */

  override subscribe(
    observer?: Partial<Observer<T>> | ((value: T) => void) | null,
    error?: ((reason: unknown) => void) | null,
    complete?: (() => void) | null,
  ): Subscription {
    // Operators come with a subscriber that takes care of itself.
    if (observer instanceof Subscriber) return super.subscribe(observer)
    const given: Partial<Observer<T>> =
      typeof observer === 'object' && observer !== null
        ? observer
        : {
            ...(observer ? { next: observer } : {}),
            ...(error ? { error } : {}),
            ...(complete ? { complete } : {}),
          }
    return super.subscribe({
      next: (value) => {
        // As `#guard`, without its closure: values come by the million.
        try {
          given.next?.(value)
        } catch (error) {
          this.#report(error)
        }
      },
      error: (reason: unknown) => {
        this.#guard(() => {
          // Nobody to hear an error of the stream is no reason to keep it quiet.
          if (given.error === undefined) throw reason
          given.error(reason)
        })
      },
      complete: () => {
        this.#guard(() => given.complete?.())
      },
    })
  }

  #guard(call: () => void): void {
    try {
      call()
    } catch (error) {
      this.#report(error)
    }
  }
}
