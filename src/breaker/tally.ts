import { countName, createWindow, errorName, isUnhealthy, noHealth } from '../core/index.js'
import { revivedError } from '../../machines/breaker.context.js'
import type {
  BreakerSnapshot,
  CircuitState,
  Health,
  OutcomeKind,
  SamplingWindow,
  Settings,
  Totals,
} from '../core/index.js'
import type { CallPermit } from './permit.js'

/** What one breaker has counted: in its window while closed, in a round of probes, and ever. */
export class Tally implements Totals {
  successes = 0
  failures = 0
  slow = 0
  ignored = 0
  rejected = 0
  stale = 0
  /** What was thrown last. */
  lastError: unknown
  readonly #settings: Settings
  /** Made for the first outcome: thousands of breakers never see one. */
  #window: SamplingWindow | undefined
  /** Failures by name while not closed; while closed, the window knows. */
  #errors: Map<string, number> | undefined

  constructor(settings: Settings) {
    this.#settings = settings
  }

  /** Counts an outcome while closed. True when a limit is reached and the outcome is bad. */
  countInWindow(call: CallPermit, at: number): boolean {
    // Nearly every outcome is of this kind, and kept apart it costs half.
    if (call.kind === 'success' && !call.slow && this.#window !== undefined) {
      this.successes++
      this.#window.record(at, 'success', false)
      return false
    }
    this.#countEver(call)
    const window = (this.#window ??= createWindow(this.#settings.sampling))
    const failed = call.kind === 'failure'
    window.record(at, call.kind as OutcomeKind, call.slow, failed ? failureName(call) : undefined)
    return (failed || call.slow) && isUnhealthy(this.#settings.limits, window)
  }

  /** Counts the outcome of a probe: how the round stands, the chart knows. */
  countProbe(call: CallPermit): void {
    this.#countEver(call)
    if (call.kind !== 'failure') return
    this.#errors ??= new Map()
    countName(this.#errors, failureName(call), 1)
  }

  #countEver(call: CallPermit): void {
    if (call.slow) this.slow++
    if (call.kind === 'success') this.successes++
    else if (call.kind === 'ignored') this.ignored++
    else {
      this.failures++
      if (!call.returned) this.lastError = call.failure
    }
  }

  /** The circuit moved: what was counted for what it left is forgotten, but for why it broke. */
  moved(from: CircuitState, to: CircuitState): void {
    if (from === 'closed' && to !== 'closed') this.#errors = this.#window?.errors()
    if (to === 'halfOpen' || to === 'closed') this.#errors = undefined
    // The next closed epoch begins with an empty window.
    this.#window = undefined
  }

  /** What was counted ever. */
  get totals(): Totals {
    const { successes, failures, slow, ignored, rejected, stale } = this
    return { successes, failures, slow, ignored, rejected, stale }
  }

  /** Whether there are as many calls in the window as it takes to judge them, once there is one. */
  get hasMinimumThroughput(): boolean {
    const { throughput } = this.#window as SamplingWindow
    return throughput >= this.#settings.limits.minimumThroughput
  }

  /** The figures of the window. Reading makes none: a registry reads thousands that saw no call. */
  health(at: number): Health {
    return this.#window?.health(at) ?? noHealth
  }

  /** Failures by the name of their error. */
  get errorBreakdown(): Record<string, number> {
    return Object.fromEntries(this.#window?.errors() ?? this.#errors ?? [])
  }

  save(toWall: (at: number) => number) {
    return {
      window: this.#window?.save(toWall) ?? { rows: [] },
      errors: Object.fromEntries(this.#errors ?? []),
      totals: this.totals,
      lastError: this.lastError,
    }
  }

  load(saved: BreakerSnapshot, fromWall: (at: number) => number): void {
    if (saved.state === 'closed') {
      this.#window = createWindow(this.#settings.sampling)
      this.#window.load(saved.window, saved, fromWall)
    }
    this.#errors = new Map(Object.entries(saved.errors))
    Object.assign(this, saved.totals)
    if (saved.lastError !== null) this.lastError = revivedError(saved.lastError)
  }
}

function failureName({ returned, failure }: CallPermit): string {
  return returned ? 'result' : errorName(failure)
}
