import {
  clockOption,
  idleSignal,
  number,
  onAbort,
  optionalFunction,
  optionsOf,
  reporter,
  takesSignal,
} from '../core/index.js'
import { Alarm } from '../layer/alarm.js'
import { Events } from '../layer/events.js'
import { traits } from '../layer/layer.js'
import { callerOf, rejected, start } from '../layer/signal.js'
import { TimeoutError } from './timeout-error.js'
import type { Observable } from 'rxjs'
import type { Clock } from '../core/index.js'
import type { Call, CallOptions, Layer } from '../layer/layer.js'

/** Options of a timeout. */
export interface TimeoutOptions {
  /** Milliseconds a call may take, above 0; Infinity for no limit. */
  readonly duration: number
  /** Default the clock of the runtime. */
  readonly clock?: Clock
  /** Hears what subscribers throw. Default: `console.error`. */
  readonly onError?: (error: unknown) => void
}

/** A call was given up. */
export interface TimeoutEvent {
  readonly type: 'timeout'
  readonly error: TimeoutError
}

/** A layer that gives up calls that take too long. */
export interface Timeout extends Layer {
  /** Milliseconds. */
  readonly duration: number
  /** Each call that was given up. */
  readonly events$: Observable<TimeoutEvent>
}

/**
 * Rejects with {@link TimeoutError} when a call has not ended in time, and aborts its signal. What
 * the call gives later is ignored. A caller's abort keeps its own reason.
 *
 * @param limit - milliseconds above 0, or options
 * @throws TypeError or RangeError naming the option that is wrong
 */
export function timeout(limit: number | TimeoutOptions): Timeout {
  return new CallTimeout(typeof limit === 'object' ? limit : { duration: limit })
}

class CallTimeout implements Timeout {
  readonly [traits] = { aborts: true, holds: false, waits: false }
  readonly duration: number
  readonly #clock: Clock
  readonly #events: Events<TimeoutEvent>

  constructor(options: TimeoutOptions) {
    const given = optionsOf('timeout options', options, ['duration', 'clock', 'onError'])
    this.duration = number('duration', given.duration, { above: 0, infinite: true })
    this.#clock = clockOption(given.clock)
    this.#events = new Events(reporter(optionalFunction('onError', options.onError)))
  }

  get events$(): Observable<TimeoutEvent> {
    return this.#events.events$
  }

  execute<T>(fn: Call<T>, options?: CallOptions): Promise<T> {
    try {
      return this.#run(fn, callerOf(fn, options))
    } catch (error) {
      return rejected(error)
    }
  }

  #run<T>(fn: Call<T>, caller: AbortSignal | undefined): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      // A function that takes no signal cannot be told: a controller for it would be for nothing.
      const controller = takesSignal(fn) ? new AbortController() : undefined
      const give = (reason: unknown) => {
        // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- may be the caller's reason
        reject(reason)
        controller?.abort(reason)
      }
      const alarm = new Alarm(this.#clock, this.duration, () => {
        leave()
        const error = new TimeoutError(this.duration)
        give(error)
        if (this.#events.observed) this.#events.emit({ type: 'timeout', error })
      })
      const leave = onAbort(caller, () => {
        alarm.clear()
        give(caller?.reason)
      })
      start(fn, controller?.signal ?? caller ?? idleSignal).then(
        (value) => {
          alarm.clear()
          leave()
          resolve(value)
        },
        (error: unknown) => {
          alarm.clear()
          leave()
          // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- the error of the call, untouched
          reject(error)
        },
      )
    })
  }
}
