import { retry } from 'recloser/retry'
import { createFakeClock } from 'recloser/testing'
import { eventsOf, turn } from './layers.js'
import type { Retry, RetryEvent, RetryOptions } from 'recloser/retry'
import type { FakeClock } from 'recloser/testing'

/** A retry on a fake clock, and what it said. */
export interface RetryRig {
  readonly layer: Retry
  readonly clock: FakeClock
  readonly events: RetryEvent[]
  /** What went to `onError`. */
  readonly reported: unknown[]
}

/** A retry whose back-off is 100 ms each time, unless `options` say otherwise. */
export function createRetry(options: RetryOptions = {}, clock = createFakeClock()): RetryRig {
  const reported: unknown[] = []
  const layer = retry({
    backoff: 100,
    clock,
    onError: (error) => reported.push(error),
    ...options,
  })
  return { layer, clock, reported, events: eventsOf(layer.events$) }
}

/** The delays it slept, or is to sleep. */
export function delaysOf(events: readonly RetryEvent[]): number[] {
  return events.flatMap((event) => ('delay' in event ? [event.delay] : []))
}

/** Moves the clock on by `step` until `ms` are over, and lets everything run in between. */
export async function pass(clock: FakeClock, ms: number, step = 10): Promise<void> {
  await turn()
  for (let passed = 0; passed < ms; passed += step) {
    clock.advance(step)
    await turn()
  }
}
