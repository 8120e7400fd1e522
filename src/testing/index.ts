export { controlledCall } from './controlled-call.js'
export type { ControlledCall, PendingCall } from './controlled-call.js'
export { createFakeClock } from './fake-clock.js'
export type { FakeClock } from './fake-clock.js'
