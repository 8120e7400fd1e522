// Metrics and span events of breakers, through the API of OpenTelemetry.
export { instrument } from './instrument.js'
export type { Instrumentation, InstrumentOptions } from './instrument.js'
