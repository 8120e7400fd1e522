import { attribute } from './attributes.js'
import type { BatchObservableResult, Meter } from '@opentelemetry/api'
import type { Breaker, CircuitState, Registry } from '../index.js'

const states: readonly CircuitState[] = ['closed', 'open', 'halfOpen', 'isolated']

/**
 * The gauges of one meter. There is one of these for a meter, whatever is measured with it, because
 * the SDK goes on reporting the last value of a gauge that nobody reads any more: only who knows
 * every breaker there was can say that one is gone.
 */
export class Gauges {
  static readonly #of = new WeakMap<Meter, Gauges>()

  static of(meter: Meter): Gauges {
    const gauges = this.#of.get(meter) ?? new Gauges(meter)
    this.#of.set(meter, gauges)
    return gauges
  }

  readonly #names = new Set<string>()
  /** What is measured, and how many names it may claim. */
  readonly #sources = new Map<Registry | Breaker, number>()
  readonly #gauges: ReturnType<typeof gaugesOf>

  private constructor(meter: Meter) {
    this.#gauges = gaugesOf(meter)
    meter.addBatchObservableCallback((result) => {
      this.#observe(result)
    }, Object.values(this.#gauges))
  }

  /**
   * Reads a source until the function it returns is called.
   *
   * @throws Error when it is measured already: everything would count twice
   */
  add(source: Registry | Breaker, maxBreakers: number): () => void {
    if (this.#sources.has(source)) throw new Error('this is measured with this meter already')
    this.#sources.set(source, maxBreakers)
    return () => this.#sources.delete(source)
  }

  /**
   * The name a breaker is measured under: the first `max` their own, those beyond `other`, which has
   * no gauges.
   */
  labelOf(name: string, max: number): string {
    if (!this.#names.has(name) && this.#names.size < max) this.#names.add(name)
    return this.#names.has(name) ? name : 'other'
  }

  #observe(result: BatchObservableResult): void {
    const gone = new Set(this.#names)
    for (const [source, maxBreakers] of this.#sources) {
      for (const breaker of Symbol.iterator in source ? source : [source]) {
        if (this.labelOf(breaker.name, maxBreakers) !== breaker.name) continue
        gone.delete(breaker.name)
        this.#observeBreaker(breaker, result)
      }
    }
    for (const name of gone) this.#observeGone(name, result)
  }

  #observeBreaker(breaker: Breaker, result: BatchObservableResult): void {
    const { state, failureRate, slowRate, throughput, limits, retryAfter } = breaker.stats()
    const attributes = { [attribute.breaker]: breaker.name }
    this.#observeState(breaker.name, state, result)
    result.observe(this.#gauges.failureRate, failureRate, attributes)
    result.observe(this.#gauges.slowRate, slowRate, attributes)
    result.observe(this.#gauges.throughput, throughput, attributes)
    if (limits.failureRatio < Infinity)
      result.observe(this.#gauges.failureRatio, limits.failureRatio, attributes)
    const wait = retryAfter === undefined || retryAfter === Infinity ? 0 : retryAfter / 1000
    result.observe(this.#gauges.retryAfter, wait, attributes)
  }

  #observeGone(name: string, result: BatchObservableResult): void {
    const { failureRate, slowRate, throughput, retryAfter } = this.#gauges
    this.#observeState(name, undefined, result)
    for (const gauge of [failureRate, slowRate, throughput, retryAfter])
      result.observe(gauge, 0, { [attribute.breaker]: name })
  }

  #observeState(name: string, state: CircuitState | undefined, result: BatchObservableResult) {
    for (const each of states) {
      const attributes = { [attribute.breaker]: name, [attribute.state]: each }
      result.observe(this.#gauges.state, Number(each === state), attributes)
    }
  }
}

function gaugesOf(meter: Meter) {
  return {
    state: meter.createObservableGauge('recloser.state', {
      description: '1 for the state the circuit is in, 0 for the others; all 0 when it is gone',
    }),
    failureRate: meter.createObservableGauge('recloser.failure_rate', {
      description:
        'Share of failures among the calls counted; while open, what it was when it opened',
      unit: '1',
    }),
    failureRatio: meter.createObservableGauge('recloser.failure_ratio', {
      description: 'The failure rate that opens the circuit, where there is such a limit',
      unit: '1',
    }),
    slowRate: meter.createObservableGauge('recloser.slow_rate', {
      description: 'Share of slow calls among the calls counted; 0 where none counts as slow',
      unit: '1',
    }),
    throughput: meter.createObservableGauge('recloser.throughput', {
      description: 'Calls that failure rate and slow rate are shares of',
      unit: '{call}',
    }),
    retryAfter: meter.createObservableGauge('recloser.retry_after', {
      description: 'Time until the break ends; 0 while no break with an end is running',
      unit: 's',
    }),
  }
}
