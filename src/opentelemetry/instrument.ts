import { integer, optionsOf, shown } from '../core/index.js'
import { countEvents } from './counters.js'
import { Gauges } from './gauges.js'
import { recordSpanEvents } from './span-events.js'
import type { Meter, Tracer } from '@opentelemetry/api'
import type { Breaker, Registry } from '../index.js'

/** What to measure with. What is left out is not measured. */
export interface InstrumentOptions {
  /** Makes the instruments: `metrics.getMeter('recloser')`. */
  readonly meter?: Meter
  /**
   * Turns on span events on the calls that are rejected or move a circuit, and makes a short span
   * for a transition that no call is behind: `trace.getTracer('recloser')`.
   */
  readonly tracer?: Tracer
  /**
   * Names that get series of their own, at least 1; breakers beyond are counted together as `other`
   * and have no gauges. Default 500: four series of the state gauge each stay within the 2,000 that
   * the SDK allows an instrument.
   */
  readonly maxBreakers?: number
}

/** Measuring that goes on until it is disposed of, or its source is. */
export interface Instrumentation extends Disposable {
  /** Stops measuring: counters stay as they are, the gauges of its breakers become 0. */
  dispose(): void
}

/**
 * Measures a breaker, or every breaker that a registry has and will have. Every duration is in
 * seconds, as OpenTelemetry wants it.
 *
 * @throws TypeError or RangeError naming the option, its value and its bounds; Error when the source
 * is measured with this meter already
 */
export function instrument(
  source: Registry | Breaker,
  options: InstrumentOptions,
): Instrumentation {
  const given = optionsOf('instrument options', options, ['meter', 'tracer', 'maxBreakers'])
  const maxBreakers = integer('maxBreakers', given.maxBreakers ?? 500, { min: 1 })
  const { meter, tracer } = options
  if (meter !== undefined) demand('meter', meter, 'createCounter')
  if (tracer !== undefined) demand('tracer', tracer, 'startSpan')

  const stops: (() => void)[] = []
  if (meter !== undefined) {
    const gauges = Gauges.of(meter)
    stops.push(
      gauges.add(source, maxBreakers),
      countEvents(source, meter, (name) => gauges.labelOf(name, maxBreakers)),
    )
  }
  if (tracer !== undefined) stops.push(recordSpanEvents(source, tracer))
  const dispose = () => {
    for (const stop of stops.splice(0)) stop()
  }
  const ended = source.transitions$.subscribe({ complete: dispose })
  stops.push(() => {
    ended.unsubscribe()
  })
  return { dispose, [Symbol.dispose]: dispose }
}

function demand(option: string, value: object, method: string): void {
  if (typeof (value as Record<string, unknown> | null)?.[method] !== 'function')
    throw new TypeError(`${option} must be one of OpenTelemetry, got ${shown(value)}`)
}
