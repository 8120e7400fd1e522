import { metrics as globalMetrics } from '@opentelemetry/api'
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics'
import { consecutiveFailures, createBreaker, createRegistry } from 'recloser'
import { instrument } from 'recloser/opentelemetry'
import { createFakeClock } from 'recloser/testing'
import { Subject } from 'rxjs'
import { afterEach, describe, expect, it } from 'vitest'
import {
  createRig,
  fail,
  halfOpenCircuit,
  openCircuit,
  succeed,
  takeTime,
} from '../support/breakers.js'
import type { Histogram } from '@opentelemetry/sdk-metrics'
import type { FedOutcome } from 'recloser'

const providers: MeterProvider[] = []

afterEach(async () => {
  for (const provider of providers.splice(0)) await provider.shutdown()
})

/** The real SDK, and what it would send. */
function createSdk() {
  const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE)
  const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 2 ** 31 - 1 })
  const provider = new MeterProvider({ readers: [reader] })
  providers.push(provider)

  const collect = async () => {
    exporter.reset()
    await reader.forceFlush()
    const scopes = exporter.getMetrics().flatMap(({ scopeMetrics }) => scopeMetrics)
    return scopes.flatMap(({ metrics }) => metrics)
  }
  /** The points of one instrument, as in `payments-api success 3`. */
  const points = async (name: string): Promise<string[]> => {
    const metric = (await collect()).find(({ descriptor }) => descriptor.name === name)
    return (metric?.dataPoints ?? []).map(({ attributes, value }) => {
      const shown = typeof value === 'number' ? value : summed(value as Histogram)
      return [...Object.values(attributes), shown].join(' ')
    })
  }
  return { meter: provider.getMeter('recloser'), collect, points }
}

/** The series of the state gauge that are 1. */
async function inAState(points: (name: string) => Promise<string[]>): Promise<string[]> {
  return (await points('recloser.state')).filter((point) => point.endsWith(' 1'))
}

function summed({ count, sum = 0 }: Histogram): string {
  return `${String(count)} × Σ${String(sum)}`
}

describe('calls', () => {
  it('are counted by outcome', async () => {
    const { meter, points } = createSdk()
    const { breaker } = createRig()
    instrument(breaker, { meter })
    await succeed(breaker, 3)
    await fail(breaker, 2)
    breaker.tryAcquire()?.ignore()
    expect(await points('recloser.calls')).toEqual([
      'payments-api success 3',
      'payments-api failure 2',
      'payments-api ignored 1',
    ])
  })

  it('that end in a later epoch are stale, whatever they came to', async () => {
    const { meter, points } = createSdk()
    const { breaker } = createRig()
    instrument(breaker, { meter })
    const late = [breaker.tryAcquire(), breaker.tryAcquire()]
    breaker.trip('test')
    late[0]?.succeed()
    late[1]?.fail()
    expect(await points('recloser.calls')).toEqual(['payments-api stale 2'])
  })

  it('are measured in seconds', async () => {
    const { meter, points } = createSdk()
    const rig = createRig()
    instrument(rig.breaker, { meter })
    await takeTime(rig, 250)
    await takeTime(rig, 1500)
    await takeTime(rig, 30, 'F')
    expect(await points('recloser.call.duration')).toEqual([
      'payments-api success 2 × Σ1.75',
      'payments-api failure 1 × Σ0.03',
    ])
  })

  it('that were under way when measuring began are counted, not measured', async () => {
    const { meter, points } = createSdk()
    const { breaker } = createRig()
    const permit = breaker.tryAcquire()
    instrument(breaker, { meter })
    permit?.succeed()
    expect(await points('recloser.calls')).toEqual(['payments-api success 1'])
    expect(await points('recloser.call.duration')).toEqual([])
  })

  it('that were measured elsewhere count too', async () => {
    const { meter, points } = createSdk()
    const { breaker } = createRig()
    instrument(breaker, { meter })
    const fed$ = new Subject<FedOutcome>()
    breaker.feed(fed$)
    fed$.next({ kind: 'failure', duration: 500 })
    expect(await points('recloser.calls')).toEqual(['payments-api failure 1'])
    expect(await points('recloser.call.duration')).toEqual(['payments-api failure 1 × Σ0.5'])
  })

  it('that decide about a half-open circuit are counted by what they said', async () => {
    const { meter, points } = createSdk()
    const { breaker } = await halfOpenCircuit({ halfOpen: { probes: 2, maxConcurrent: 2 } })
    instrument(breaker, { meter })
    await succeed(breaker)
    await fail(breaker)
    expect(await points('recloser.probes')).toEqual([
      'payments-api success 1',
      'payments-api failure 1',
    ])
  })

  it('that are not made are counted by the state that rejected them', async () => {
    const { meter, points } = createSdk()
    const { breaker } = await openCircuit()
    instrument(breaker, { meter })
    breaker.tryAcquire()
    breaker.tryAcquire()
    breaker.isolate('maintenance')
    breaker.tryAcquire()
    expect(await points('recloser.rejections')).toEqual([
      'payments-api open 2',
      'payments-api isolated 1',
    ])
    expect(await points('recloser.calls')).toEqual([])
  })
})

