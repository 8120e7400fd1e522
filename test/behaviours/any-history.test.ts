import fc from 'fast-check'
import { createBreaker } from 'recloser'
import { createFakeClock } from 'recloser/testing'
import { describe, expect, it } from 'vitest'
import { createRig, halfOpenCircuit, moves } from '../support/breakers.js'
import type { Breaker, BreakerOptions, Hold, OutcomeKind, Permit } from 'recloser'
import type { FakeClock } from 'recloser/testing'

const kinds = ['success', 'failure', 'ignored'] as const satisfies OutcomeKind[]

function end(permit: Permit | undefined, kind: OutcomeKind): void {
  if (kind === 'success') permit?.succeed()
  else if (kind === 'failure') permit?.fail(new Error('down'))
  else permit?.ignore()
}

/** All a breaker knows; the numbers of its holds mean nothing to anybody else. */
function comparable(breaker: Breaker) {
  const snapshot = breaker.snapshot()
  return { ...snapshot, holds: snapshot.holds.map((hold) => ({ ...hold, id: 0 })) }
}

/** A step anybody could take next. */
type Step =
  | { readonly do: 'call'; readonly kind: OutcomeKind }
  | { readonly do: 'begin' | 'isolate' | 'release' | 'reset' | 'force' | 'trip' }
  | { readonly do: 'end'; readonly kind: OutcomeKind; readonly which: number }
  | { readonly do: 'advance' | 'block'; readonly ms: number }

// Half of the waits end on a boundary or right beside it.
const wait = fc.oneof(
  fc.integer({ min: 0, max: 3000 }),
  fc.constantFrom(99, 100, 101, 499, 500, 501, 999, 1000, 1001),
)
const kind = fc.constantFrom(...kinds)
const call = fc.record({ do: fc.constant('call'), kind })
const control = fc.record({
  do: fc.constantFrom('isolate', 'release', 'reset', 'force', 'trip'),
})
const passTime = fc.record({ do: fc.constantFrom('advance', 'block'), ms: wait })
const inFlight = fc.oneof(
  fc.record({ do: fc.constant('begin') }),
  fc.record({ do: fc.constant('end'), kind, which: fc.nat({ max: 1000 }) }),
)
const anyStep = fc.oneof(
  { arbitrary: call, weight: 4 },
  { arbitrary: inFlight, weight: 4 },
  { arbitrary: passTime, weight: 3 },
  { arbitrary: control, weight: 2 },
) as fc.Arbitrary<Step>
const wholeCallStep = fc.oneof(
  { arbitrary: call, weight: 6 },
  { arbitrary: passTime, weight: 3 },
  { arbitrary: control, weight: 2 },
) as fc.Arbitrary<Step>

/** Takes steps at a breaker, and remembers what it has begun. */
class Hand {
  readonly running: Permit[] = []
  readonly #breaker: Breaker
  readonly #clock: FakeClock
  #holds: readonly Hold[]

  constructor(breaker: Breaker, clock: FakeClock) {
    this.#breaker = breaker
    this.#clock = clock
    this.#holds = breaker.isolation?.holds ?? []
  }

  take(step: Step): void {
    const breaker = this.#breaker
    if (step.do === 'call') end(breaker.tryAcquire(), step.kind)
    else if (step.do === 'begin') {
      const permit = breaker.tryAcquire()
      if (permit !== undefined) this.running.push(permit)
    } else if (step.do === 'end') {
      end(this.running.splice(step.which % this.running.length, 1)[0], step.kind)
    } else if (step.do === 'advance' || step.do === 'block') {
      this.#clock[step.do](step.ms)
    } else if (step.do === 'isolate') {
      this.#holds = [...this.#holds, breaker.isolate('by hand')]
    } else if (step.do === 'release') {
      this.#holds[0]?.release()
      this.#holds = this.#holds.slice(1)
    } else if (step.do === 'reset') breaker.reset()
    else if (step.do === 'force') breaker.forceHalfOpen()
    else breaker.trip('by hand')
  }
}

