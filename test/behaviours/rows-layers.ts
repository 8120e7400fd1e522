import type { Row } from './row.js'

const noAdaptiveRate =
  'not offered: a rate that adapts itself; penalize() and update() let your code adapt it'

/** Rules about layers, and about layers around a breaker. */
export const layers: readonly Row[] = [
  // Rate limiter
  { id: 'RL1', rule: 'Reservations beyond the burst wait their turn, and the debt is shown' },
  { id: 'RL2', rule: 'Reservations pay their debt as time goes by' },
  { id: 'RL4', rule: 'With a burst of one, calls are evenly spaced' },
  { id: 'RL6', rule: 'A reservation that would wait too long is refused and consumes nothing' },
  { id: 'RL7', rule: 'One per interval, and a wait of one interval at most' },
  { id: 'RL9', rule: 'Who leaves the queue gets its token back, and those behind move up' },
  { id: 'RL10', rule: 'A circuit that opens releases whoever waits; none of the calls is made' },
  { id: 'RL11', rule: 'A limit can change at run time' },
  { id: 'RL13', rule: 'Asking for more than the burst is an error, never a hang' },

  // Retry and budget
  { id: 'RT1', rule: 'A retry around a breaker stops at the error of the circuit' },
  { id: 'RT2', rule: 'A retry that waits for the circuit sleeps once and burns no attempt' },
  { id: 'RT3', rule: 'A budget grants retries as a share of calls' },
  { id: 'RT5', rule: 'A budget is exact over many calls' },
  { id: 'RT7', rule: 'A budget out of bounds is refused' },
  { id: 'RT8', rule: 'A retry is paid for whatever comes of it; every first call earns its share' },
  { id: 'RT10', rule: 'An adaptive rate follows a cubic curve', omitted: noAdaptiveRate },
  {
    id: 'RT11',
    rule: 'An adaptive rate stays within twice the measured one',
    omitted: noAdaptiveRate,
  },
  { id: 'RT12', rule: 'Rejections of a circuit neither cost nor earn retry budget' },
  { id: 'RT13', rule: 'A Retry-After lengthens the delay of a retry, up to the cap' },

  // Timeout and bulkhead
  { id: 'TG4', rule: 'A call that times out counts once, as a failure; its signal is aborted' },
  { id: 'TG6', rule: 'What a call gives after its timeout is ignored' },
  { id: 'TG7', rule: 'A caller who aborts keeps its own reason, and there is no timeout' },
  { id: 'TG9', rule: 'A slot is held until the call really ends, whichever layer is outside' },

  // Composition
  { id: 'TM1', rule: 'A retry stops at a broken circuit' },
  { id: 'TM2', rule: 'A retry waits for as long as the circuit says' },
  { id: 'TM4', rule: 'An abort ends a sleeping retry at once' },
  { id: 'TM5', rule: 'A retry is bounded and never hot' },
  { id: 'TM6', rule: 'A refusal of a rate limiter counts nothing in the breaker' },
  { id: 'TM8', rule: 'A fallback that fails gives its own error, and the first one as its cause' },
  { id: 'TM9', rule: 'A fallback answers only what it is for' },
]
