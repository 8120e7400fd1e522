import type { Row } from './row.js'

/** Rules that breakers for JavaScript keep or break. */
export const partTwo: readonly Row[] = [
  // Closed, and its limits
  { id: 'TA1', rule: 'The second of two failures in a row opens once; no further call is made' },
  { id: 'TA2', rule: 'A success ends a run of failures' },
  { id: 'TA3', rule: 'Below the minimum throughput nothing is decided' },
  { id: 'TA4', rule: 'The failure ratio is compared with ≥' },
  { id: 'TA5', rule: 'Opens at the result that reaches the minimum throughput, not earlier' },
  { id: 'TA7', rule: 'A ratio of 1 opens only when every call failed' },
  { id: 'TA8', rule: 'One failure does not open a breaker made with defaults' },
  { id: 'TA9', rule: 'A success does not open, over time and count windows alike' },
  { id: 'TA11', rule: 'Rejected calls are counted by themselves, not in the window' },
  { id: 'TA12', rule: 'Calls answered without the dependency leave the window as it is' },
  { id: 'TA14', rule: 'Breakers made of one options object share no counts' },

  // Time window
  { id: 'TB1', rule: 'Failures of an hour ago are forgotten, also when no timer ran' },
  { id: 'TB2', rule: 'Failures that come one at a time never add up' },
  { id: 'TB4', rule: 'Only what is younger than the sampling duration counts' },
  { id: 'TB6', rule: 'The minimum throughput is a number of calls, at least 1' },
  { id: 'TB7', rule: 'Counts are never negative and equal a naive recount' },
  { id: 'TB8', rule: 'A window shorter than a millisecond per bucket is refused' },
  { id: 'TB9', rule: 'A decision looks at running totals, however many calls there were' },
  { id: 'TB10', rule: 'A million calls take the space of ten buckets' },

  // Open
  { id: 'TC1', rule: 'Rejects to the last millisecond of the break, then admits a probe' },
  { id: 'TC2', rule: 'A rejection says which circuit, in which state, for how long and why' },
  { id: 'TC4', rule: 'A success from before does not close' },
  { id: 'TC6', rule: 'Reading the state does not move it: open until the next call or timer' },

  // Probes
  { id: 'TD1', rule: 'One of five concurrent callers probes, the others are rejected' },
  { id: 'TD2', rule: 'A good probe closes with an empty window' },
  { id: 'TD3', rule: 'A bad probe opens for a whole break' },
  { id: 'TD5', rule: 'The round is decided as soon as it is certain' },
  { id: 'TD6', rule: 'As many probes run at once as maxConcurrent says' },
  { id: 'TD8', rule: 'A probe that never ends is a failure when its lease is over' },
  { id: 'TD9', rule: 'A probe of an earlier round changes nothing' },
  { id: 'TD11', rule: 'A probe that was refused or aborted gives its slot back' },
  { id: 'TD12', rule: 'A probe that throws at once counts once' },
  { id: 'TD13', rule: 'Probes need no minimum throughput' },
  { id: 'TD14', rule: 'A crowd during a probe is rejected at once: no herd after it' },
  {
    id: 'TD15',
    rule: 'Callers that wait for the probe',
    omitted: 'not offered: callers beyond the probe budget are rejected at once, never queued',
  },
  { id: 'TD16', rule: 'Only probes, and fed outcomes in a free slot, decide a round' },

  // Epochs
  { id: 'TE1', rule: 'A late failure does not fail a round of probes' },
  { id: 'TE2', rule: 'A late success does not close' },
  { id: 'TE3', rule: 'Results from before the trip do not count after recovery' },
  { id: 'TE5', rule: 'Results from before an isolation do not count after it' },
  { id: 'TE6', rule: 'Results from before a reset do not count after it' },
  { id: 'TE8', rule: 'Late results are counted and told as stale' },
  { id: 'TE9', rule: 'No interleaving loses a count or a probe slot' },

  // Classification
  { id: 'TF1', rule: 'Ignored calls leave a run of failures intact' },
  { id: 'TF2', rule: 'An ignored probe frees its slot and decides nothing' },
  { id: 'TF3', rule: 'An error judged a success closes, and still reaches the caller' },
  { id: 'TF4', rule: 'A value judged a failure counts, and still reaches the caller' },
  { id: 'TF6', rule: 'A classifier that throws or talks nonsense: reported, counted as failure' },
  { id: 'TF7', rule: 'undefined, null, 0 and false are successes' },
  { id: 'TF10', rule: 'The classifier is told how the call ended and how long it took' },
  { id: 'TF11', rule: 'Slow successes open, with a reason that says so' },

  // Abort and timeout
  { id: 'TG1', rule: 'An aborted caller makes no call and moves no counter' },
  { id: 'TG2', rule: "A caller's abort during the call is ignored" },

  // Clock, timers, process
  { id: 'TH2', rule: 'Durations beyond 2^31 ms and Infinity do not fire at once' },
  { id: 'TH3', rule: 'A wall clock that is set back does not stretch a break' },
  { id: 'TH6', rule: 'An open breaker keeps no process alive' },
  { id: 'TH7', rule: 'Idle breakers have no timers; an open one has one' },
  { id: 'TH9', rule: 'Timers without unref do' },
  { id: 'TH10', rule: "An injected clock and the test runner's fake timers both drive a breaker" },

  // Events and user callbacks
  { id: 'TI1', rule: 'A subscriber that throws at a success costs nobody anything' },
  { id: 'TI2', rule: 'A subscriber that throws at the opening does not keep the circuit closed' },
  { id: 'TI3', rule: 'Without onError nothing is left unhandled' },
  { id: 'TI5', rule: 'A subscriber may leave, and take others along, while it is told' },
  { id: 'TI7', rule: 'A transition tells from, to, when, why, on which figures and for how long' },
  { id: 'TI8', rule: 'Each rejection is told, and is no failure' },
  { id: 'TI10', rule: 'Callbacks that throw leave the chart alive' },

  // Manual control and isolation
  { id: 'TJ1', rule: 'The last release ends an isolation; one transition each way' },
  { id: 'TJ3', rule: 'An isolated circuit rejects with an error of its own and its reasons' },
  { id: 'TJ4', rule: 'A release goes back to the interrupted break, with its old deadline' },
  { id: 'TJ5', rule: 'A release that closes begins with an empty window' },
  { id: 'TJ7', rule: 'Reset clears; on a closed circuit it says nothing' },
  { id: 'TJ8', rule: 'forceHalfOpen from open and from isolated; false from closed' },
  { id: 'TJ10', rule: 'isolate gives its hold although a subscriber throws' },
  { id: 'TJ11', rule: 'A disposed breaker makes no call, takes no order and has no timer' },
  { id: 'TJ12', rule: 'Holds, permits and breakers end with their scope' },

  // Snapshots
  { id: 'TK1', rule: 'Counts survive a JSON round trip' },
  { id: 'TK2', rule: 'A restored break runs for the rest of its time' },
  { id: 'TK4', rule: 'A break that ran out before the restore lets a probe through at once' },
  { id: 'TK6', rule: 'A restored isolation can be released' },
  { id: 'TK8', rule: 'A snapshot that is none is refused by the name of the field' },
  { id: 'TK9', rule: 'Late subscribers of a restored breaker learn its state' },
  { id: 'TK10', rule: 'A restore after each step changes nothing' },
  {
    id: 'TK11',
    rule: 'A store that fails or hangs',
    omitted:
      'not offered: a breaker asks no store; your code fetches the snapshot and hands it over',
  },
  {
    id: 'TK12',
    rule: 'One probe in the whole fleet',
    omitted: 'not there yet: breakers share no state with those of another process',
  },

  // Break duration
  { id: 'TL1', rule: 'Breaks in a row have each their own length' },
  { id: 'TL2', rule: 'Breaks are counted from 1, and from 1 again after a recovery' },
  { id: 'TL4', rule: 'Exponential breaks, up to the cap' },
  { id: 'TL5', rule: 'A rule that fails gives the default; the circuit opens all the same' },
  { id: 'TL7', rule: 'Jitter spreads evenly, by the chance that is handed in' },

  // Composition
  { id: 'TM10', rule: 'A permit whose call was never made gives its slot back' },

  // Streams in and out
  { id: 'TN1', rule: 'protect: one call per subscription' },
  { id: 'TN3', rule: 'protect: any number of values is one success' },
  { id: 'TN4', rule: 'protect: leaving before the end is ignored, and frees the slot' },
  { id: 'TN6', rule: 'protect: fails at once while open, the source is left alone' },
  { id: 'TN8', rule: 'state$ begins with the current state and ends with the breaker' },
  { id: 'TN9', rule: 'Streams of commands and outcomes that fail leave the breaker as it is' },
  { id: 'TN10', rule: 'A subscriber that throws is reported, behind operators too' },
  { id: 'TN11', rule: 'protect: a source that ends or fails at once counts once' },

  // Statistics and metrics
  { id: 'TO1', rule: 'Calls made and calls not made are counted apart' },
  {
    id: 'TO3',
    rule: 'Percentiles of latency',
    omitted: 'not offered: outcomes$ carries each duration for those who want a histogram',
  },
  { id: 'TO4', rule: 'No sample of a call is kept' },
  { id: 'TO5', rule: 'The window forgets, the lifetime totals do not' },
  { id: 'TO7', rule: 'A breaker that is gone leaves the metrics, and the others stay' },
  { id: 'TO8', rule: 'Names of any kind survive in the metrics' },

  // Construction, types, packaging
  { id: 'TP1', rule: 'A wrong value is refused by name, value and bounds' },
  { id: 'TP2', rule: 'An unknown option is refused' },
  { id: 'TP3', rule: 'Options are neither changed nor shared' },
  { id: 'TP5', rule: 'ESM, CommonJS and browser bundles; no side effects' },
]
