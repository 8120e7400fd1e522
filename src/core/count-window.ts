import { countName } from './error-names.js'
import { SamplingWindow } from './sampling-window.js'
import type { OutcomeKind } from './outcome.js'
import type { SavedRow, SavedWindow } from './sampling-window.js'

interface Call {
  readonly failed: boolean
  readonly slow: boolean
  readonly error: string | undefined
}

/** The latest `size` completed calls, whenever they were made. Ignored calls take no place. */
export class CountWindow extends SamplingWindow {
  readonly #size: number
  readonly #calls: Call[] = []
  /** Where the next call goes: once the ring is full, in the place of the oldest. */
  #next = 0

  /** @param size - how many calls, at least 1 */
  constructor(size: number) {
    super()
    this.#size = size
  }

  advance(): void {
    // Calls leave by being replaced, not by time.
  }

  errors(): Map<string, number> {
    const all = new Map<string, number>()
    for (const { error } of this.#calls) if (error !== undefined) countName(all, error, 1)
    return all
  }

  save(): SavedWindow {
    const oldestFirst = [...this.#calls.slice(this.#next), ...this.#calls.slice(0, this.#next)]
    const rows = oldestFirst.map(({ failed, slow, error }) => ({
      at: 0,
      successes: failed ? 0 : 1,
      failures: failed ? 1 : 0,
      slow: slow ? 1 : 0,
      ignored: 0,
      errors: error === undefined ? {} : { [error]: 1 },
    }))
    const ignored = { at: 0, successes: 0, failures: 0, slow: 0, ignored: this.ignored, errors: {} }
    return { rows: [...rows, ignored] }
  }

  protected store(_at: number, kind: OutcomeKind, slow: boolean, error?: string): void {
    if (kind === 'ignored') {
      this.ignored++
      return
    }
    const replaced = this.#calls[this.#next]
    if (replaced !== undefined) this.#count(replaced, -1)
    const call = { failed: kind === 'failure', slow, error }
    this.#calls[this.#next] = call
    this.#next = (this.#next + 1) % this.#size
    this.#count(call, 1)
  }

  protected restore(row: SavedRow): void {
    this.ignored += row.ignored
    // A row of several calls comes from another kind of window: their order is not known.
    if (row.successes + row.failures !== 1) return
    const kind = row.failures > 0 ? 'failure' : 'success'
    this.store(0, kind, row.slow > 0, Object.keys(row.errors)[0])
  }

  #count(call: Call, by: 1 | -1): void {
    if (call.failed) this.failures += by
    else this.successes += by
    if (call.slow) this.slow += by
  }
}