describe('transitions', () => {
  it('E10: are counted by from, to and cause', async () => {
    const { meter, points } = createSdk()
    const { breaker, clock } = createRig({ breakDuration: 1000 })
    instrument(breaker, { meter })
    await fail(breaker, 10)
    clock.advance(1000)
    await succeed(breaker)
    expect(await points('recloser.transitions')).toEqual([
      'payments-api closed open failure-rate 1',
      'payments-api open halfOpen break-elapsed 1',
      'payments-api halfOpen closed probe-succeeded 1',
    ])
  })

  it('to open tell the duration of the break in seconds, unless it has no end', async () => {
    const { meter, points } = createSdk()
    const { breaker } = createRig({ breakDuration: 45_000 })
    instrument(breaker, { meter })
    breaker.trip('test')
    breaker.reset()
    breaker.trip('test', { duration: Infinity })
    expect(await points('recloser.break.duration')).toEqual(['payments-api 1 × Σ45'])
  })
})

describe('gauges', () => {
  it('say which state the circuit is in: one series a state, one of them 1', async () => {
    const { meter, points } = createSdk()
    const { breaker } = createRig()
    instrument(breaker, { meter })
    breaker.isolate()
    expect(await points('recloser.state')).toEqual([
      'payments-api closed 0',
      'payments-api open 0',
      'payments-api halfOpen 0',
      'payments-api isolated 1',
    ])
  })

  it('say the failure rate beside its limit, and how much it is made of', async () => {
    const { meter, points } = createSdk()
    const { breaker } = createRig({ failureRatio: 0.6 })
    instrument(breaker, { meter })
    await succeed(breaker, 3)
    await fail(breaker)
    expect(await points('recloser.failure_rate')).toEqual(['payments-api 0.25'])
    expect(await points('recloser.failure_ratio')).toEqual(['payments-api 0.6'])
    expect(await points('recloser.throughput')).toEqual(['payments-api 4'])
  })

  it('say no limit where failures in a row count instead', async () => {
    const { meter, points } = createSdk()
    instrument(createRig({ trip: consecutiveFailures(5) }).breaker, { meter })
    expect(await points('recloser.failure_ratio')).toEqual([])
    expect(await points('recloser.failure_rate')).toEqual(['payments-api 0'])
  })

  it('say the share of slow calls', async () => {
    const { meter, points } = createSdk()
    const rig = createRig({ slowCall: { duration: 100 } }, 'slow')
    instrument(rig.breaker, { meter })
    await takeTime(rig, 200)
    await takeTime(rig, 100)
    expect(await points('recloser.slow_rate')).toEqual(['slow 0.5'])
  })

  it('say how long an open circuit waits, and 0 when it need not or waits for a person', async () => {
    const { meter, points } = createSdk()
    const { breaker, clock } = await openCircuit({ breakDuration: 30_000 })
    instrument(breaker, { meter })
    clock.advance(10_000)
    expect(await points('recloser.retry_after')).toEqual(['payments-api 20'])
    breaker.reset()
    breaker.trip('test', { duration: Infinity })
    expect(await points('recloser.retry_after')).toEqual(['payments-api 0'])
  })
})

describe('the instruments', () => {
  it('carry a description, and a unit that OpenTelemetry knows', async () => {
    const { meter, collect } = createSdk()
    const { breaker } = await openCircuit({ slowCall: { duration: 100 } })
    instrument(breaker, { meter })
    breaker.tryAcquire()
    breaker.forceHalfOpen()
    await fail(breaker)
    const units = (await collect()).map(({ descriptor }) => {
      expect(descriptor.description, descriptor.name).not.toBe('')
      return `${descriptor.name} ${descriptor.unit}`
    })
    expect(units.sort()).toEqual([
      'recloser.break.duration s',
      'recloser.call.duration s',
      'recloser.calls {call}',
      'recloser.failure_rate 1',
      'recloser.failure_ratio 1',
      'recloser.probes {call}',
      'recloser.rejections {call}',
      'recloser.retry_after s',
      'recloser.slow_rate 1',
      'recloser.state ',
      'recloser.throughput {call}',
      'recloser.transitions {transition}',
    ])
  })

  it('have few attributes with few values: names beyond the limit are counted as other', async () => {
    const { meter, points } = createSdk()
    const registry = createRegistry({ clock: createFakeClock() })
    instrument(registry, { meter, maxBreakers: 2 })
    for (let host = 1; host <= 5; host++) await succeed(registry.get(`host-${String(host)}`))
    expect(await points('recloser.calls')).toEqual([
      'host-1 success 1',
      'host-2 success 1',
      'other success 3',
    ])
    expect(await points('recloser.throughput')).toEqual(['host-1 1', 'host-2 1'])
  })
})

