import { Counter, Registry as Register, register as defaultRegister } from 'prom-client'
import { consecutiveFailures, createRegistry } from 'recloser'
import { instrument } from 'recloser/prometheus'
import { createFakeClock } from 'recloser/testing'
import { Subject } from 'rxjs'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import {
  createRig,
  fail,
  halfOpenCircuit,
  openCircuit,
  succeed,
  takeTime,
} from '../support/breakers.js'
import { startTarget } from './scrape.js'
import type { FedOutcome } from 'recloser'
import type { Target } from './scrape.js'

vi.setConfig({ testTimeout: 60_000 })

let target: Target
let register: Register
let series: Target['series']

beforeEach(async () => {
  target = await startTarget()
  ;({ register, series } = target)
})
afterEach(() => target.close())

describe('calls', () => {
  it('are counted by outcome', async () => {
    const { breaker } = createRig()
    instrument(breaker, { register })
    await succeed(breaker, 3)
    await fail(breaker, 2)
    breaker.tryAcquire()?.ignore()
    expect(await series('recloser_calls_total')).toEqual([
      'payments-api success 3',
      'payments-api failure 2',
      'payments-api ignored 1',
    ])
  })

  it('that end in a later epoch are stale, whatever they came to', async () => {
    const { breaker } = createRig()
    instrument(breaker, { register })
    const late = [breaker.tryAcquire(), breaker.tryAcquire()]
    breaker.trip('test')
    late[0]?.succeed()
    late[1]?.fail()
    expect(await series('recloser_calls_total')).toEqual(['payments-api stale 2'])
  })

  it('are measured in seconds', async () => {
    const rig = createRig()
    instrument(rig.breaker, { register })
    await takeTime(rig, 250)
    await takeTime(rig, 1500)
    await takeTime(rig, 30, 'F')
    expect(await series('recloser_call_duration_seconds_sum')).toEqual([
      'payments-api success 1.75',
      'payments-api failure 0.03',
    ])
    expect(await series('recloser_call_duration_seconds_count')).toEqual([
      'payments-api success 2',
      'payments-api failure 1',
    ])
    expect(await series('recloser_call_duration_seconds_bucket')).toContain(
      '1 payments-api success 1',
    )
  })

  it('that were under way when measuring began are counted, not measured', async () => {
    const { breaker } = createRig()
    const permit = breaker.tryAcquire()
    instrument(breaker, { register })
    permit?.succeed()
    expect(await series('recloser_calls_total')).toEqual(['payments-api success 1'])
    expect(await series('recloser_call_duration_seconds_count')).toEqual([])
  })

  it('that were measured elsewhere count too', async () => {
    const { breaker } = createRig()
    instrument(breaker, { register })
    const fed$ = new Subject<FedOutcome>()
    breaker.feed(fed$)
    fed$.next({ kind: 'failure', duration: 500 })
    expect(await series('recloser_call_duration_seconds_sum')).toEqual(['payments-api failure 0.5'])
  })

  it('that decide about a half-open circuit are counted by what they said', async () => {
    const { breaker } = await halfOpenCircuit({ halfOpen: { probes: 2, maxConcurrent: 2 } })
    instrument(breaker, { register })
    await succeed(breaker)
    await fail(breaker)
    expect(await series('recloser_probes_total')).toEqual([
      'payments-api success 1',
      'payments-api failure 1',
    ])
  })

  it('that are not made are counted by the state that rejected them', async () => {
    const { breaker } = await openCircuit()
    instrument(breaker, { register })
    breaker.tryAcquire()
    breaker.tryAcquire()
    breaker.isolate('maintenance')
    breaker.tryAcquire()
    expect(await series('recloser_rejections_total')).toEqual([
      'payments-api open 2',
      'payments-api isolated 1',
    ])
    expect(await series('recloser_calls_total')).toEqual([])
  })
})

