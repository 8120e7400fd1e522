import type { RatesRow, SeriesRow } from './wire.js'

const columns = ['succeeded', 'failed', 'rejected'] as const

/** The moments that the series of all breakers share: a ring. */
export class TimeAxis {
  /** Points so far; the latest one is at `(count - 1) % size`. */
  count = 0
  readonly #at: Float64Array

  constructor(
    readonly step: number,
    readonly size: number,
  ) {
    this.#at = new Float64Array(size)
  }

  /** Begins a point. */
  next(at: number): void {
    this.#at[this.count % this.size] = at
    this.count++
  }

  /** Slots of the ring from `first` on, oldest first. */
  slots(first: number): number[] {
    const from = Math.max(first, this.count - this.size)
    return Array.from({ length: this.count - from }, (_, i) => (from + i) % this.size)
  }

  momentOf(slot: number): number {
    return this.#at[slot] ?? 0
  }
}

/**
 * Calls a second of one breaker over time, in bounded space. It takes up no memory before the first
 * call: most breakers of a large registry are idle.
 */
export class Series {
  readonly #axis: TimeAxis
  /** When the breaker came to be: points before it are none of its own. */
  readonly #born: number
  #columns: Record<keyof RatesRow, Float32Array> | undefined

  constructor(axis: TimeAxis) {
    this.#axis = axis
    this.#born = axis.count
  }

  /** Writes the latest point of the axis. */
  record(rates: RatesRow): void {
    if (this.#columns === undefined) {
      if (columns.every((column) => rates[column] === 0)) return
      const { size } = this.#axis
      this.#columns = {
        succeeded: new Float32Array(size),
        failed: new Float32Array(size),
        rejected: new Float32Array(size),
      }
    }
    const slot = (this.#axis.count - 1) % this.#axis.size
    for (const column of columns) this.#columns[column][slot] = rates[column]
  }

  read(): SeriesRow {
    const slots = this.#axis.slots(this.#born)
    const valuesOf = (column: keyof RatesRow) =>
      slots.map((slot) => Number((this.#columns?.[column][slot] ?? 0).toFixed(2)))
    return {
      step: this.#axis.step,
      at: slots.map((slot) => this.#axis.momentOf(slot)),
      succeeded: valuesOf('succeeded'),
      failed: valuesOf('failed'),
      rejected: valuesOf('rejected'),
    }
  }
}
