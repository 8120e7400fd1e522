export { breakerMachine } from './breaker.machine.js'
export type {
  BreakerContext,
  BreakerEvent,
  BreakerInput,
  Decision,
  HoldRecord,
  Lease,
  OutcomeEvent,
  TransitionCause,
} from './breaker.context.js'