describe('transitions', () => {
  it('E10: are counted by from, to and cause', async () => {
    const { breaker, clock } = createRig({ breakDuration: 1000 })
    instrument(breaker, { register })
    await fail(breaker, 10)
    clock.advance(1000)
    await succeed(breaker)
    expect(await series('recloser_transitions_total')).toEqual([
      'payments-api closed open failure-rate 1',
      'payments-api open halfOpen break-elapsed 1',
      'payments-api halfOpen closed probe-succeeded 1',
    ])
  })

  it('to open tell the duration of the break in seconds, unless it has no end', async () => {
    const { breaker } = createRig({ breakDuration: 45_000 })
    instrument(breaker, { register })
    breaker.trip('test')
    breaker.reset()
    breaker.trip('test', { duration: Infinity })
    expect(await series('recloser_break_duration_seconds_sum')).toEqual(['payments-api 45'])
    expect(await series('recloser_break_duration_seconds_count')).toEqual(['payments-api 1'])
  })
})

describe('gauges', () => {
  it('say which state the circuit is in: one series a state, one of them 1', async () => {
    const { breaker } = createRig()
    instrument(breaker, { register })
    breaker.isolate()
    expect(await series('recloser_state')).toEqual([
      'payments-api closed 0',
      'payments-api open 0',
      'payments-api halfOpen 0',
      'payments-api isolated 1',
    ])
  })

  it('say the failure rate beside its limit, and how much it is made of', async () => {
    const { breaker } = createRig({ failureRatio: 0.6 })
    instrument(breaker, { register })
    await succeed(breaker, 3)
    await fail(breaker)
    expect(await series('recloser_failure_rate')).toEqual(['payments-api 0.25'])
    expect(await series('recloser_failure_ratio')).toEqual(['payments-api 0.6'])
    expect(await series('recloser_throughput')).toEqual(['payments-api 4'])
  })

  it('say no limit where failures in a row count instead', async () => {
    const { breaker } = createRig({ trip: consecutiveFailures(5) })
    instrument(breaker, { register })
    expect(await series('recloser_failure_ratio')).toEqual([])
  })

  it('say the share of slow calls', async () => {
    const rig = createRig({ slowCall: { duration: 100 } })
    instrument(rig.breaker, { register })
    await takeTime(rig, 200)
    await takeTime(rig, 100)
    expect(await series('recloser_slow_rate')).toEqual(['payments-api 0.5'])
  })

  it('say how long an open circuit waits, and 0 when it need not or waits for a person', async () => {
    const { breaker, clock } = await openCircuit({ breakDuration: 30_000 })
    instrument(breaker, { register })
    clock.advance(10_000)
    expect(await series('recloser_retry_after_seconds')).toEqual(['payments-api 20'])
    breaker.isolate()
    expect(await series('recloser_retry_after_seconds')).toEqual(['payments-api 0'])
    breaker.reset()
    breaker.trip('test', { duration: Infinity })
    expect(await series('recloser_retry_after_seconds')).toEqual(['payments-api 0'])
  })
})

