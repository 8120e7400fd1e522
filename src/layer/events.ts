import { Subject } from 'rxjs'
import { GuardedObservable } from '../streams/guarded-observable.js'
import type { Observable } from 'rxjs'

/** What a layer tells of its doings. Costs next to nothing while nobody listens. */
export class Events<E> {
  readonly #subject = new Subject<E>()
  readonly #report: (error: unknown) => void
  readonly events$: Observable<E>

  /** @param report - hears what subscribers throw */
  constructor(report: (error: unknown) => void) {
    this.#report = report
    this.events$ = new GuardedObservable(report, (subscriber) =>
      this.#subject.subscribe(subscriber),
    )
  }

  get observed(): boolean {
    return this.#subject.observed
  }

  emit(event: E): void {
    try {
      this.#subject.next(event)
    } catch (error) {
      // A subscriber that RxJS leaves unguarded.
      this.#report(error)
    }
  }
}