describe('any history', () => {
  it('Q6: stays within its probes and their lease, and leaves isolation only by hand', () => {
    const probeLease = 500
    const cases = fc.record({
      probes: fc.integer({ min: 1, max: 4 }),
      maxConcurrent: fc.integer({ min: 1, max: 4 }),
      steps: fc.array(anyStep, { minLength: 20, maxLength: 80 }),
    })
    const seen = new Set<string>()
    fc.assert(
      fc.property(cases, ({ probes, maxConcurrent, steps }) => {
        const { breaker, clock, transitions } = createRig({
          minimumThroughput: 2,
          samplingDuration: 1000,
          breakDuration: 1000,
          halfOpen: { probes, maxConcurrent, probeLease },
        })
        const hand = new Hand(breaker, clock)
        /** When each probe of this half-open round began. */
        const begun = new Map<Permit, number>()
        for (const step of steps) {
          const known = transitions.length
          hand.take(step)
          if (transitions.length > known) begun.clear()
          for (const permit of begun.keys())
            if (!hand.running.includes(permit)) begun.delete(permit)
          const latest = hand.running.at(-1)
          if (step.do === 'begin' && latest?.isProbe === true && breaker.state === 'halfOpen')
            if (!begun.has(latest)) begun.set(latest, clock.now())

          expect(begun.size).toBeLessThanOrEqual(Math.min(probes, maxConcurrent))
          if (step.do === 'advance' && breaker.state === 'halfOpen') {
            const oldest = Math.min(...[...begun].map(([, at]) => at))
            const expired = clock.now() - oldest >= probeLease
            // Other probes may yet close the circuit; the slot is free all the same.
            if (expired) expect([...begun.keys()].some(({ signal }) => signal.aborted)).toBe(true)
          }
        }
        for (const move of moves(transitions)) seen.add(move)
        const released = transitions.filter(({ from }) => from === 'isolated')
        expect(['released', 'reset', 'forced-half-open']).toEqual(
          expect.arrayContaining(released.map(({ cause }) => cause)),
        )
      }),
      { numRuns: 150 },
    )
    // What the rule is about did happen.
    for (const move of ['halfOpen>closed', 'halfOpen>open', 'isolated>closed', 'isolated>halfOpen'])
      expect(seen).toContain(move)
  }, 30_000)

  it('Q6: admits no more probes at a time than allowed, asked again and again', async () => {
    for (const maxConcurrent of [1, 2, 3]) {
      const { breaker } = await halfOpenCircuit({ halfOpen: { probes: 3, maxConcurrent } })
      const permits = Array.from({ length: 10 }, () => breaker.tryAcquire())
      expect(permits.filter((permit) => permit !== undefined)).toHaveLength(maxConcurrent)
    }
  })

  it('Q7: adds up to the naive sum of its window, also when the clock runs back', () => {
    const samplingDuration = 1000
    const width = samplingDuration / 10
    const entries = fc.array(
      fc.record({ step: fc.integer({ min: -2000, max: 2000 }), kind: fc.constantFrom(...kinds) }),
      { minLength: 1, maxLength: 100 },
    )
    fc.assert(
      fc.property(entries, (calls) => {
        let now = 0
        const clock = { ...createFakeClock(), now: () => now }
        const { breaker } = createRig({
          clock,
          samplingDuration,
          failureRatio: 1,
          minimumThroughput: 1000,
        })
        // A clock that runs back is read as standing still.
        let latest = 0
        const counted: { bucket: number; kind: OutcomeKind }[] = []
        for (const { step, kind } of calls) {
          now += step
          latest = Math.max(latest, now)
          end(breaker.tryAcquire(), kind)
          const bucket = Math.floor(latest / width)
          counted.push({ bucket, kind })
          const inWindow = counted.filter((one) => one.bucket > bucket - 10)
          const [successes, failures, ignored] = kinds.map(
            (kind) => inWindow.filter((one) => one.kind === kind).length,
          )
          expect(breaker.stats()).toMatchObject({ successes, failures, ignored })
          const totals = kinds.map((kind) => counted.filter((one) => one.kind === kind).length)
          expect(breaker.stats().totals).toMatchObject({
            successes: totals[0],
            failures: totals[1],
            ignored: totals[2],
          })
        }
      }),
      { numRuns: 200 },
    )
  }, 30_000)

  it('Q8: goes on from a snapshot as it would have without', () => {
    const cases = fc.record({
      before: fc.array(wholeCallStep, { maxLength: 40 }),
      after: fc.array(wholeCallStep, { minLength: 5, maxLength: 40 }),
    })
    fc.assert(
      fc.property(cases, ({ before, after }) => {
        const options: BreakerOptions = {
          minimumThroughput: 2,
          samplingDuration: 1000,
          breakDuration: ({ consecutiveBreaks }) => 1000 * consecutiveBreaks,
          halfOpen: { probes: 3, successes: 2 },
        }
        const { breaker: old, clock } = createRig(options)
        const earlier = new Hand(old, clock)
        for (const step of before) earlier.take(step)

        const saved = JSON.parse(JSON.stringify(old.snapshot())) as unknown
        // A clock of its own, at the same moment: a step that waits must not wait twice.
        const newClock = createFakeClock({ wall: clock.wall() - clock.now() })
        newClock.block(clock.now())
        const restored = createBreaker(old.name, { ...options, clock: newClock, snapshot: saved })
        expect(comparable(restored)).toEqual(comparable(old))

        const hands = [new Hand(old, clock), new Hand(restored, newClock)]
        for (const step of after) {
          for (const hand of hands) hand.take(step)
          expect(comparable(restored)).toEqual(comparable(old))
          expect(restored.retryAfter).toBe(old.retryAfter)
        }
      }),
      { numRuns: 100 },
    )
  }, 30_000)

  it('Q8: never takes a hold for one from before the snapshot', () => {
    const { breaker: old, clock } = createRig()
    old.isolate('first')
    const restored = createBreaker(old.name, { clock, snapshot: old.snapshot() })
    const first = restored.isolation?.holds[0]
    expect(first?.release()).toBe(true)
    restored.isolate('second')
    expect(first?.release()).toBe(false)
    expect(restored.isolation?.reasons).toEqual(['second'])
  })

  it('Q8: never takes a hold for one that an event made before it', () => {
    const { breaker } = createRig()
    breaker.actor.send({ type: 'ISOLATE', reason: 'first' })
    const first = breaker.isolation?.holds[0]
    expect(first?.release()).toBe(true)
    breaker.actor.send({ type: 'ISOLATE', reason: 'second' })
    expect(first?.release()).toBe(false)
    expect(breaker.isolation?.reasons).toEqual(['second'])
  })

  it('Q8: leaves the permits under way at the snapshot to the old breaker', async () => {
    const { breaker: old, clock } = await halfOpenCircuit()
    const probe = old.tryAcquire()
    const restored = createBreaker(old.name, { clock, snapshot: old.snapshot() })
    expect(restored.state).toBe('halfOpen')
    probe?.succeed()
    expect([old.state, restored.state]).toEqual(['closed', 'halfOpen'])
    expect(restored.tryAcquire()?.isProbe).toBe(true)
  })
})
