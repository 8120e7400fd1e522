import { assign, raise, setup } from 'xstate'
import * as act from './breaker.actions.js'
import { initialContext } from './breaker.context.js'
import * as is from './breaker.guards.js'
import type { BreakerContext, BreakerEvent, BreakerInput } from './breaker.context.js'

/** What ends a break: time. One that comes too early waits on. */
const whenBreakEnds = [
  { guard: 'isBreakOver', target: 'halfOpen', actions: 'startProbing' },
  { target: 'open', reenter: true },
] as const

/** What ends a half-open round: the outcome of a probe, */
const whenProbeEnds = [
  { guard: 'isStale' },
  { guard: 'isRefused', target: 'open', actions: 'returnProbe' },
  { guard: 'isRecovered', target: 'closed', actions: 'recover' },
  { guard: 'isBeyondRecovery', target: 'open', actions: 'reopen' },
  { target: 'halfOpen', reenter: true, actions: 'countProbe' },
] as const

/** or a lease that ran out, which is a failure. */
const whenLeaseEnds = [
  { guard: 'isBeyondRecovery', target: 'open', actions: 'reopen' },
  { target: 'halfOpen', reenter: true, actions: 'countProbe' },
] as const

/** What ends an isolation: the release of the last hold, by hand or by time. */
const whenHoldEnds = [
  { guard: 'isStillHeld', target: 'isolated', reenter: true, actions: 'dropHold' },
  { guard: 'isBreakRunning', target: 'open', actions: 'resumeBreak' },
  { target: 'closed', actions: 'release' },
] as const

/**
 * The life of a circuit. Guards are functions of context and event, so the chart can be explored and
 * replayed; `OUTCOME` carries the figures it is judged by. Times are monotonic milliseconds.
 */
export const breakerMachine = setup({
  // eslint-disable-next-line @typescript-eslint/no-unnecessary-type-assertion -- where XState takes its types from
  types: {} as { context: BreakerContext; events: BreakerEvent; input: BreakerInput },
  guards: { ...is.guards },
  delays: { ...act.delays },
  actions: {
    // The event of a timer knows no time; read once, guards and actions agree on it.
    announceDeadline: raise(act.deadlineNow),
    openCircuit: assign(act.openCircuit),
    reopen: assign(act.reopen),
    trip: assign(act.trip),
    startProbing: assign(act.startProbing),
    startLease: assign(act.startLease),
    countProbe: assign(act.countProbe),
    returnProbe: assign(act.returnProbe),
    recover: assign(act.recover),
    isolate: assign(act.isolate),
    addHold: assign(act.addHold),
    dropHold: assign(act.dropHold),
    resumeBreak: assign(act.resumeBreak),
    release: assign(act.release),
    reset: assign(act.reset),
  },
}).createMachine({
  id: 'breaker',
  context: initialContext,
  initial: 'restoring',
  on: {
    ISOLATE: { target: '.isolated', actions: 'isolate' },
    RESET: { target: '.closed', actions: 'reset' },
  },
  states: {
    restoring: {
      always: [
        { guard: 'wasOpen', target: 'open' },
        { guard: 'wasHalfOpen', target: 'halfOpen' },
        { guard: 'wasIsolated', target: 'isolated' },
        { target: 'closed' },
      ],
    },
    closed: {
      on: {
        OUTCOME: { guard: 'isUnhealthy', target: 'open', actions: 'openCircuit' },
        TRIP: { target: 'open', actions: 'trip' },
      },
    },
    open: {
      after: { breakDuration: { actions: 'announceDeadline' } },
      on: {
        DEADLINE: whenBreakEnds,
        FORCE_HALF_OPEN: { target: 'halfOpen', actions: 'startProbing' },
      },
    },
    halfOpen: {
      after: { probeLease: { actions: 'announceDeadline' } },
      on: {
        ACQUIRE: {
          guard: 'hasFreeProbe',
          target: 'halfOpen',
          reenter: true,
          actions: 'startLease',
        },
        OUTCOME: whenProbeEnds,
        DEADLINE: whenLeaseEnds,
        TRIP: { target: 'open', actions: 'trip' },
      },
    },
    isolated: {
      after: { holdDuration: { actions: 'announceDeadline' } },
      on: {
        ISOLATE: { target: 'isolated', reenter: true, actions: 'addHold' },
        RELEASE: whenHoldEnds,
        DEADLINE: whenHoldEnds,
        FORCE_HALF_OPEN: { target: 'halfOpen', actions: 'startProbing' },
      },
    },
  },
})
