export { breakerMachine } from './breaker.machine.js'
export type {
  BreakerContext,
  BreakerEvent,
  BreakerInput,
  Decision,
  HoldRecord,
  OutcomeEvent,
  TransitionCause,
} from './breaker.context.js'
