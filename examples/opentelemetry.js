// Metrics and span events with OpenTelemetry. Here they are printed; an application would send them.
import { context } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics'
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base'
import { createRegistry } from 'recloser'
import { instrument } from 'recloser/opentelemetry'

const metrics = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE)
const reader = new PeriodicExportingMetricReader({ exporter: metrics })
const meterProvider = new MeterProvider({ readers: [reader] })
const spans = new InMemorySpanExporter()
const tracerProvider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(spans)] })
context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
const tracer = tracerProvider.getTracer('shop')

// What an application adds: this line.
const registry = createRegistry({ defaults: { minimumThroughput: 3 } })
instrument(registry, { meter: meterProvider.getMeter('recloser'), tracer })

const orders = registry.get('orders')
const answers = ['fine', 'down', 'down', 'down', 'never asked']
for (const [i, answer] of answers.entries()) {
  await tracer.startActiveSpan(`request ${i + 1}`, async (span) => {
    await orders.attempt(() => {
      if (answer === 'down') throw new Error('connection refused')
    })
    span.end()
  })
}

await reader.forceFlush()
for (const { scopeMetrics } of metrics.getMetrics()) {
  for (const { descriptor, dataPoints } of scopeMetrics.flatMap((scope) => scope.metrics)) {
    for (const { attributes, value } of dataPoints) {
      const shown = typeof value === 'number' ? value : `${value.count} measured`
      console.log(descriptor.name, Object.values(attributes).join(' '), shown, descriptor.unit)
    }
  }
}
for (const { name, events } of spans.getFinishedSpans()) {
  for (const event of events) {
    const { 'recloser.reason': reason, 'recloser.state': state } = event.attributes ?? {}
    console.log(`${name}: ${event.name}, ${String(reason ?? state)}`)
  }
}

registry.dispose()
await meterProvider.shutdown()
await tracerProvider.shutdown()
