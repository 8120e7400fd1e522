import {
  integer,
  onAbort,
  optionalFunction,
  optionsOf,
  reporter,
  untilCallerLeaves,
  withoutStack,
} from '../core/index.js'
import { endingOf } from '../layer/ending.js'
import { Events } from '../layer/events.js'
import { traits } from '../layer/layer.js'
import { Queue } from '../layer/queue.js'
import { callerOf, leaverOf, rejected, start } from '../layer/signal.js'
import { BulkheadFullError } from './bulkhead-error.js'
import type { Observable } from 'rxjs'
import type { Call, CallOptions, Layer, Traits } from '../layer/layer.js'

/** Options of a bulkhead. */
export interface BulkheadOptions {
  /** Calls that may run at once: an integer, at least 1. */
  readonly maxConcurrent: number
  /** Calls that may wait for a slot, at least 0. Default 0: a queue nobody asked for hides overload. */
  readonly maxQueue?: number
  /** Hears what subscribers throw. Default: `console.error`. */
  readonly onError?: (error: unknown) => void
}

/** A call waits, was refused, or left the queue because its caller did. */
export interface BulkheadEvent {
  readonly type: 'queued' | 'refused' | 'left'
  /** Calls that run. */
  readonly running: number
  /** Calls that wait. */
  readonly queued: number
}

/** A layer that limits how many calls run at once. */
export interface Bulkhead extends Layer {
  /** Calls that have not really ended: those whose caller has left are among them. */
  readonly running: number
  /** Calls that wait for a slot. */
  readonly queued: number
  /** What did not start at once. */
  readonly events$: Observable<BulkheadEvent>
}

/**
 * Lets so many calls run at once, keeps so many waiting, first come first served, and refuses the
 * rest with {@link BulkheadFullError}. A slot is held until its call really ends: an abort ends the
 * waiting of the caller, not the work.
 *
 * @param limit - calls that may run at once, or options
 * @throws TypeError or RangeError naming the option that is wrong
 */
export function bulkhead(limit: number | BulkheadOptions): Bulkhead {
  return new CallBulkhead(typeof limit === 'object' ? limit : { maxConcurrent: limit })
}

class CallBulkhead implements Bulkhead {
  readonly [traits]: Traits
  readonly #maxConcurrent: number
  readonly #maxQueue: number
  readonly #events: Events<BulkheadEvent>
  /** Each entry starts its call. */
  readonly #queue = new Queue<() => void>()
  #running = 0

  constructor(options: BulkheadOptions) {
    const given = optionsOf('bulkhead options', options, ['maxConcurrent', 'maxQueue', 'onError'])
    this.#maxConcurrent = integer('maxConcurrent', given.maxConcurrent, { min: 1 })
    this.#maxQueue = integer('maxQueue', given.maxQueue ?? 0, { min: 0, infinite: true })
    this[traits] = { aborts: false, holds: true, waits: this.#maxQueue > 0 }
    this.#events = new Events(reporter(optionalFunction('onError', options.onError)))
  }

  get running(): number {
    return this.#running
  }

  get queued(): number {
    return this.#queue.size
  }

  get events$(): Observable<BulkheadEvent> {
    return this.#events.events$
  }

  execute<T>(fn: Call<T>, options?: CallOptions): Promise<T> {
    try {
      const caller = callerOf(fn, options)
      const leaver = leaverOf(caller, options)
      if (this.#running < this.#maxConcurrent)
        return untilCallerLeaves(this.#run(fn, caller), leaver)
      return this.#queue.size < this.#maxQueue ? this.#wait(fn, caller, leaver) : this.#refuse()
    } catch (error) {
      return rejected(error)
    }
  }

  #run<T>(fn: Call<T>, caller: AbortSignal | undefined): Promise<T> {
    this.#running++
    const call = start(fn, caller)
    const ending = endingOf(fn)
    return ending === undefined
      ? call.then(this.#passOn, this.#throwOn)
      : call.finally(() => {
          ending.whenIdle(this.#free)
        })
  }

  // Made once: two functions for each call would cost as much as the rest.
  readonly #passOn = <T>(value: T): T => {
    this.#free()
    return value
  }

  readonly #throwOn = (error: unknown): never => {
    this.#free()
    throw error
  }

  readonly #free = (): void => {
    this.#running--
    const next = this.#queue.first
    if (next === undefined) return
    this.#queue.delete(next)
    next()
  }

  #wait<T>(
    fn: Call<T>,
    caller: AbortSignal | undefined,
    leaver: AbortSignal | undefined,
  ): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const begin = () => {
        leave()
        resolve(untilCallerLeaves(this.#run(fn, caller), leaver))
      }
      this.#queue.add(begin)
      const leave = onAbort(caller, () => {
        this.#queue.delete(begin)
        // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- the caller's reason, untouched
        reject(caller?.reason)
        this.#tell('left')
      })
      this.#tell('queued')
    })
  }

  #refuse(): Promise<never> {
    this.#tell('refused')
    return rejected(withoutStack(() => new BulkheadFullError(this.#maxConcurrent, this.#maxQueue)))
  }

  #tell(type: BulkheadEvent['type']): void {
    if (this.#events.observed)
      this.#events.emit({ type, running: this.#running, queued: this.#queue.size })
  }
}
