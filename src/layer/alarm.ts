import { onAbort, timerDelay } from '../core/index.js'
import type { Clock } from '../core/index.js'

/**
 * Rings once, `ms` from now, never early, whatever a timer can hold; Infinity never rings. Somebody
 * waits for what it ends, so it keeps the process alive.
 */
export class Alarm {
  readonly #clock: Clock
  readonly #ring: () => void
  readonly #until: number
  #handle: unknown

  constructor(clock: Clock, ms: number, ring: () => void) {
    this.#clock = clock
    this.#ring = ring
    this.#until = clock.now() + ms
    if (ms < Infinity) this.#arm(ms)
  }

  clear(): void {
    this.#clock.clearTimeout(this.#handle)
  }

  #arm(ms: number): void {
    this.#handle = this.#clock.setTimeout(this.#wake, timerDelay(ms))
    if (typeof this.#handle === 'object') (this.#handle as { ref?(): void } | null)?.ref?.()
  }

  // A timer may be a millisecond early, and a long delay comes in pieces.
  readonly #wake = (): void => {
    const left = this.#until - this.#clock.now()
    if (left > 0) this.#arm(left)
    else this.#ring()
  }
}

/**
 * Waits `ms`; an abort of the caller ends it at once with the caller's reason. Leaves no timer and
 * no listener behind.
 */
export function sleep(clock: Clock, ms: number, caller: AbortSignal | undefined): Promise<void> {
  return new Promise<void>((resolve, reject) => {
    const alarm = new Alarm(clock, ms, () => {
      leave()
      resolve()
    })
    const leave = onAbort(caller, () => {
      alarm.clear()
      // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- the caller's reason, untouched
      reject(caller?.reason)
    })
  })
}
