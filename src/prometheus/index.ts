// Metrics of breakers for Prometheus, through prom-client.
export { instrument } from './instrument.js'
export type { Instrumentation, InstrumentOptions } from './instrument.js'