describe('a registry', () => {
  it('is measured with the breakers it has and will have', async () => {
    const { meter, points } = createSdk()
    const registry = createRegistry({ clock: createFakeClock() })
    registry.get('before')
    instrument(registry, { meter })
    await succeed(registry.get('before'))
    await succeed(registry.get('after'), 2)
    expect(await points('recloser.calls')).toEqual(['before success 1', 'after success 2'])
    expect(await points('recloser.throughput')).toEqual(['before 1', 'after 2'])
  })

  it('shows a breaker that it no longer has in no state, for the SDK goes on to report the last values', async () => {
    const { meter, points } = createSdk()
    const registry = createRegistry({ clock: createFakeClock() })
    instrument(registry, { meter })
    registry.get('gone')
    registry.get('kept')
    registry.get('gone').trip('test')
    expect(await points('recloser.state')).toContain('gone open 1')
    registry.delete('gone')
    expect(await inAState(points)).toEqual(['kept closed 1'])
    expect(await points('recloser.retry_after')).toEqual(['gone 0', 'kept 0'])
  })
})

describe('measuring', () => {
  it('ends with dispose: nothing is counted, and the gauges become 0', async () => {
    const { meter, points } = createSdk()
    const { breaker } = createRig()
    const instrumentation = instrument(breaker, { meter })
    await succeed(breaker)
    instrumentation.dispose()
    instrumentation.dispose()
    await succeed(breaker)
    expect(await points('recloser.calls')).toEqual(['payments-api success 1'])
    expect(await inAState(points)).toEqual([])
  })

  it('ends with a using declaration', async () => {
    const { meter, points } = createSdk()
    const { breaker } = createRig()
    instrument(breaker, { meter })[Symbol.dispose]()
    await succeed(breaker)
    expect(await points('recloser.calls')).toEqual([])
  })

  it.each(['breaker', 'registry'])('ends with its %s', async (kind) => {
    const { meter, points } = createSdk()
    const registry = createRegistry({ clock: createFakeClock() })
    const source = kind === 'registry' ? registry : registry.get('payments-api')
    instrument(source, { meter })
    registry.get('payments-api')
    expect(await inAState(points)).toEqual(['payments-api closed 1'])
    source.dispose()
    expect(await inAState(points)).toEqual([])
  })

  it('of a source that is disposed of already is over at once', async () => {
    const { meter, points } = createSdk()
    const { breaker } = createRig()
    breaker.dispose()
    instrument(breaker, { meter })
    expect(await points('recloser.state')).toEqual([])
  })

  it('begins anew with a breaker of the same name', async () => {
    const { meter, points } = createSdk()
    const first = createRig()
    instrument(first.breaker, { meter })
    await inAState(points)
    first.breaker.dispose()
    const second = createRig()
    instrument(second.breaker, { meter })
    second.breaker.isolate()
    expect(await inAState(points)).toEqual(['payments-api isolated 1'])
  })

  it('of the same source twice is refused: everything would count twice', () => {
    const { meter } = createSdk()
    const { breaker } = createRig()
    instrument(breaker, { meter })
    expect(() => instrument(breaker, { meter })).toThrow(/measured with this meter already/)
  })

  it('costs nothing but itself when the meter is the one of an application without an SDK', async () => {
    const { breaker } = createRig()
    instrument(breaker, { meter: globalMetrics.getMeter('recloser') })
    await succeed(breaker)
    expect(breaker.stats().successes).toBe(1)
  })
})

describe('wrong options', () => {
  const breaker = createBreaker('payments-api')

  it.each([
    [{ metre: undefined }, /unknown|metre/],
    [{ meter: {} }, /meter must be one of OpenTelemetry, got an object/],
    [{ meter: null }, /meter must be one of OpenTelemetry, got null/],
    [{ tracer: 'tracer' }, /tracer must be one of OpenTelemetry, got "tracer"/],
    [{ maxBreakers: 0 }, /maxBreakers must be an integer, at least 1/],
  ])('%j are refused by name', (options, complaint) => {
    expect(() => instrument(breaker, options as never)).toThrow(complaint)
  })
})
