import { Subscription } from 'rxjs'
import { GuardedObservable } from '../streams/guarded-observable.js'
import { completeOutlets, createOutlets } from './streams.js'
import type { Observable, Subject } from 'rxjs'
import type { Channels, Outlets } from './streams.js'

/**
 * Those who watch one breaker. They hear of things when its chart has come to rest, one thing after
 * the other; what they do in answer is told after it. So all of them see one order.
 */
export class Observers {
  readonly #report: (error: unknown) => void
  /** Where those hear of it who watch the whole registry. */
  readonly #shared: Outlets | undefined
  #own: Outlets | undefined
  #notices: (() => void)[] | undefined
  #atWork = false
  #telling = false
  #ended = false

  constructor(report: (error: unknown) => void, shared: Outlets | undefined) {
    this.#report = report
    this.#shared = shared
  }

  /** The chart is at work: what is sent to it now would only be queued. */
  get areWaiting(): boolean {
    return this.#atWork
  }

  hear(channel: keyof Channels): boolean {
    if (this.#own === undefined && this.#shared === undefined) return false
    return this.#own?.[channel].observed === true || this.#shared?.[channel].observed === true
  }

  /** Whether anybody watches this breaker in particular. */
  get areThere(): boolean {
    const own = this.#own
    return own !== undefined && Object.values(own).some(({ observed }) => observed)
  }

  /** Everything that happens to the chart in one go; observers hear of it afterwards. */
  turn(act: () => void): void {
    if (this.#atWork) {
      act()
      return
    }
    this.#atWork = true
    try {
      act()
    } finally {
      this.#atWork = false
    }
    this.drain()
  }

  /** Tells it when it is its turn. */
  tell<K extends keyof Channels>(channel: K, value: Channels[K]): void {
    this.then(() => {
      this.#emit(channel, value)
    })
  }

  /** Tells it at once, unless something else is to be told before. */
  tellNow<K extends keyof Channels>(channel: K, value: Channels[K]): void {
    if (this.#atWork || this.#telling || this.#notices !== undefined) {
      this.tell(channel, value)
      return
    }
    this.#telling = true
    this.#emit(channel, value)
    this.#telling = false
    this.drain()
  }

  /** Does it after what is still to be told. */
  then(notice: () => void): void {
    this.#notices ??= []
    this.#notices.push(notice)
  }

  /** Tells what is to be told, unless the chart is at work or that is just being done. */
  drain(): void {
    if (this.#notices === undefined || this.#atWork || this.#telling) return
    this.#telling = true
    for (const notice of this.#notices) {
      try {
        notice()
      } catch (error) {
        this.#report(error)
      }
    }
    this.#notices = undefined
    this.#telling = false
  }

  /** Somebody sent to an actor that is not ours: the chart is still at work, and nobody says when not. */
  drainLater(): void {
    if (this.#notices === undefined || this.#atWork) return
    void Promise.resolve().then(() => {
      this.drain()
    })
  }

  /** After what they are still to hear, there is nothing more to hear. */
  end(): void {
    this.#ended = true
    this.then(() => {
      if (this.#own !== undefined) completeOutlets(this.#own)
    })
    this.drain()
  }

  stream<K extends keyof Channels>(channel: K): Observable<Channels[K]> {
    return new GuardedObservable(this.#report, (subscriber) => {
      const outlet = this.#outlets()[channel] as Subject<Channels[K]>
      return outlet.subscribe(subscriber)
    })
  }

  /** The current value on subscribing, then one with each transition. */
  current<T>(read: () => T): Observable<T> {
    return new GuardedObservable(this.#report, (subscriber) => {
      const moves = new Subscription()
      if (!this.#ended) {
        // Before the first value is given: what its receiver does in answer is told as well.
        const told = this.stream('transitions').subscribe({
          next: () => {
            subscriber.next(read())
          },
          complete: () => {
            subscriber.complete()
          },
        })
        moves.add(told)
      }
      subscriber.next(read())
      if (this.#ended) subscriber.complete()
      return moves
    })
  }

  #outlets(): Outlets {
    if (this.#own === undefined) {
      this.#own = createOutlets(this.#report)
      if (this.#ended) completeOutlets(this.#own)
    }
    return this.#own
  }

  #emit<K extends keyof Channels>(channel: K, value: Channels[K]): void {
    ;(this.#own?.[channel] as Subject<Channels[K]> | undefined)?.next(value)
    ;(this.#shared?.[channel] as Subject<Channels[K]> | undefined)?.next(value)
  }
}
