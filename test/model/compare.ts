import { DisposedBreakerError } from 'recloser'
import { isDeepStrictEqual } from 'node:util'
import { BreakerPlayer } from './breaker-player.js'
import { ModelPlayer } from './model-player.js'
import type { Observation } from './player.js'
import type { Lapse, Step, Trace } from './trace.js'

/**
 * Plays a trace on the breaker and on the model, and throws at the first step that they differ in.
 * Says what happened on the way.
 */
export async function compareWithModel(trace: Trace): Promise<string[]> {
  const model = new ModelPlayer(trace)
  const breaker = new BreakerPlayer(trace)
  const happened: string[] = []
  assertAlike(breaker.observe(), model.observe(), 'when new')
  for (const [index, step] of trace.steps.entries()) {
    const before = standing(model)
    await playStep(step, breaker, model, model, `step ${String(index)}, ${JSON.stringify(step)}`)
    happened.push(...whatAStepDid(step, before, standing(model)))
  }
  await assertEnds(breaker, model)
  return [...happened, ...model.happened, ...whatHappened(model)]
}

/** How the circuit stands, as far as its history does not tell. */
interface Standing {
  readonly state: string
  readonly holds: number
  /** Outcomes that have been counted in this state. */
  readonly outcomes: number
}

function standing({ model }: ModelPlayer): Standing {
  const { throughput, ignored } = model.health()
  return { state: model.state, holds: model.holds.length, outcomes: throughput + ignored }
}

/** What a step did that left the circuit in its state. */
function whatAStepDid(step: Step, before: Standing, after: Standing): string[] {
  if (step.do === 'restore') return [`restored while ${before.state}`]
  if (step.do === 'lapse') return howTimePassed(step)
  if (step.do === 'reset' && before.state === 'closed') return ['closed → closed: reset']
  if (before.state !== after.state) return []
  if (after.state === 'halfOpen' && after.outcomes > before.outcomes)
    return ['halfOpen → halfOpen: a probe ended']
  if (after.holds > before.holds) return ['isolated → isolated: isolated']
  return after.holds < before.holds ? ['isolated → isolated: released'] : []
}

function howTimePassed({ boundary, ms = 0 }: Lapse): string[] {
  if (boundary === undefined) return ms >= 3_600_000 ? ['jumped'] : []
  return [boundary.beside === 0 ? 'on a boundary' : 'beside a boundary']
}

/** Either side of a comparison. */
interface Side {
  lapse(ms: number, timers: boolean): void
  perform(step: Exclude<Step, { do: 'lapse' }>): unknown
  flush(): Promise<void>
  observe(): Observation
}

/** The same step on both sides, which then must look the same. `guide` knows the boundaries. */
export async function playStep(
  step: Step,
  real: Side,
  expected: Side,
  guide: ModelPlayer,
  where: string,
): Promise<void> {
  if (step.do === 'lapse') {
    const { boundary, timers } = step
    const ms =
      boundary === undefined ? (step.ms ?? 0) : guide.timeTo(boundary.which, boundary.beside)
    for (const side of new Set([real, expected, guide])) side.lapse(ms, timers)
  } else {
    const answer = real.perform(step)
    assertAlike({ answer }, { answer: expected.perform(step) }, where)
    if (guide !== expected) guide.perform(step)
  }
  for (const side of new Set([real, expected, guide])) await side.flush()
  assertAlike(real.observe(), expected.observe(), where)
}

/** Whatever happened: a breaker that is disposed of is quiet. */
async function assertEnds(player: BreakerPlayer, model: ModelPlayer): Promise<void> {
  const { breaker, clock } = player
  let completed = false
  breaker.state$.subscribe({ complete: () => (completed = true) })
  breaker.dispose()
  player.endAll()
  await player.flush()
  const late = {
    timers: clock.pendingTimers,
    completed,
    totals: breaker.stats().totals,
    state: breaker.state,
    admits: admits(() => breaker.tryAcquire()),
  }
  const { totals, state } = model.model
  const expected = { timers: 0, completed: true, totals, state, admits: 'DisposedBreakerError' }
  assertAlike(late, expected, 'after the end')
}

function admits(acquire: () => unknown): string {
  try {
    return String(acquire())
  } catch (error) {
    return error instanceof DisposedBreakerError ? error.name : String(error)
  }
}

function whatHappened({ model }: ModelPlayer): string[] {
  const { totals } = model
  return [
    ...model.all.map(({ from, to, cause }) => `${from} → ${to}: ${cause}`),
    ...(model.probed > 0 ? ['probed'] : []),
    ...(model.probed > 1 ? ['several probes'] : []),
    ...(totals.rejected > 0 ? ['rejected'] : []),
    ...(totals.stale > 0 ? ['stale'] : []),
    ...(model.reports > 0 ? ['reported'] : []),
  ]
}

export function assertAlike(real: object, expected: object, where: string): void {
  if (isDeepStrictEqual(real, expected)) return
  const differences = Object.entries(expected)
    .filter(([key, value]) => !isDeepStrictEqual(value, (real as Record<string, unknown>)[key]))
    .map(([key, value]) => {
      const other: unknown = (real as Record<string, unknown>)[key]
      return `${key}: expected ${shown(value)}\n  got ${shown(other)}`
    })
  throw new Error(`${where}: ${differences.join('\n')}`)
}

function shown(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    inner === undefined || (typeof inner === 'number' && !Number.isFinite(inner))
      ? String(inner)
      : inner,
  )
}
