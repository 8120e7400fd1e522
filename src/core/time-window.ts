import { countName } from './error-names.js'
import { SamplingWindow } from './sampling-window.js'
import type { OutcomeKind } from './outcome.js'
import type { SavedRow, SavedWindow } from './sampling-window.js'

/** Buckets a window is cut into: an outcome is forgotten 90 to 100 % of the duration after it. */
export const bucketCount = 10

interface Bucket {
  successes: number
  failures: number
  slow: number
  ignored: number
  errors: Map<string, number> | undefined
}

/**
 * The outcomes of the last `duration` milliseconds, in a ring of buckets that expire by time.
 * Running totals make recording and reading O(1); a jump ahead costs one turn of the ring.
 */
export class TimeWindow extends SamplingWindow {
  readonly #width: number
  readonly #ring = Array.from({ length: bucketCount }, emptyBucket)
  /** Number of the current bucket, counted from time 0. */
  #head = -Infinity
  /** When the current bucket ends. */
  #end = -Infinity

  /** @param duration - milliseconds, above 0 */
  constructor(duration: number) {
    super()
    this.#width = duration / bucketCount
  }

  advance(at: number): void {
    if (!(at >= this.#end)) return
    const head = Math.floor(at / this.#width)
    const turns = Math.min(head - this.#head, bucketCount)
    for (let age = 0; age < turns; age++) this.#forget(this.#bucket(head - age))
    this.#head = head
    this.#end = (head + 1) * this.#width
  }

  errors(): Map<string, number> {
    const all = new Map<string, number>()
    for (const { errors } of this.#ring) {
      if (errors !== undefined) for (const [name, count] of errors) countName(all, name, count)
    }
    return all
  }

  save(toWall: (at: number) => number): SavedWindow {
    const rows: SavedRow[] = []
    for (let number = this.#head - bucketCount + 1; number <= this.#head; number++) {
      const { errors, ...counts } = this.#bucket(number)
      if (counts.successes + counts.failures + counts.ignored > 0) {
        rows.push({
          at: toWall(number * this.#width),
          ...counts,
          errors: Object.fromEntries(errors ?? []),
        })
      }
    }
    return { rows }
  }

  protected store(at: number, kind: OutcomeKind, slow: boolean, error?: string): void {
    this.advance(at)
    const bucket = this.#bucket(this.#head)
    if (kind === 'success') {
      this.successes++
      bucket.successes++
    } else if (kind === 'failure') {
      this.failures++
      bucket.failures++
      if (error !== undefined) countName((bucket.errors ??= new Map<string, number>()), error, 1)
    } else {
      this.ignored++
      bucket.ignored++
    }
    if (slow) {
      this.slow++
      bucket.slow++
    }
  }

  protected restore(row: SavedRow, at: number): void {
    // A float's breath below a boundary still belongs to the bucket that begins there.
    this.advance(at + this.#width * 1e-6)
    const bucket = this.#bucket(this.#head)
    for (const key of ['successes', 'failures', 'slow', 'ignored'] as const) {
      bucket[key] += row[key]
      this[key] += row[key]
    }
    for (const [name, count] of Object.entries(row.errors)) {
      countName((bucket.errors ??= new Map<string, number>()), name, count)
    }
  }

  #bucket(number: number): Bucket {
    // The doubled modulus keeps times before 0 within the ring.
    return this.#ring[((number % bucketCount) + bucketCount) % bucketCount] as Bucket
  }

  #forget(bucket: Bucket): void {
    this.successes -= bucket.successes
    this.failures -= bucket.failures
    this.slow -= bucket.slow
    this.ignored -= bucket.ignored
    Object.assign(bucket, emptyBucket())
  }
}

function emptyBucket(): Bucket {
  return { successes: 0, failures: 0, slow: 0, ignored: 0, errors: undefined }
}
