import { describe, expect, it } from 'vitest'
import { initialTransition, transition } from 'xstate'
import { breakerMachine } from 'recloser/machines'
import { healthOf, noStreaks } from 'recloser/core'
import { createFakeClock } from 'recloser/testing'
import type { SnapshotFrom } from 'xstate'
import type { BreakerEvent, TransitionCause } from 'recloser/machines'
import type { BreakerOptions, CircuitState } from 'recloser'

type Snapshot = SnapshotFrom<typeof breakerMachine>

const options: BreakerOptions = {
  clock: createFakeClock(),
  breakDuration: 1000,
  slowCall: { duration: 100, ratio: 0.5 },
  halfOpen: { probes: 3, successes: 2, maxConcurrent: 2, probeLease: 500 },
}
const outage = new Error('down')
const sick = healthOf({ successes: 4, failures: 6, slow: 0, ignored: 0 }, noStreaks)
const sluggish = healthOf({ successes: 10, failures: 0, slow: 6, ignored: 0 }, noStreaks)
const well = healthOf({ successes: 6, failures: 4, slow: 4, ignored: 0 }, noStreaks)

function after(snapshot: Snapshot, ...events: BreakerEvent[]): Snapshot {
  return events.reduce((before, event) => transition(breakerMachine, before, event)[0], snapshot)
}

const success: BreakerEvent = { type: 'OUTCOME', outcome: 'success', health: sick, at: 0 }
const failure: BreakerEvent = {
  type: 'OUTCOME',
  outcome: 'failure',
  health: sick,
  error: outage,
  at: 0,
}
const acquire = (probe: number, at: number): BreakerEvent => ({ type: 'ACQUIRE', probe, at })
const probe = (
  number: number,
  outcome: 'success' | 'failure' | 'ignored',
  more: { slow?: boolean; refused?: boolean; error?: unknown; epoch?: number } = {},
): BreakerEvent => ({ type: 'OUTCOME', outcome, probe: number, at: 1200, ...more })
const deadline = (at: number): BreakerEvent => ({ type: 'DEADLINE', at })
const isolate = (hold: number, at: number, duration?: number): BreakerEvent => ({
  type: 'ISOLATE',
  reason: 'maintenance',
  hold,
  at,
  ...(duration === undefined ? {} : { duration }),
})

/**
 * Circuits in every situation, each made when it is asked for. Moments: broken at 0 for 1,000 ms,
 * half-open at 1,000, leases of 500 ms.
 */
const circuits = {
  get closed() {
    return initialTransition(breakerMachine, { name: 'payments-api', options })[0]
  },
  get open() {
    return after(this.closed, failure)
  },
  get halfOpen() {
    return after(this.open, deadline(1000))
  },
  get probing() {
    return after(this.halfOpen, acquire(1, 1000))
  },
  get probingTwice() {
    return after(this.probing, acquire(2, 1100))
  },
  get oneGood() {
    return after(this.probing, probe(1, 'success'), acquire(2, 1200))
  },
  get oneBad() {
    return after(this.probing, probe(1, 'failure'), acquire(2, 1200))
  },
  get isolated() {
    return after(this.closed, isolate(1, 100))
  },
  get isolatedTwice() {
    return after(this.isolated, isolate(2, 150))
  },
  get isolatedOpen() {
    return after(this.open, isolate(1, 100))
  },
  get isolatedAwhile() {
    return after(this.closed, isolate(1, 100, 200))
  },
  get isolatedOpenAwhile() {
    return after(this.open, isolate(1, 100, 200))
  },
}

type Moves = readonly [
  from: keyof typeof circuits,
  when: string,
  event: BreakerEvent,
  to: CircuitState,
  cause: TransitionCause,
]

