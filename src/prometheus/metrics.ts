import { Counter, Gauge, Histogram } from 'prom-client'
import type { OpenMetricsContentType, Registry as PromRegistry } from 'prom-client'
import type { Breaker, CircuitState, Outcome, Rejection, Stats, Transition } from '../index.js'

/** A register of prom-client, in either format. */
export type Register = PromRegistry | PromRegistry<OpenMetricsContentType>

/** None: metrics are registered together, when all of them are made. */
const registers: [] = []

/** From a fast cache to a call that somebody should have given a timeout. */
const callSeconds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]
/** Around the default of 30 s, and what growing breaks come to. */
const breakSeconds = [1, 5, 10, 30, 60, 120, 300, 600, 1800, 3600]

const states: readonly CircuitState[] = ['closed', 'open', 'halfOpen', 'isolated']
const outcomes = ['success', 'failure', 'ignored', 'stale']

/** The metrics of one register. */
export class Metrics {
  /** The first one in the register: it is collected first, when `breakersOf` forgets what is gone. */
  readonly #gauges: readonly Gauge[]
  readonly #calls: Counter
  readonly #duration: Histogram
  readonly #probes: Counter
  readonly #rejections: Counter
  readonly #transitions: Counter
  readonly #breaks: Histogram
  /** From, to and cause of the transitions there were. */
  readonly #moves = new Map<string, Pick<Transition, 'from' | 'to' | 'cause'>>()

  constructor(register: Register, breakersOf: () => readonly Breaker[]) {
    this.#gauges = gaugesOf(breakersOf)
    this.#calls = new Counter({
      name: 'recloser_calls_total',
      help: 'Calls that were made, by outcome: success, failure, ignored, or stale when it came too late to count',
      labelNames: ['breaker', 'outcome'],
      registers,
    })
    this.#duration = new Histogram({
      name: 'recloser_call_duration_seconds',
      help: 'How long calls took, by outcome',
      labelNames: ['breaker', 'outcome'],
      buckets: callSeconds,
      registers,
    })
    this.#probes = new Counter({
      name: 'recloser_probes_total',
      help: 'Calls that decided about a half-open circuit, by outcome',
      labelNames: ['breaker', 'outcome'],
      registers,
    })
    this.#rejections = new Counter({
      name: 'recloser_rejections_total',
      help: 'Calls that were not made, by the state that rejected them',
      labelNames: ['breaker', 'state'],
      registers,
    })
    this.#transitions = new Counter({
      name: 'recloser_transitions_total',
      help: 'Moves of the circuit, by where from, where to, and why',
      labelNames: ['breaker', 'from', 'to', 'cause'],
      registers,
    })
    this.#breaks = new Histogram({
      name: 'recloser_break_duration_seconds',
      help: 'How long circuits were opened for; a break without an end is not in it',
      labelNames: ['breaker'],
      buckets: breakSeconds,
      registers,
    })
    // All of them or none: a register with half of them would refuse the next attempt too.
    const taken = this.#all().find((metric) => register.getSingleMetric(nameOf(metric)))
    if (taken !== undefined)
      throw new Error(`the register has a metric ${nameOf(taken)} by somebody else`)
    for (const metric of this.#all()) register.registerMetric(metric)
  }

  /** Whether the register still has them: somebody may have cleared it. */
  areIn(register: Register): boolean {
    return register.getSingleMetric('recloser_state') === this.#gauges[0]
  }

  outcome({ kind, stale, probe, duration }: Outcome, breaker: string): void {
    const labels = { breaker, outcome: stale ? 'stale' : kind }
    this.#calls.inc(labels)
    if (probe) this.#probes.inc(labels)
    if (duration !== undefined) this.#duration.observe(labels, duration / 1000)
  }

  rejection({ state }: Rejection, breaker: string): void {
    this.#rejections.inc({ breaker, state })
  }

  transition({ from, to, cause, breakDuration = Infinity }: Transition, breaker: string): void {
    this.#moves.set(`${from} ${to} ${cause}`, { from, to, cause })
    this.#transitions.inc({ breaker, from, to, cause })
    if (breakDuration < Infinity) this.#breaks.observe({ breaker }, breakDuration / 1000)
  }

  /** Removes the series of a breaker that is gone. */
  remove(breaker: string): void {
    for (const outcome of outcomes) {
      for (const metric of [this.#calls, this.#probes, this.#duration])
        metric.remove({ breaker, outcome })
    }
    for (const state of states) this.#rejections.remove({ breaker, state })
    for (const move of this.#moves.values()) this.#transitions.remove({ breaker, ...move })
    this.#breaks.remove({ breaker })
  }

  /** Leaves the register as if it had never had these metrics. */
  unregister(register: Register): void {
    for (const metric of this.#all()) {
      const name = nameOf(metric)
      if (register.getSingleMetric(name) === metric) register.removeSingleMetric(name)
    }
  }

  #all() {
    return [
      ...this.#gauges,
      this.#calls,
      this.#duration,
      this.#probes,
      this.#rejections,
      this.#transitions,
      this.#breaks,
    ]
  }
}

/** Its type does not tell. */
function nameOf(metric: object): string {
  return (metric as { name: string }).name
}

interface GaugeOf {
  readonly name: string
  readonly help: string
  /** How the values of several processes become one. */
  readonly aggregator: 'sum' | 'average' | 'max'
  /** Without a value there is no series. */
  readonly value: (stats: Stats) => number | undefined
}

const gauges: readonly GaugeOf[] = [
  {
    name: 'recloser_failure_rate',
    help: 'Share of failures among the calls counted; while open, what it was when it opened',
    aggregator: 'average',
    value: ({ failureRate }) => failureRate,
  },
  {
    name: 'recloser_failure_ratio',
    help: 'The failure rate that opens the circuit, where there is such a limit',
    aggregator: 'max',
    value: ({ limits }) => (limits.failureRatio < Infinity ? limits.failureRatio : undefined),
  },
  {
    name: 'recloser_slow_rate',
    help: 'Share of slow calls among the calls counted; 0 where none counts as slow',
    aggregator: 'average',
    value: ({ slowRate }) => slowRate,
  },
  {
    name: 'recloser_throughput',
    help: 'Calls that failure rate and slow rate are shares of',
    aggregator: 'sum',
    value: ({ throughput }) => throughput,
  },
  {
    name: 'recloser_retry_after_seconds',
    help: 'Time until the break ends; 0 while no break with an end is running',
    aggregator: 'max',
    value: ({ retryAfter = 0 }) => (retryAfter < Infinity ? retryAfter / 1000 : 0),
  },
]

function gaugesOf(breakersOf: () => readonly Breaker[]): Gauge[] {
  const state = new Gauge({
    name: 'recloser_state',
    help: '1 for the state the circuit is in, 0 for the others',
    labelNames: ['breaker', 'state'],
    registers,
    collect() {
      this.reset()
      for (const breaker of breakersOf()) {
        for (const each of states)
          this.set({ breaker: breaker.name, state: each }, Number(each === breaker.state))
      }
    },
  })
  const figures = gauges.map(
    ({ value, ...configuration }) =>
      new Gauge({
        ...configuration,
        labelNames: ['breaker'],
        registers,
        collect() {
          this.reset()
          for (const breaker of breakersOf()) {
            const figure = value(breaker.stats())
            if (figure !== undefined) this.set({ breaker: breaker.name }, figure)
          }
        },
      }),
  )
  return [state, ...figures]
}
