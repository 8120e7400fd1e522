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
    return super.subscribe(new GuardedSubscriber(given, this.#report))
  }
}

class GuardedSubscriber<T> extends Subscriber<T> {
  readonly #given: Partial<Observer<T>>
  readonly #report: (error: unknown) => void

  constructor(given: Partial<Observer<T>>, report: (error: unknown) => void) {
    // eslint-disable-next-line @typescript-eslint/no-deprecated -- as the operators of rxjs 7 do
    super()
    this.#given = given
    this.#report = report
  }

  protected override _next(value: T): void {
    try {
      this.#given.next?.(value)
    } catch (error) {
      this.#report(error)
    }
  }

  protected override _error(reason: unknown): void {
    // Nobody to hear an error of the stream is no reason to keep it quiet.
    if (this.#given.error === undefined) this.#report(reason)
    else this.#end(() => this.#given.error?.(reason))
    this.unsubscribe()
  }

  protected override _complete(): void {
    this.#end(() => this.#given.complete?.())
    this.unsubscribe()
  }

  #end(call: () => void): void {
    try {
      call()
    } catch (error) {
      this.#report(error)
    }
  }
}
