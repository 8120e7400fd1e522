import type { Row } from './row.js'

const layer = (name: string) => `layer: ${name}`
const edge = (name: string) => `edge: ${name}`

/** Rules that breakers for JavaScript keep or break. */
export const partTwo: readonly Row[] = [
  // Closed, and its limits
  { id: 'TA1', rule: 'the second of two failures in a row opens once; no further call is made' },
  { id: 'TA2', rule: 'a success ends a run of failures' },
  { id: 'TA3', rule: 'below the minimum throughput nothing is decided' },
  { id: 'TA4', rule: 'the failure ratio is compared with ≥' },
  { id: 'TA5', rule: 'opens at the result that reaches the minimum throughput, not earlier' },
  { id: 'TA7', rule: 'a ratio of 1 opens only when every call failed' },
  { id: 'TA8', rule: 'one failure does not open a breaker made with defaults' },
  { id: 'TA9', rule: 'a success does not open, over time and count windows alike' },
  { id: 'TA11', rule: 'rejected calls are counted by themselves, not in the window' },
  { id: 'TA12', rule: 'calls answered without the dependency leave the window as it is' },
  { id: 'TA14', rule: 'breakers made of one options object share no counts' },

  // Time window
  { id: 'TB1', rule: 'failures of an hour ago are forgotten, also when no timer ran' },
  { id: 'TB2', rule: 'failures that come one at a time never add up' },
  { id: 'TB4', rule: 'only what is younger than the sampling duration counts' },
  { id: 'TB6', rule: 'the minimum throughput is a number of calls, at least 1' },
  { id: 'TB7', rule: 'counts are never negative and equal a naive recount' },
  { id: 'TB8', rule: 'a window shorter than a millisecond per bucket is refused' },
  { id: 'TB9', rule: 'a decision looks at running totals, however many calls there were' },
  { id: 'TB10', rule: 'a million calls take the space of ten buckets' },

  // Open
  { id: 'TC1', rule: 'rejects to the last millisecond of the break, then admits a probe' },
  { id: 'TC2', rule: 'a rejection says which circuit, in which state, for how long and why' },
  { id: 'TC4', rule: 'a success from before does not close' },
  { id: 'TC6', rule: 'reading the state does not move it: open until the next call or timer' },

  // Probes
  { id: 'TD1', rule: 'one of five concurrent callers probes, the others are rejected' },
  { id: 'TD2', rule: 'a good probe closes with an empty window' },
  { id: 'TD3', rule: 'a bad probe opens for a whole break' },
  { id: 'TD5', rule: 'the round is decided as soon as it is certain' },
  { id: 'TD6', rule: 'as many probes run at once as maxConcurrent says' },
  { id: 'TD8', rule: 'a probe that never ends is a failure when its lease is over' },
  { id: 'TD9', rule: 'a probe of an earlier round changes nothing' },
  { id: 'TD11', rule: 'a probe that was refused or aborted gives its slot back' },
  { id: 'TD12', rule: 'a probe that throws at once counts once' },
  { id: 'TD13', rule: 'probes need no minimum throughput' },
  { id: 'TD14', rule: 'a crowd during a probe is rejected at once: no herd after it' },
  {
    id: 'TD15',
    rule: 'callers that wait for the probe',
    omitted: 'not offered: callers beyond the probe budget are rejected at once, never queued',
  },
  { id: 'TD16', rule: 'only probes, and fed outcomes in a free slot, decide a round' },

  // Epochs
  { id: 'TE1', rule: 'a late failure does not fail a round of probes' },
  { id: 'TE2', rule: 'a late success does not close' },
  { id: 'TE3', rule: 'results from before the trip do not count after recovery' },
  { id: 'TE5', rule: 'results from before an isolation do not count after it' },
  { id: 'TE6', rule: 'results from before a reset do not count after it' },
  { id: 'TE8', rule: 'late results are counted and told as stale' },
  { id: 'TE9', rule: 'no interleaving loses a count or a probe slot' },

  // Classification
  { id: 'TF1', rule: 'ignored calls leave a run of failures intact' },
  { id: 'TF2', rule: 'an ignored probe frees its slot and decides nothing' },
  { id: 'TF3', rule: 'an error judged a success closes, and still reaches the caller' },
  { id: 'TF4', rule: 'a value judged a failure counts, and still reaches the caller' },
  { id: 'TF6', rule: 'a classifier that throws or talks nonsense: reported, counted as failure' },
  { id: 'TF7', rule: 'undefined, null, 0 and false are successes' },
  { id: 'TF10', rule: 'the classifier is told how the call ended and how long it took' },
  { id: 'TF11', rule: 'slow successes open, with a reason that says so' },

  // Abort and timeout
  { id: 'TG1', rule: 'an aborted caller makes no call and moves no counter' },
  { id: 'TG2', rule: "a caller's abort during the call is ignored" },
  { id: 'TG4', rule: 'a timed-out call counts once, as a failure', omitted: layer('timeout') },
  { id: 'TG6', rule: 'a call that ends after its timeout is ignored', omitted: layer('timeout') },
  {
    id: 'TG7',
    rule: "a caller's abort within a timeout keeps its reason",
    omitted: layer('timeout'),
  },
  { id: 'TG9', rule: 'a slot is held until the call really ends', omitted: layer('bulkhead') },

  // Clock, timers, process
  { id: 'TH2', rule: 'durations beyond 2^31 ms and Infinity do not fire at once' },
  { id: 'TH3', rule: 'a wall clock that is set back does not stretch a break' },
  { id: 'TH6', rule: 'an open breaker keeps no process alive' },
  { id: 'TH7', rule: 'idle breakers have no timers; an open one has one' },
  { id: 'TH9', rule: 'timers without unref do' },
  { id: 'TH10', rule: "an injected clock and the test runner's fake timers both drive a breaker" },

  // Events and user callbacks
  { id: 'TI1', rule: 'a subscriber that throws at a success costs nobody anything' },
  { id: 'TI2', rule: 'a subscriber that throws at the opening does not keep the circuit closed' },
  { id: 'TI3', rule: 'without onError nothing is left unhandled' },
  { id: 'TI5', rule: 'a subscriber may leave, and take others along, while it is told' },
  { id: 'TI7', rule: 'a transition tells from, to, when, why, on which figures and for how long' },
  { id: 'TI8', rule: 'each rejection is told, and is no failure' },
  { id: 'TI10', rule: 'callbacks that throw leave the chart alive' },

  // Manual control and isolation
  { id: 'TJ1', rule: 'the last release ends an isolation; one transition each way' },
  { id: 'TJ3', rule: 'an isolated circuit rejects with an error of its own and its reasons' },
  { id: 'TJ4', rule: 'a release goes back to the interrupted break, with its old deadline' },
  { id: 'TJ5', rule: 'a release that closes begins with an empty window' },
  { id: 'TJ7', rule: 'reset clears; on a closed circuit it says nothing' },
  { id: 'TJ8', rule: 'forceHalfOpen from open and from isolated; false from closed' },
  { id: 'TJ10', rule: 'isolate gives its hold although a subscriber throws' },
  { id: 'TJ11', rule: 'a disposed breaker makes no call, takes no order and has no timer' },
  { id: 'TJ12', rule: 'holds, permits and breakers end with their scope' },

  // Snapshots
  { id: 'TK1', rule: 'counts survive a JSON round trip' },
  { id: 'TK2', rule: 'a restored break runs for the rest of its time' },
  { id: 'TK4', rule: 'a break that ran out before the restore lets a probe through at once' },
  { id: 'TK6', rule: 'a restored isolation can be released' },
  { id: 'TK8', rule: 'a snapshot that is none is refused by the name of the field' },
  { id: 'TK9', rule: 'late subscribers of a restored breaker learn its state' },
  { id: 'TK10', rule: 'a restore after each step changes nothing' },
  { id: 'TK11', rule: 'a store that fails or hangs', omitted: edge('redis') },
  { id: 'TK12', rule: 'one probe in the whole fleet', omitted: edge('redis') },

  // Break duration
  { id: 'TL1', rule: 'breaks in a row have each their own length' },
  { id: 'TL2', rule: 'breaks are counted from 1, and from 1 again after a recovery' },
  { id: 'TL4', rule: 'exponential breaks, up to the cap' },
  { id: 'TL5', rule: 'a rule that fails gives the default; the circuit opens all the same' },
  { id: 'TL7', rule: 'jitter spreads evenly, by the chance that is handed in' },

  // Composition
  { id: 'TM1', rule: 'a retry stops at a broken circuit', omitted: layer('retry') },
  { id: 'TM2', rule: 'a retry waits for as long as the circuit says', omitted: layer('retry') },
  { id: 'TM4', rule: 'an abort ends a sleeping retry', omitted: layer('retry') },
  { id: 'TM5', rule: 'a retry is bounded and never hot', omitted: layer('retry') },
  { id: 'TM6', rule: 'a refusal of a rate limiter counts nothing', omitted: layer('rate limiter') },
  { id: 'TM8', rule: 'a fallback that fails gives its own error', omitted: layer('fallback') },
  { id: 'TM9', rule: 'a fallback answers only what it is for', omitted: layer('fallback') },
  { id: 'TM10', rule: 'a permit whose call was never made gives its slot back' },

  // Streams in and out
  { id: 'TN1', rule: 'protect: one call per subscription' },
  { id: 'TN3', rule: 'protect: any number of values is one success' },
  { id: 'TN4', rule: 'protect: leaving before the end is ignored, and frees the slot' },
  { id: 'TN6', rule: 'protect: fails at once while open, the source is left alone' },
  { id: 'TN8', rule: 'state$ begins with the current state and ends with the breaker' },
  { id: 'TN9', rule: 'streams of commands and outcomes that fail leave the breaker as it is' },
  { id: 'TN10', rule: 'a subscriber that throws is reported, behind operators too' },
  { id: 'TN11', rule: 'protect: a source that ends or fails at once counts once' },

  // Statistics and metrics
  { id: 'TO1', rule: 'calls made and calls not made are counted apart' },
  {
    id: 'TO3',
    rule: 'percentiles of latency',
    omitted: 'not offered: outcomes$ carries each duration for those who want a histogram',
  },
  { id: 'TO4', rule: 'no sample of a call is kept' },
  { id: 'TO5', rule: 'the window forgets, the lifetime totals do not' },
  { id: 'TO7', rule: 'one breaker less in the metrics', omitted: edge('prometheus') },
  { id: 'TO8', rule: 'names of any kind in the metrics', omitted: edge('prometheus') },

  // Construction, types, packaging
  { id: 'TP1', rule: 'a wrong value is refused by name, value and bounds' },
  { id: 'TP2', rule: 'an unknown option is refused' },
  { id: 'TP3', rule: 'options are neither changed nor shared' },
  { id: 'TP5', rule: 'ESM, CommonJS and browser bundles; no side effects' },
]
