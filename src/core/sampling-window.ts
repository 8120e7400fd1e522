import { healthOf } from './health.js'
import type { Counts, Health, Streaks } from './health.js'
import type { OutcomeKind } from './outcome.js'

/**
 * Counts the latest outcomes. The figures are those of the last `advance` or `record`, which are
 * O(1) at any throughput. Time is handed in, in monotonic milliseconds; a time before the latest
 * one is read as the latest.
 */
export abstract class SamplingWindow implements Health {
  successes = 0
  failures = 0
  slow = 0
  ignored = 0
  consecutiveFailures = 0
  consecutiveSuccesses = 0

  get throughput(): number {
    return this.successes + this.failures
  }

  get failureRate(): number {
    return this.failures === 0 ? 0 : this.failures / this.throughput
  }

  get slowRate(): number {
    return this.slow === 0 ? 0 : this.slow / this.throughput
  }

  /** Forgets what has expired by `at`. */
  abstract advance(at: number): void

  /** Counts one outcome; `error` names its kind in {@link SamplingWindow.errors}. */
  record(at: number, kind: OutcomeKind, slow: boolean, error?: string): void {
    this.store(at, kind, slow, error)
    if (kind === 'success') {
      this.consecutiveSuccesses++
      this.consecutiveFailures = 0
    } else if (kind === 'failure') {
      this.consecutiveFailures++
      this.consecutiveSuccesses = 0
    }
  }

  /** Failures by the name of their error. */
  abstract errors(): Map<string, number>

  /** Plain data; moments are turned by `toWall`. */
  abstract save(toWall: (at: number) => number): SavedWindow

  /** Takes over what `save` gave, and the streaks; moments are turned back by `fromWall`. */
  load(saved: SavedWindow, streaks: Streaks, fromWall: (at: number) => number): void {
    for (const row of saved.rows) this.restore(row, fromWall(row.at))
    this.consecutiveFailures = streaks.consecutiveFailures
    this.consecutiveSuccesses = streaks.consecutiveSuccesses
  }

  /** The figures of this moment, which later outcomes do not change. */
  health(at: number): Health {
    this.advance(at)
    return healthOf(this, this)
  }

  /** Puts an outcome that was counted where it will expire. */
  protected abstract store(at: number, kind: OutcomeKind, slow: boolean, error?: string): void

  /** Takes over a row that `save` gave; one that has expired is nothing. */
  protected abstract restore(row: SavedRow, at: number): void
}

/** A window as plain data: a row per bucket or call, oldest first. */
export interface SavedWindow {
  readonly rows: readonly SavedRow[]
}

/** What one bucket or call counted, and when (epoch milliseconds). */
export interface SavedRow extends Counts {
  readonly at: number
  readonly errors: Readonly<Record<string, number>>
}