const moves: Moves[] = [
  ['closed', 'a failure reaches the failure ratio', failure, 'open', 'failure-rate'],
  [
    'closed',
    'a slow success reaches the slow-call ratio',
    { type: 'OUTCOME', outcome: 'success', slow: true, health: sluggish },
    'open',
    'slow-rate',
  ],
  ['closed', 'somebody trips it', { type: 'TRIP' }, 'open', 'tripped'],
  ['closed', 'somebody isolates it', { type: 'ISOLATE' }, 'isolated', 'isolated'],

  ['open', 'the break ends', deadline(1000), 'halfOpen', 'break-elapsed'],
  ['open', 'the break has long ended', deadline(1e9), 'halfOpen', 'break-elapsed'],
  ['open', 'forced', { type: 'FORCE_HALF_OPEN' }, 'halfOpen', 'forced-half-open'],
  ['open', 'somebody isolates it', { type: 'ISOLATE' }, 'isolated', 'isolated'],
  ['open', 'somebody resets it', { type: 'RESET' }, 'closed', 'reset'],

  ['oneGood', 'the second success arrives', probe(2, 'success'), 'closed', 'probe-succeeded'],
  ['oneBad', 'the second failure arrives', probe(2, 'failure'), 'open', 'probe-failed'],
  ['oneBad', 'a slow success arrives', probe(2, 'success', { slow: true }), 'open', 'probe-failed'],
  ['oneBad', 'the lease runs out', deadline(1700), 'open', 'lease-expired'],
  ['probingTwice', 'both leases have run out', deadline(1600), 'open', 'lease-expired'],
  [
    'probing',
    'the probe was refused further in',
    probe(1, 'ignored', { refused: true }),
    'open',
    'probe-refused',
  ],
  ['halfOpen', 'somebody trips it', { type: 'TRIP' }, 'open', 'tripped'],
  ['halfOpen', 'somebody isolates it', { type: 'ISOLATE' }, 'isolated', 'isolated'],
  ['probing', 'somebody resets it', { type: 'RESET' }, 'closed', 'reset'],

  ['isolated', 'the last hold is released', { type: 'RELEASE', hold: 1 }, 'closed', 'released'],
  ['isolated', 'the latest hold is released', { type: 'RELEASE' }, 'closed', 'released'],
  [
    'isolatedOpen',
    'it is released before the break ends',
    { type: 'RELEASE', hold: 1, at: 999 },
    'open',
    'released',
  ],
  [
    'isolatedOpen',
    'it is released when the break ends',
    { type: 'RELEASE', hold: 1, at: 1000 },
    'closed',
    'released',
  ],
  ['isolatedAwhile', 'the hold ends', deadline(300), 'closed', 'hold-expired'],
  ['isolatedOpenAwhile', 'the hold ends within the break', deadline(300), 'open', 'hold-expired'],
  ['isolatedOpenAwhile', 'the hold ended after the break', deadline(1e9), 'closed', 'hold-expired'],
  ['isolatedTwice', 'forced', { type: 'FORCE_HALF_OPEN' }, 'halfOpen', 'forced-half-open'],
  ['isolatedTwice', 'somebody resets it', { type: 'RESET' }, 'closed', 'reset'],
]

type Stays = readonly [from: keyof typeof circuits, when: string, event: BreakerEvent]

/** The circuit stays where it is, and nothing in it changes. */
const nothing: Stays[] = [
  ['closed', 'a failure reaches no limit', { ...failure, health: well }],
  ['closed', 'a failure comes without figures', { type: 'OUTCOME', outcome: 'failure' }],
  ['closed', 'a success comes while the ratio is reached', success],
  ['closed', 'an ignored call does', { ...failure, outcome: 'ignored' }],
  ['closed', 'a failure of an earlier epoch comes', { ...failure, epoch: -5 }],
  ['closed', 'a probe is asked for', acquire(1, 0)],
  ['closed', 'a deadline passes', deadline(1e9)],
  ['closed', 'a hold is released', { type: 'RELEASE' }],
  ['closed', 'forced', { type: 'FORCE_HALF_OPEN' }],

  ['open', 'a success arrives', success],
  ['open', 'a failure arrives', failure],
  ['open', 'a probe is asked for', acquire(1, 5000)],
  ['open', 'the break has not ended', deadline(999)],
  ['open', 'a hold is released', { type: 'RELEASE' }],
  ['open', 'somebody trips it', { type: 'TRIP' }],

  ['halfOpen', 'a deadline passes', deadline(1e9)],
  ['halfOpen', 'a hold is released', { type: 'RELEASE' }],
  ['halfOpen', 'forced', { type: 'FORCE_HALF_OPEN' }],
  ['halfOpen', 'an unknown probe ends', probe(7, 'failure')],
  ['probing', 'an unknown probe ends', probe(7, 'failure')],
  ['probing', 'the lease has not run out', deadline(1499)],
  ['probing', 'the result of an earlier epoch comes', probe(1, 'failure', { epoch: 1 })],
  ['probingTwice', 'a third probe is asked for', acquire(3, 1200)],
  [
    'probingTwice',
    'an outcome comes that no probe is free for',
    { type: 'OUTCOME', outcome: 'failure' },
  ],

  ['isolated', 'a success arrives', success],
  ['isolated', 'a failure arrives', failure],
  ['isolated', 'a probe is asked for', acquire(1, 5000)],
  ['isolated', 'a deadline passes that is none of it', deadline(1e9)],
  ['isolated', 'an unknown hold is released', { type: 'RELEASE', hold: 7 }],
  ['isolated', 'somebody trips it', { type: 'TRIP' }],
  ['isolatedAwhile', 'the hold has not ended', deadline(299)],
]