describe('a scrape', () => {
  it('explains every metric, and names each as Prometheus does', async () => {
    const { breaker } = await openCircuit()
    instrument(breaker, { register })
    const text = await target.scrape()
    const names = [...text.matchAll(/^# HELP (\S+) \S/gm)].map(([, name]) => name)
    const types = [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map((line) => line.slice(1))
    expect(names.sort()).toEqual(types.map(([name]) => name).sort())
    for (const [name = '', type] of types) {
      if (type === 'counter') expect(name).toMatch(/^recloser_\w+_total$/)
      if (type === 'histogram') expect(name).toMatch(/^recloser_\w+_seconds$/)
    }
    expect(types).toHaveLength(12)
  })

  it('is exactly this', async () => {
    const { breaker } = createRig({ breakDuration: 2000 })
    instrument(breaker, { register })
    await fail(breaker, 10)
    breaker.tryAcquire()
    const lines = (await target.scrape()).split('\n')
    const series = lines.filter((line) => !line.startsWith('#') && !/le="[\d.]+"/.test(line))
    const inBreaker = (line: string) => line.replace('breaker="payments-api"', '…')
    expect(series.filter(Boolean).map(inBreaker)).toEqual([
      'recloser_state{…,state="closed"} 0',
      'recloser_state{…,state="open"} 1',
      'recloser_state{…,state="halfOpen"} 0',
      'recloser_state{…,state="isolated"} 0',
      'recloser_failure_rate{…} 1',
      'recloser_failure_ratio{…} 0.5',
      'recloser_slow_rate{…} 0',
      'recloser_throughput{…} 10',
      'recloser_retry_after_seconds{…} 2',
      'recloser_calls_total{…,outcome="failure"} 10',
      'recloser_call_duration_seconds_bucket{le="+Inf",…,outcome="failure"} 10',
      'recloser_call_duration_seconds_sum{…,outcome="failure"} 0',
      'recloser_call_duration_seconds_count{…,outcome="failure"} 10',
      'recloser_rejections_total{…,state="open"} 1',
      'recloser_transitions_total{…,from="closed",to="open",cause="failure-rate"} 1',
      'recloser_break_duration_seconds_bucket{le="+Inf",…} 1',
      'recloser_break_duration_seconds_sum{…} 2',
      'recloser_break_duration_seconds_count{…} 1',
    ])
  })

  it('TO8 survives names with blanks, quotes, backslashes, line breaks and other scripts', async () => {
    const names = ['a "quoted" name', 'back\\slash', 'two\nlines', '支付 β']
    const registry = createRegistry({ clock: createFakeClock() })
    instrument(registry, { register })
    for (const name of names) registry.get(name)
    expect(await series('recloser_throughput')).toEqual(names.map((name) => `${name} 0`))
  })

  it('in the format of OpenMetrics has the same series', async () => {
    const open = await startTarget(Register.OPENMETRICS_CONTENT_TYPE)
    const { breaker } = createRig()
    instrument(breaker, { register: open.register })
    await succeed(breaker)
    expect(await open.series('recloser_calls_total')).toEqual(['payments-api success 1'])
    expect(await open.scrape()).toMatch(/# EOF\n$/)
    await open.close()
  })

  it('has few labels with few values: names beyond the limit are counted as other', async () => {
    const registry = createRegistry({ clock: createFakeClock() })
    instrument(registry, { register, maxBreakers: 2 })
    for (let host = 1; host <= 5; host++) await succeed(registry.get(`host-${String(host)}`))
    expect(await series('recloser_calls_total')).toEqual([
      'host-1 success 1',
      'host-2 success 1',
      'other success 3',
    ])
    expect(await series('recloser_throughput')).toEqual(['host-1 1', 'host-2 1'])
  })
})

describe('a registry', () => {
  it('is measured with the breakers it has and will have', async () => {
    const registry = createRegistry({ clock: createFakeClock() })
    registry.get('before')
    instrument(registry, { register })
    await succeed(registry.get('before'))
    await succeed(registry.get('after'), 2)
    expect(await series('recloser_calls_total')).toEqual(['before success 1', 'after success 2'])
    expect(await series('recloser_throughput')).toEqual(['before 1', 'after 2'])
  })

  it('TO7 has no series of a breaker that it no longer has, and all of the others', async () => {
    const registry = createRegistry({ clock: createFakeClock(), defaults: { breakDuration: 1000 } })
    instrument(registry, { register })
    const used = async (name: string) => {
      const breaker = registry.get(name)
      await fail(breaker, 10)
      breaker.tryAcquire()
      breaker.forceHalfOpen()
      await succeed(breaker)
      breaker.tryAcquire()?.ignore()
    }
    await used('gone')
    await used('kept')
    const before = await target.scrape()
    registry.delete('gone')
    const after = await target.scrape()
    const seriesOf = (text: string, name: string) =>
      text.split('\n').filter((line) => line.includes(`breaker="${name}"`))
    expect(seriesOf(before, 'gone')).toHaveLength(seriesOf(before, 'kept').length)
    expect(seriesOf(after, 'gone')).toEqual([])
    expect(seriesOf(after, 'kept')).toEqual(seriesOf(before, 'kept'))
  })

  it('gives the name of a breaker that is gone to the next one', async () => {
    const registry = createRegistry({ clock: createFakeClock() })
    instrument(registry, { register, maxBreakers: 1 })
    registry.get('first')
    expect(await series('recloser_throughput')).toEqual(['first 0'])
    registry.delete('first')
    registry.get('second')
    expect(await series('recloser_throughput')).toEqual(['second 0'])
  })
})

describe('measuring', () => {
  it('ends with dispose: the series are gone, and those of others stay', async () => {
    const one = createRig({}, 'one')
    const other = createRig({}, 'other one')
    const instrumentation = instrument(one.breaker, { register })
    instrument(other.breaker, { register })
    await succeed(one.breaker)
    await succeed(other.breaker)
    instrumentation.dispose()
    instrumentation.dispose()
    await succeed(one.breaker)
    expect(await series('recloser_calls_total')).toEqual(['other one success 1'])
  })

  it('of the last source leaves the register as it was, ready for another', async () => {
    const { breaker } = createRig()
    instrument(breaker, { register })[Symbol.dispose]()
    expect(register.getMetricsAsArray()).toEqual([])
    instrument(breaker, { register })
    await succeed(breaker)
    expect(await series('recloser_calls_total')).toEqual(['payments-api success 1'])
  })

  it('leaves metrics alone that somebody else has put there since', () => {
    const instrumentation = instrument(createRig().breaker, { register })
    register.clear()
    const theirs = new Counter({
      name: 'recloser_calls_total',
      help: 'theirs',
      registers: [register],
    })
    instrumentation.dispose()
    expect(register.getSingleMetric('recloser_calls_total')).toBe(theirs)
  })

  it('goes on in a register that was cleared', async () => {
    const before = instrument(createRig({}, 'before').breaker, { register })
    register.clear()
    const { breaker } = createRig()
    instrument(breaker, { register })
    before.dispose()
    await succeed(breaker)
    expect(await series('recloser_calls_total')).toEqual(['payments-api success 1'])
    expect(await series('recloser_throughput')).toEqual(['payments-api 1'])
  })

  it('leaves nothing in a register that has one of its metrics by somebody else', () => {
    const theirs = new Counter({
      name: 'recloser_calls_total',
      help: 'theirs',
      registers: [register],
    })
    const { breaker } = createRig()
    const complaint = /has a metric recloser_calls_total by somebody else/
    expect(() => instrument(breaker, { register })).toThrow(complaint)
    expect(register.getMetricsAsArray()).toEqual([theirs])
    expect(() => instrument(breaker, { register })).toThrow(complaint)
    register.clear()
    instrument(breaker, { register }).dispose()
  })

  it.each(['breaker', 'registry'])('ends with its %s', async (kind) => {
    const registry = createRegistry({ clock: createFakeClock() })
    const source = kind === 'registry' ? registry : registry.get('payments-api')
    instrument(source, { register })
    registry.get('payments-api')
    expect(await series('recloser_state')).toHaveLength(4)
    source.dispose()
    expect(await series('recloser_state')).toEqual([])
  })

  it('goes to the register of prom-client when no other is named', () => {
    const instrumentation = instrument(createRig().breaker)
    expect(defaultRegister.getSingleMetric('recloser_state')).toBeDefined()
    instrumentation.dispose()
    expect(defaultRegister.getSingleMetric('recloser_state')).toBeUndefined()
  })

  it('of the same source twice is refused: everything would count twice', () => {
    const { breaker } = createRig()
    instrument(breaker, { register })
    expect(() => instrument(breaker, { register })).toThrow(/measured in this register already/)
  })
})

describe('wrong options', () => {
  it.each([
    [{ registry: undefined }, /registry/],
    [{ register: {} }, /register must be one of prom-client, got an object/],
    [{ register: null }, /register must be one of prom-client, got null/],
    [{ maxBreakers: 1.5 }, /maxBreakers must be an integer, at least 1/],
  ])('%j are refused by name', (options, complaint) => {
    expect(() => instrument(createRig().breaker, options as never)).toThrow(complaint)
  })
})
