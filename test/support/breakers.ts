import { createBreaker } from 'recloser'
import { createFakeClock } from 'recloser/testing'
import type {
  Breaker,
  BreakerOptions,
  BrokenCircuitError,
  CircuitState,
  Transition,
} from 'recloser'
import type { FakeClock } from 'recloser/testing'

/** A breaker, the clock that drives it, and what it said. */
export interface Rig {
  readonly breaker: Breaker
  readonly clock: FakeClock
  /** What went to `onError`. */
  readonly reported: unknown[]
  readonly transitions: Transition[]
}

/** What calls fail with, unless a test says otherwise. */
export const outage = new Error('the dependency is down')

/** A closed breaker on a fake clock at 0, unless `options` bring another clock. */
export function createRig(options: BreakerOptions = {}, name = 'payments-api'): Rig {
  const clock = createFakeClock()
  const reported: unknown[] = []
  const breaker = createBreaker(name, {
    clock,
    onError: (error) => reported.push(error),
    ...options,
  })
  const transitions: Transition[] = []
  breaker.transitions$.subscribe((transition) => transitions.push(transition))
  return { breaker, clock, reported, transitions }
}

/** As `createRig`, opened at 0 by ten failing calls: break 1,000 ms unless `options` say otherwise. */
export async function openCircuit(options: BreakerOptions = {}): Promise<Rig> {
  const rig = createRig({ breakDuration: 1000, ...options })
  for (let i = 0; rig.breaker.state === 'closed' && i < 1000; i++) await fail(rig.breaker)
  expectState(rig.breaker, 'open')
  return rig
}

/** As `openCircuit`, a break later: half-open, and no probe made yet. */
export async function halfOpenCircuit(options: BreakerOptions = {}): Promise<Rig> {
  const rig = await openCircuit(options)
  rig.clock.advance(rig.breaker.retryAfter ?? 0)
  expectState(rig.breaker, 'halfOpen')
  return rig
}

/** Makes `n` calls that succeed, one after the other. Throws when the circuit rejects one. */
export async function succeed(breaker: Breaker, n = 1): Promise<void> {
  for (let i = 0; i < n; i++) await breaker.execute(() => 'fine')
}

/** Makes `n` calls that fail with `error`, one after the other. Throws when the circuit rejects one. */
export async function fail(breaker: Breaker, n = 1, error: unknown = outage): Promise<void> {
  for (let i = 0; i < n; i++) {
    const attempt = await breaker.attempt(() => Promise.reject(error as Error))
    if (attempt.status === 'rejected') throw attempt.error
  }
}

/** Makes `n` calls that say nothing about the dependency. Throws when the circuit rejects one. */
export function ignore(breaker: Breaker, n = 1): void {
  for (let i = 0; i < n; i++) {
    const permit = breaker.tryAcquire()
    if (permit === undefined) throw breaker.rejection() ?? new Error('rejected')
    permit.ignore()
  }
}

/** Makes a call that takes `ms` and then succeeds or fails. */
export async function takeTime(
  { breaker, clock }: Pick<Rig, 'breaker' | 'clock'>,
  ms: number,
  outcome: 'S' | 'F' = 'S',
): Promise<void> {
  await breaker.attempt(() => {
    clock.advance(ms)
    if (outcome === 'F') throw outage
  })
}

/**
 * Makes one call per letter: S succeeds, F fails, I is ignored, X must be rejected. Blanks are for
 * the eye. Throws at the first call that is rejected, or let through, against the letter.
 */
export async function play(breaker: Breaker, calls: string): Promise<void> {
  for (const letter of calls.replaceAll(' ', '')) {
    if (letter === 'S') await succeed(breaker)
    else if (letter === 'F') await fail(breaker)
    else if (letter === 'I') ignore(breaker)
    else if (letter === 'X') await rejectionOf(breaker)
    else throw new Error(`no call is called ${letter}`)
  }
}

/** The error of a call that the circuit must reject; throws when it was made. */
export async function rejectionOf(breaker: Breaker): Promise<BrokenCircuitError> {
  const attempt = await breaker.attempt(() => 'made')
  if (attempt.status !== 'rejected') throw new Error(`not rejected: ${attempt.status}`)
  return attempt.error
}

/** What happened, as in `closed>open`. */
export function moves(transitions: readonly Transition[]): string[] {
  return transitions.map(({ from, to }) => `${from}>${to}`)
}

function expectState(breaker: Breaker, state: CircuitState): void {
  if (breaker.state !== state) throw new Error(`set-up failed: ${breaker.state}, not ${state}`)
}