type Changes = readonly [
  from: keyof typeof circuits,
  when: string,
  event: BreakerEvent,
  context: Partial<Snapshot['context']>,
]

/** The circuit stays where it is, but something in it changes. */
const changes: Changes[] = [
  ['closed', 'reset: a new epoch', { type: 'RESET' }, { epoch: 1 }],
  ['halfOpen', 'a probe begins', acquire(1, 1000), { leases: [{ probe: 1, until: 1500 }] }],
  [
    'probing',
    'a second begins',
    acquire(2, 1100),
    {
      leases: [
        { probe: 1, until: 1500 },
        { probe: 2, until: 1600 },
      ],
    },
  ],
  [
    'probingTwice',
    'one succeeds',
    probe(1, 'success'),
    {
      leases: [{ probe: 2, until: 1600 }],
      round: expect.objectContaining({ good: 1, bad: 0 }) as never,
    },
  ],
  [
    'probingTwice',
    'one fails',
    probe(1, 'failure'),
    {
      leases: [{ probe: 2, until: 1600 }],
      round: expect.objectContaining({ good: 0, bad: 1 }) as never,
    },
  ],
  [
    'probing',
    'one is ignored: the slot is free again',
    probe(1, 'ignored'),
    { leases: [], round: expect.objectContaining({ good: 0, bad: 0 }) as never },
  ],
  [
    'halfOpen',
    'an outcome comes that was measured elsewhere: it takes a free probe',
    { type: 'OUTCOME', outcome: 'success' },
    { leases: [], round: expect.objectContaining({ good: 1, bad: 0 }) as never },
  ],
  [
    'probingTwice',
    'one lease runs out and success is still within reach',
    deadline(1500),
    {
      leases: [{ probe: 2, until: 1600 }],
      round: expect.objectContaining({ good: 0, bad: 1 }) as never,
    },
  ],
  [
    'isolated',
    'another hold is added',
    isolate(2, 150),
    {
      holds: [
        expect.anything() as never,
        { id: 2, reason: 'maintenance', since: 150, until: Infinity },
      ],
    },
  ],
  [
    'isolatedTwice',
    'one of two holds is released',
    { type: 'RELEASE', hold: 1 },
    { holds: [{ id: 2, reason: 'maintenance', since: 150, until: Infinity }] },
  ],
  [
    'isolatedTwice',
    'the latest hold is released',
    { type: 'RELEASE' },
    { holds: [{ id: 1, reason: 'maintenance', since: 100, until: Infinity }] },
  ],
]

describe('the chart', () => {
  it.each(moves)('%s: when %s', (from, _when, event, to, cause) => {
    const before = circuits[from]
    const { value, context } = after(before, event)
    expect([value, context.decision?.cause]).toEqual([to, cause])
    // Whatever was admitted before is stale from now on.
    expect(context.epoch).toBe(before.context.epoch + 1)
    expect(context.decision?.at).toBe(event.at ?? 0)
    if (to !== 'halfOpen') expect(context.leases).toEqual([])
    if (to !== 'isolated') expect(context.holds).toEqual([])
  })

  it.each(nothing)('%s stays as it is when %s', (from, _when, event) => {
    const before = circuits[from]
    const { value, context } = after(before, event)
    expect(value).toBe(before.value)
    expect(context).toEqual(before.context)
  })

  it.each(changes)('%s, when %s, changes only that', (from, _when, event, context) => {
    const { value, context: actual } = after(circuits[from], event)
    expect(value).toBe(circuits[from].value)
    expect(actual).toMatchObject(context)
  })

  it('has an answer for every event in every state', () => {
    const states = ['closed', 'open', 'halfOpen', 'isolated']
    const kinds = [
      'OUTCOME',
      'ACQUIRE',
      'DEADLINE',
      'ISOLATE',
      'RELEASE',
      'RESET',
      'FORCE_HALF_OPEN',
      'TRIP',
    ]
    const answered = new Set(
      [...moves, ...nothing, ...changes].map(
        ([from, , event]) => `${circuits[from].value} ${event.type}`,
      ),
    )
    const all = states.flatMap((state) => kinds.map((kind) => `${state} ${kind}`))
    expect(all.filter((pair) => !answered.has(pair))).toEqual([])
  })
})

