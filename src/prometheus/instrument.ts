import { register as defaultRegister } from 'prom-client'
import { integer, optionsOf, shown } from '../core/index.js'
import { Exposition } from './exposition.js'
import type { Breaker, Registry } from '../index.js'
import type { Register } from './metrics.js'

/** What to measure with. */
export interface InstrumentOptions {
  /** Where the metrics are registered. Default the register of prom-client. */
  readonly register?: Register
  /**
   * Names that get series of their own, at least 1; breakers beyond are counted together as `other`
   * and have no gauges. Default 500: a breaker that is used has about 60 series, most of them
   * buckets.
   */
  readonly maxBreakers?: number
}

/** Measuring that goes on until it is disposed of, or its source is. */
export interface Instrumentation extends Disposable {
  /** Stops measuring. The series of its breakers are gone, with the last one the metrics too. */
  dispose(): void
}

/**
 * Measures a breaker, or every breaker that a registry has and will have. The series of a breaker
 * that is gone are gone with the next scrape. Every duration is in seconds, as Prometheus wants it.
 *
 * @throws TypeError or RangeError naming the option, its value and its bounds; Error when the source
 * is measured in this register already, or the register has metrics of these names by somebody else
 */
export function instrument(
  source: Registry | Breaker,
  options: InstrumentOptions = {},
): Instrumentation {
  const given = optionsOf('instrument options', options, ['register', 'maxBreakers'])
  const maxBreakers = integer('maxBreakers', given.maxBreakers ?? 500, { min: 1 })
  const { register = defaultRegister } = options
  if (typeof (register as Partial<Register> | null)?.registerMetric !== 'function')
    throw new TypeError(`register must be one of prom-client, got ${shown(register)}`)

  const exposition = Exposition.of(register)
  const stops = [exposition.add(source, maxBreakers), countEvents(source, exposition, maxBreakers)]
  const dispose = () => {
    for (const stop of stops.splice(0)) stop()
  }
  const ended = source.transitions$.subscribe({ complete: dispose })
  stops.push(() => {
    ended.unsubscribe()
  })
  return { dispose, [Symbol.dispose]: dispose }
}

function countEvents(
  source: Registry | Breaker,
  exposition: Exposition,
  maxBreakers: number,
): () => void {
  const { metrics } = exposition
  const labelOf = (breaker: string) => exposition.labelOf(breaker, maxBreakers)
  const subscriptions = [
    source.outcomes$.subscribe((outcome) => metrics.outcome(outcome, labelOf(outcome.breaker))),
    source.rejections$.subscribe((rejection) =>
      metrics.rejection(rejection, labelOf(rejection.breaker)),
    ),
    source.transitions$.subscribe((transition) =>
      metrics.transition(transition, labelOf(transition.breaker)),
    ),
  ]
  return () => {
    for (const subscription of subscriptions) subscription.unsubscribe()
  }
}
