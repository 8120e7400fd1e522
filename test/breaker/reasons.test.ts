import { describe, expect, it } from 'vitest'
import { createRig, fail, halfOpenCircuit, openCircuit, succeed } from '../support/breakers.js'
import { BulkheadFullError } from 'recloser/bulkhead'
import type { Rig } from '../support/breakers.js'

/** Ends a probe that was refused before it reached the dependency. */
function refuseProbe(rig: Rig, error: unknown): void {
  rig.breaker.tryAcquire()?.fail(error)
}

const threeProbes = { halfOpen: { probes: 3, successes: 2 } }

type Move = readonly [
  cause: string,
  reason: string,
  circuit: () => Rig | Promise<Rig>,
  move: (rig: Rig) => unknown,
]

const moves: Move[] = [
  ['failure-rate', 'failure rate 100% reached 50% over 10 calls in 10 s', openCircuit, () => 0],
  ['tripped', 'tripped by hand: a drill', createRig, ({ breaker }) => breaker.trip('a drill')],
  [
    'tripped',
    'tripped by hand: manual',
    createRig,
    ({ breaker }) => {
      breaker.actor.send({ type: 'TRIP' })
    },
  ],
  ['break-elapsed', 'the break of 1 s is over', openCircuit, ({ clock }) => clock.advance(1000)],
  [
    'forced-half-open',
    'forced half-open by hand',
    openCircuit,
    ({ breaker }) => breaker.forceHalfOpen(),
  ],
  [
    'probe-failed',
    '2 of 3 probes failed',
    () => halfOpenCircuit(threeProbes),
    ({ breaker }) => fail(breaker, 2),
  ],
  [
    'lease-expired',
    'a probe did not end within 500 ms',
    () => halfOpenCircuit({ halfOpen: { probeLease: 500 } }),
    ({ breaker, clock }) => {
      breaker.tryAcquire()
      clock.advance(500)
    },
  ],
  [
    'probe-refused',
    'the probe was refused before it was made: BulkheadFullError',
    halfOpenCircuit,
    (rig) => {
      refuseProbe(rig, new BulkheadFullError(1, 0))
    },
  ],
  [
    'probe-refused',
    'the probe was refused before it was made: refused',
    halfOpenCircuit,
    ({ breaker }) => {
      breaker.tryAcquire()
      breaker.actor.send({ type: 'OUTCOME', outcome: 'ignored', refused: true, probe: 1 })
    },
  ],
  [
    'probe-succeeded',
    '2 of 2 needed probes succeeded',
    () => halfOpenCircuit(threeProbes),
    ({ breaker }) => succeed(breaker, 2),
  ],
  [
    'isolated',
    'isolated by hand: maintenance',
    createRig,
    ({ breaker }) => breaker.isolate('maintenance'),
  ],
  [
    'isolated',
    'isolated by hand: manual',
    createRig,
    ({ breaker }) => {
      breaker.actor.send({ type: 'ISOLATE' })
    },
  ],
  [
    'released',
    'the last hold was released',
    createRig,
    ({ breaker }) => {
      breaker.isolate('maintenance').release()
    },
  ],
  [
    'hold-expired',
    'the last hold ran out',
    createRig,
    ({ breaker, clock }) => {
      breaker.isolate('maintenance', { duration: 500 })
      clock.advance(500)
    },
  ],
  ['reset', 'reset by hand', openCircuit, ({ breaker }) => breaker.reset()],
]

describe('a transition says why', () => {
  it.each(moves)('%s: «%s»', async (cause, reason, circuit, move) => {
    const rig = await circuit()
    await move(rig)
    expect(rig.transitions.at(-1)).toMatchObject({ cause, reason })
  })
})

describe('a hold for no time', () => {
  it('ends at once', () => {
    const { breaker, clock } = createRig()
    breaker.actor.send({ type: 'ISOLATE', duration: 0 })
    clock.advance(0)
    expect(breaker.state).toBe('closed')
  })
})
