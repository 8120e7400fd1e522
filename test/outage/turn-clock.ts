import { createFakeClock } from 'recloser/testing'
import type { Clock } from 'recloser'

/** A clock that runs until it is stopped. */
export interface TurnClock extends Required<Clock> {
  stop(): void
}

/** Ms by which it goes on at a time. */
export const tick = 5

/**
 * A clock that goes on by 5 ms in a turn of the event loop, however long the turn takes. An answer
 * that is there is read in the turn in which it is due, so whatever a busy machine is late for, no
 * call is taken for a slow one.
 */
export function startClock(): TurnClock {
  const clock = createFakeClock()
  const timer = setInterval(() => clock.advance(tick), tick)
  return {
    ...clock,
    stop: () => {
      clearInterval(timer)
    },
  }
}
