import { BrokenCircuitError, IsolatedCircuitError, withoutStack } from '../core/index.js'
import type { BreakerContext } from '../../machines/breaker.context.js'

/** A call that was not made: what `attempt` gives, and what the error of `execute` is made of. */
export class Refusal {
  readonly status = 'rejected'
  readonly #chart: BreakerContext | undefined
  readonly #captureStack: boolean
  #error: BrokenCircuitError | undefined

  constructor(
    readonly breaker: string,
    readonly state: 'open' | 'halfOpen' | 'isolated',
    readonly retryAfter: number | undefined,
    chart: BreakerContext | undefined,
    captureStack: boolean,
  ) {
    this.#chart = chart
    this.#captureStack = captureStack
  }

  /** Made when it is asked for: most who ask with `attempt` look at the status alone. */
  get error(): BrokenCircuitError {
    const make = () => this.#makeError()
    return (this.#error ??= this.#captureStack ? make() : withoutStack(make))
  }

  #makeError(): BrokenCircuitError {
    const { breaker, state, retryAfter } = this
    const cause = this.#chart?.failure?.error
    const rejected =
      cause === undefined ? { breaker, state, retryAfter } : { breaker, state, retryAfter, cause }
    if (state !== 'isolated') return new BrokenCircuitError(rejected)
    return new IsolatedCircuitError(
      rejected,
      (this.#chart as BreakerContext).holds.map(({ reason }) => reason),
    )
  }
}