describe('events sent by hand', () => {
  it('need no reason, no number and no time', () => {
    const { context } = after(circuits.closed, { type: 'ISOLATE' }, { type: 'ISOLATE' })
    expect(context.holds).toEqual([
      { id: 1, reason: 'manual', since: 0, until: Infinity },
      { id: 2, reason: 'manual', since: 0, until: Infinity },
    ])
    expect(after(circuits.closed, { type: 'TRIP' }).context).toMatchObject({
      openUntil: 1000,
      decision: { cause: 'tripped', reason: 'tripped by hand: manual' },
    })
  })

  it('with a duration that makes no sense get the usual one', () => {
    expect(after(circuits.closed, { type: 'TRIP', duration: -1 }).context.breakDuration).toBe(1000)
    expect(after(circuits.closed, { type: 'TRIP', duration: NaN }).context.breakDuration).toBe(1000)
    expect(after(circuits.closed, { type: 'TRIP', duration: 0 }).context.breakDuration).toBe(0)
    const held = after(circuits.closed, { type: 'ISOLATE', duration: NaN, at: 5 })
    expect(held.context.holds[0]?.until).toBe(Infinity)
  })

  it('may refuse a probe without an error', () => {
    const { context } = after(circuits.probing, probe(1, 'ignored', { refused: true }))
    expect(context.decision?.reason).toBe('the probe was refused before it was made: refused')
  })
})

describe('breaks in a row', () => {
  const again = (snapshot: Snapshot) => {
    const { openUntil } = snapshot.context
    return after(
      snapshot,
      deadline(openUntil),
      acquire(1, openUntil),
      { ...(probe(1, 'failure') as object), at: openUntil } as BreakerEvent,
      acquire(2, openUntil),
      { ...(probe(2, 'failure') as object), at: openUntil, error: outage } as BreakerEvent,
    )
  }

  it('are counted until one is closed by a success', () => {
    const second = again(circuits.open)
    const third = again(second)
    expect([circuits.open, second, third].map(({ context }) => context.consecutiveBreaks)).toEqual([
      1, 2, 3,
    ])
    expect(third.context).toMatchObject({ halfOpenAttempts: 2, openUntil: 3000 })
    const recovered = after(
      third,
      deadline(3000),
      acquire(1, 3000),
      { ...(probe(1, 'success') as object), at: 3000 } as BreakerEvent,
      acquire(2, 3000),
      { ...(probe(2, 'success') as object), at: 3000 } as BreakerEvent,
    )
    expect(recovered.value).toBe('closed')
    expect(recovered.context).toMatchObject({
      consecutiveBreaks: 0,
      halfOpenAttempts: 0,
      breaking: undefined,
      failure: undefined,
    })
  })

  it('keep the figures of the first', () => {
    expect(again(again(circuits.open)).context.breaking).toEqual(sick)
  })

  it('go on counting after a release within the break', () => {
    const { context } = after(circuits.isolatedOpen, { type: 'RELEASE', at: 200 })
    expect(context).toMatchObject({ consecutiveBreaks: 1, openUntil: 1000, breaking: sick })
  })

  it('carry the failure that broke the circuit', () => {
    expect(circuits.open.context.failure?.error).toBe(outage)
    expect(again(circuits.open).context.failure?.error).toBe(outage)
  })

  it('do not count a probe that was refused', () => {
    const { context } = after(
      circuits.probing,
      probe(1, 'ignored', { refused: true, error: outage }),
    )
    expect(context).toMatchObject({ consecutiveBreaks: 1, halfOpenAttempts: 0, openUntil: 1000 })
    expect(context.decision?.reason).toBe('the probe was refused before it was made: Error')
  })
})
