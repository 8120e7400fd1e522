import { Subject } from 'rxjs'
import type { Observer } from 'rxjs'

/**
 * A subject whose observers cannot hurt each other or who tells them: what they throw is told to
 * `report`, also by a subscriber that RxJS leaves unguarded, or by what is to be done at its end.
 *
 * Values are handed straight to them: RxJS wraps each in a function call that costs as much as the rest.
 */
export class GuardedSubject<T> extends Subject<T> {
  readonly #report: (error: unknown) => void

  constructor(report: (error: unknown) => void) {
    super()
    this.#report = report
  }

  /* eslint-disable @typescript-eslint/no-deprecated -- there is no other way to them; rxjs 7 is our peer */
  override next(value: T): void {
    const { observers } = this
    if (observers.length === 1) this.#tell(observers[0] as Observer<T>, value)
    // Who subscribes or leaves meanwhile changes nothing for this value.
    else for (const observer of [...observers]) this.#tell(observer, value)
  }

  override complete(): void {
    for (const observer of [...this.observers]) {
      try {
        observer.complete()
      } catch (error) {
        this.#report(error)
      }
    }
    super.complete()
  }
  /* eslint-enable @typescript-eslint/no-deprecated */

  #tell(observer: Observer<T>, value: T): void {
    try {
      observer.next(value)
    } catch (error) {
      this.#report(error)
    }
  }
}
