import { countName } from './error-names.js'
import { SamplingWindow } from './sampling-window.js'
import type { OutcomeKind } from './outcome.js'
import type { SavedRow, SavedWindow } from './sampling-window.js'

/** Buckets a window is cut into: an outcome is forgotten 90 to 100 % of the duration after it. */
export const bucketCount = 10

/** What a bucket counts, in this order. */
const counted = ['successes', 'failures', 'slow', 'ignored'] as const
const [successes, failures, slow, ignored] = [0, 1, 2, 3] as const

/**
 * The outcomes of the last `duration` milliseconds, in a ring of buckets that expire by time.
 * Running totals make recording and reading O(1); a jump ahead costs one turn of the ring.
 */
export class TimeWindow extends SamplingWindow {
  readonly #duration: number
  /** Four counts for each bucket: one array is half the memory of ten objects. */
  readonly #ring = new Array<number>(bucketCount * counted.length).fill(0)
  /** Names of errors for each bucket that has seen one. */
  readonly #errors: (Map<string, number> | undefined)[] = []
  /** Where the counts of the current bucket begin. */
  #current = 0
  /** Number of the current bucket, counted from time 0. */
  #head = -Infinity
  /** When the current bucket ends. */
  #end = -Infinity

  /** @param duration - milliseconds, above 0 */
  constructor(duration: number) {
    super()
    this.#duration = duration
  }

  advance(at: number): void {
    if (!(at >= this.#end)) return
    // Multiplied first: a tenth of the duration may be no exact number.
    const head = Math.floor((at * bucketCount) / this.#duration)
    const turns = Math.min(head - this.#head, bucketCount)
    for (let age = 0; age < turns; age++) this.#forget(slotOf(head - age))
    this.#head = head
    this.#current = slotOf(head) * counted.length
    this.#end = this.#startOf(head + 1)
  }

  errors(): Map<string, number> {
    const all = new Map<string, number>()
    for (const errors of this.#errors) {
      if (errors !== undefined) for (const [name, count] of errors) countName(all, name, count)
    }
    return all
  }

  save(toWall: (at: number) => number): SavedWindow {
    const rows: SavedRow[] = []
    if (this.#head === -Infinity) return { rows }
    for (let bucket = this.#head - bucketCount + 1; bucket <= this.#head; bucket++) {
      const slot = slotOf(bucket)
      const row = {
        // Its middle, so that no rounding on the way puts it into another bucket.
        at: toWall(this.#startOf(bucket + 0.5)),
        successes: this.#count(slot, successes),
        failures: this.#count(slot, failures),
        slow: this.#count(slot, slow),
        ignored: this.#count(slot, ignored),
        errors: Object.fromEntries(this.#errors[slot] ?? []),
      }
      if (row.successes + row.failures + row.ignored > 0) rows.push(row)
    }
    return { rows }
  }

  protected store(at: number, kind: OutcomeKind, isSlow: boolean, error?: string): void {
    this.advance(at)
    if (kind === 'success') {
      this.successes++
      this.#add(successes, 1)
    } else if (kind === 'failure') {
      this.failures++
      this.#add(failures, 1)
      if (error !== undefined) this.#addError(error, 1)
    } else {
      this.ignored++
      this.#add(ignored, 1)
    }
    if (isSlow) {
      this.slow++
      this.#add(slow, 1)
    }
  }

  protected restore(row: SavedRow, at: number): void {
    this.advance(at)
    counted.forEach((key, column) => {
      this[key] += row[key]
      this.#add(column, row[key])
    })
    for (const [name, count] of Object.entries(row.errors)) this.#addError(name, count)
  }

  #startOf(bucket: number): number {
    return (bucket * this.#duration) / bucketCount
  }

  #count(slot: number, column: number): number {
    return this.#ring[slot * counted.length + column] as number
  }

  #add(column: number, by: number): void {
    ;(this.#ring[this.#current + column] as number) += by
  }

  #addError(name: string, by: number): void {
    const errors = (this.#errors[this.#current / counted.length] ??= new Map<string, number>())
    countName(errors, name, by)
  }

  #forget(slot: number): void {
    counted.forEach((key, column) => {
      this[key] -= this.#count(slot, column)
      this.#ring[slot * counted.length + column] = 0
    })
    this.#errors[slot] = undefined
  }
}

/** The place of a bucket in the ring. The doubled modulus keeps times before 0 within it. */
function slotOf(bucket: number): number {
  return ((bucket % bucketCount) + bucketCount) % bucketCount
}
