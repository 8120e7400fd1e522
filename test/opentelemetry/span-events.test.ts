import { context, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base'
import { createRegistry } from 'recloser'
import { instrument } from 'recloser/opentelemetry'
import { createFakeClock } from 'recloser/testing'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createRig, fail, openCircuit, outage, succeed } from '../support/breakers.js'
import type { ReadableSpan } from '@opentelemetry/sdk-trace-base'

const exporter = new InMemorySpanExporter()
const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] })
const tracer = provider.getTracer('recloser')

beforeAll(() => context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable()))
afterAll(() => {
  context.disable()
  return provider.shutdown()
})
beforeEach(() => {
  exporter.reset()
})

/** Does something within a span, as an HTTP handler does, and gives that span. */
async function inSpan(name: string, act: () => Promise<unknown>): Promise<ReadableSpan> {
  await tracer.startActiveSpan(name, async (span) => {
    await act()
    span.end()
  })
  return spanOf(name)
}

function spanOf(name: string): ReadableSpan {
  const span = exporter.getFinishedSpans().find((finished) => finished.name === name)
  if (span === undefined) throw new Error(`no span ${name}`)
  return span
}

const eventsOf = ({ events }: ReadableSpan) =>
  events.map(({ name, attributes }) => ({ name, attributes }))

describe('the span of a call', () => {
  it('has an event when the circuit rejects the call', async () => {
    const { breaker } = await openCircuit({ breakDuration: 30_000 })
    instrument(breaker, { tracer })
    const span = await inSpan('GET /', () => breaker.attempt(() => 'never'))
    expect(eventsOf(span)).toEqual([
      {
        name: 'recloser.rejection',
        attributes: {
          'recloser.breaker': 'payments-api',
          'recloser.state': 'open',
          'recloser.retry_after': 30,
        },
      },
    ])
  })

  it('has no duration to tell when the break has no end', async () => {
    const { breaker } = createRig()
    breaker.trip('test', { duration: Infinity })
    instrument(breaker, { tracer })
    const span = await inSpan('GET /', () => breaker.attempt(() => 'never'))
    expect(Object.keys(span.events[0]?.attributes ?? {})).toEqual([
      'recloser.breaker',
      'recloser.state',
    ])
  })

  it('has an event when the call breaks the circuit, with the figures and the error', async () => {
    const { breaker } = createRig({ breakDuration: 45_000 })
    instrument(breaker, { tracer })
    await fail(breaker, 9)
    const span = await inSpan('GET /', () =>
      breaker.attempt(async () => {
        await Promise.resolve()
        throw new RangeError('no such account')
      }),
    )
    expect(eventsOf(span)).toEqual([
      {
        name: 'recloser.transition',
        attributes: {
          'recloser.breaker': 'payments-api',
          'recloser.from': 'closed',
          'recloser.to': 'open',
          'recloser.cause': 'failure-rate',
          'recloser.reason': 'failure rate 100% reached 50% over 10 calls in 10 s',
          'recloser.failure_rate': 1,
          'recloser.throughput': 10,
          'recloser.break.duration': 45,
          'error.type': 'RangeError',
        },
      },
    ])
  })

  it('is the one of the call that moves the circuit, not of another that runs beside it', async () => {
    const { breaker } = createRig()
    instrument(breaker, { tracer })
    await fail(breaker, 9)
    const other = inSpan('other', () => breaker.execute(() => Promise.resolve()))
    const culprit = inSpan('culprit', () => breaker.attempt(() => Promise.reject(outage)))
    expect((await other).events).toEqual([])
    expect((await culprit).events).toHaveLength(1)
  })

  it('has an event for each move that the call brings about', async () => {
    const { breaker, clock } = await openCircuit({ breakDuration: 1000 })
    instrument(breaker, { tracer })
    clock.block(1000)
    const span = await inSpan('GET /', () => succeed(breaker))
    expect(span.events.map(({ attributes }) => attributes?.['recloser.cause'])).toEqual([
      'break-elapsed',
      'probe-succeeded',
    ])
  })

  it('has none for a call that moves nothing', async () => {
    const { breaker } = createRig()
    instrument(breaker, { tracer })
    const span = await inSpan('GET /', () => succeed(breaker))
    expect(span.events).toEqual([])
  })
})

describe('a transition that no call is behind', () => {
  it('is a span of its own, without a parent', async () => {
    const { breaker, clock } = createRig({ breakDuration: 1000 })
    instrument(breaker, { tracer })
    // The timer is armed in the context of this span, and fires long after its end.
    await inSpan('GET /', () => fail(breaker, 10))
    clock.advance(1000)
    const span = spanOf('recloser.transition')
    expect(span.attributes).toMatchObject({ 'recloser.cause': 'break-elapsed' })
    expect(span.parentSpanContext).toBeUndefined()
    expect(span.spanContext().traceId).not.toBe(spanOf('GET /').spanContext().traceId)
  })

  it('has no parent either when its timer runs in the context of the call that broke the circuit', async () => {
    const { breaker, clock } = createRig({ breakDuration: 1000 })
    instrument(breaker, { tracer })
    let advance = (): void => undefined
    await inSpan('GET /', async () => {
      await fail(breaker, 10)
      advance = context.bind(context.active(), () => {
        clock.advance(1000)
      })
    })
    advance()
    expect(spanOf('recloser.transition').parentSpanContext).toBeUndefined()
    expect(spanOf('GET /').events).toHaveLength(1)
  })
})

it('a rejection outside of any span is told to nobody', () => {
  const { breaker } = createRig()
  instrument(breaker, { tracer })
  breaker.isolate()
  exporter.reset()
  breaker.tryAcquire()
  expect(exporter.getFinishedSpans()).toEqual([])
})

it('every breaker of a registry adds events, until the instrumentation is disposed of', async () => {
  const registry = createRegistry({ clock: createFakeClock() })
  const instrumentation = instrument(registry, { tracer })
  registry.get('one').isolate()
  registry.get('two').isolate()
  const reject = async () => {
    for (const breaker of registry) await breaker.attempt(() => 'never')
  }
  const before = await inSpan('before', reject)
  expect(before.events.map(({ attributes }) => attributes?.['recloser.breaker'])).toEqual([
    'one',
    'two',
  ])
  instrumentation.dispose()
  expect((await inSpan('after', reject)).events).toEqual([])
})

it('spans that are not sampled cost no event and hurt nobody', async () => {
  const { breaker } = createRig()
  instrument(breaker, { tracer: trace.getTracer('no SDK') })
  await fail(breaker, 10)
  expect(breaker.state).toBe('open')
})
