import { createBreaker, isBrokenCircuit } from 'recloser'
import { createFaultyServer } from './faulty-server.js'
import { startClock, tick } from './turn-clock.js'
import { isDeepStrictEqual } from 'node:util'
import type { CircuitState, Clock, Outcome, Totals, Transition } from 'recloser'
import type { Client } from './clients.js'
import type { Fault } from './faulty-server.js'

/** What is done to a dependency, and how hard it is called. */
export interface Outage {
  readonly fault: Fault
  readonly client: Client
  /** Calls that are begun in a second. */
  readonly rate: number
  /** Half-open rounds that fail before the fault is mended. */
  readonly failingRounds: number
}

/** A call that was let through. */
interface Call {
  /** The state that the circuit was in when the function ran. */
  readonly began: CircuitState
  /** Which half-open round it was a probe of; 0 when of none. */
  readonly round: number
  ended: 'success' | 'failure' | undefined
}

/** What came of it. */
export interface Report {
  readonly outage: Outage
  readonly calls: ReadonlyMap<number, Call>
  readonly seen: ReadonlyMap<number, Fault | 'well'>
  readonly totals: Totals
  /** As they were told on `outcomes$`. */
  readonly outcomes: Readonly<Record<Outcome['kind'], number>>
  readonly transitions: readonly Transition[]
  /** Calls that the circuit rejected, as their callers saw it. */
  readonly rejected: number
  /** Rounds begun after the fault was mended. */
  readonly roundsToRecover: number
  /** Ms until a probe could be made: as `recovery`, and 0 or less when a round was under way. */
  readonly pause: number
  /**
   * Ms until the circuit was closed, from when the fault was mended, or from when the last probe had
   * failed that was under way then.
   */
  readonly recovery: number
}

export const breakDuration = 150
const probes = 2
/** Ms after which a call is slow. */
const slow = 400
/** Ms after which a caller gives up. */
const patience = 1000

/**
 * A dependency works, fails for a while and works again, under load. The circuit in front of it is
 * to keep calls away from it while it fails.
 */
export async function runOutage(outage: Outage): Promise<Report> {
  const clock = startClock()
  const server = await createFaultyServer(clock, 1.5 * slow)
  const breaker = createBreaker(outage.fault, {
    clock,
    minimumThroughput: 10,
    samplingDuration: 2000,
    breakDuration,
    ...(outage.fault === 'slow headers' ? { slowCall: { duration: slow } } : {}),
    halfOpen: { probes },
    classify: (settled) =>
      settled.status === 'fulfilled' && isWell(settled.value) ? 'success' : 'failure',
  })
  const calls = new Map<number, Call>()
  const transitions: Transition[] = []
  const outcomes = { success: 0, failure: 0, ignored: 0 }
  let rejected = 0
  breaker.transitions$.subscribe((transition) => transitions.push(transition))
  breaker.outcomes$.subscribe(({ kind }) => outcomes[kind]++)

  const moves = (from: CircuitState, to: CircuitState) =>
    transitions.filter((transition) => transition.from === from && transition.to === to).length
  const rounds = () => moves('open', 'halfOpen')
  const latest = (state: CircuitState) =>
    Math.max(...transitions.filter(({ to }) => to === state).map(({ at }) => at))

  const callOnce = async (): Promise<void> => {
    try {
      await breaker.execute(async () => {
        const number = calls.size + 1
        const { state } = breaker
        const call: Call = {
          began: state,
          round: state === 'halfOpen' ? rounds() : 0,
          ended: undefined,
        }
        calls.set(number, call)
        call.ended = 'failure'
        const url = `${server.url}/${String(number)}`
        const caller = new AbortController()
        const timer = clock.setTimeout(() => caller.abort(new Error('no answer')), patience)
        try {
          const answer = await outage.client(url, caller.signal)
          if (isWell(answer)) call.ended = 'success'
          return answer
        } finally {
          clock.clearTimeout(timer)
        }
      })
    } catch (error) {
      if (isBrokenCircuit(error)) rejected++
    }
  }

  const load = startLoad(clock, outage.rate, callOnce)
  const until = (condition: () => boolean) => waitUntil(clock, condition)
  try {
    await until(() => outcomes.success >= 15)
    await server.become(outage.fault)
    await until(() => moves('halfOpen', 'open') >= outage.failingRounds)
    await server.become('well')
    const mended = clock.wall()
    const roundsBefore = rounds()
    await until(() => breaker.state === 'closed')
    const roundsToRecover = rounds() - roundsBefore
    const lastBad = Math.max(mended, latest('open'))
    const pause = latest('halfOpen') - lastBad
    const recovery = latest('closed') - lastBad
    const before = outcomes.success
    await until(() => outcomes.success >= before + 15)
    await load.stop()
    const { totals } = breaker.stats()
    const { seen } = server
    const counted = { calls, seen, totals, outcomes, transitions, rejected }
    return { outage, ...counted, roundsToRecover, pause, recovery }
  } finally {
    await load.stop()
    breaker.dispose()
    await server.close()
    clock.stop()
  }
}

/** What is not as it should be, in sentences. */
export function complaintsAbout(report: Report): string[] {
  const { outage, calls, seen, totals, outcomes, transitions, rejected } = report
  const numbers = [...calls.keys()]
  const ended = (how: 'success' | 'failure') =>
    numbers.filter((number) => calls.get(number)?.ended === how)
  const unseen = numbers.filter((number) => !seen.has(number))
  const complaints: string[] = []
  const expect = (what: string, actual: unknown, expected: unknown) => {
    if (!isDeepStrictEqual(actual, expected))
      complaints.push(`${what}: ${JSON.stringify(actual)} instead of ${JSON.stringify(expected)}`)
  }

  expect(
    'calls made while the circuit was open',
    numbers.filter((number) => calls.get(number)?.began === 'open'),
    [],
  )
  expect(
    'calls that the server saw and nobody made',
    [...seen.keys()].filter((number) => !calls.has(number)),
    [],
  )
  // A call that is refused, or whose connection is cut before it was accepted, is seen by nobody.
  if (outage.fault !== 'refused') expect('calls that the server did not see', unseen, [])
  expect(
    'calls that succeeded, and those that the server answered well',
    ended('success').filter((number) => !isWellDone(seen.get(number))),
    [],
  )
  expect(
    'calls that failed, and those that the server let fail',
    ended('failure').filter((number) => seen.has(number) && seen.get(number) === 'well'),
    [],
  )
  expect('outcomes', outcomes, {
    success: ended('success').length,
    failure: ended('failure').length,
    ignored: 0,
  })
  expect(
    'calls counted in all',
    totals.successes + totals.failures + totals.ignored + totals.stale,
    calls.size,
  )
  expect('calls rejected', totals.rejected, rejected)
  if (rejected === 0) complaints.push('no call was rejected')

  const rounds = transitions.filter(({ to }) => to === 'halfOpen').length
  const probesOf = (round: number) =>
    numbers.filter((number) => calls.get(number)?.round === round).length
  for (let round = 1; round < rounds; round++)
    expect(`probes of round ${String(round)}, which failed`, probesOf(round), 1)
  expect('probes of the round that succeeded', probesOf(rounds), probes)
  if (report.roundsToRecover > 1)
    complaints.push(`recovery was noticed in round ${String(report.roundsToRecover)} only`)

  const broken = outage.fault === 'status 429' ? 1000 : breakDuration
  if (!(report.pause <= broken + tick))
    complaints.push(`a probe could be made after ${report.pause.toFixed(0)} ms only`)
  // A break, and the time that its probes take.
  if (!(report.recovery < broken + breakDuration))
    complaints.push(`recovery was noticed after ${report.recovery.toFixed(0)} ms only`)

  const breaks = transitions.filter(({ to }) => to === 'open')
  expect(
    'why it broke',
    breaks[0]?.cause,
    outage.fault === 'slow headers' ? 'slow-rate' : 'failure-rate',
  )
  expect('how long for', [...new Set(breaks.map((move) => move.breakDuration))], [broken])
  return complaints
}

function isWell(answer: unknown): boolean {
  const { status } = answer as { status: number }
  return status < 400
}

function isWellDone(how: Fault | 'well' | undefined): boolean {
  return how === 'well' || how === 'slow headers'
}

/** Begins calls at an even rate. */
function startLoad(
  clock: Clock,
  rate: number,
  call: () => Promise<void>,
): { stop(): Promise<void> } {
  const running = new Set<Promise<void>>()
  let timer: unknown
  const callNext = () => {
    timer = clock.setTimeout(callNext, 1000 / rate)
    const one: Promise<void> = call().finally(() => running.delete(one))
    running.add(one)
  }
  callNext()
  return {
    async stop() {
      clock.clearTimeout(timer)
      await Promise.all(running)
    },
  }
}

async function waitUntil(clock: Clock, condition: () => boolean): Promise<void> {
  const end = clock.now() + 30_000
  while (!condition()) {
    if (clock.now() > end) throw new Error(`waited in vain for ${String(condition)}`)
    await new Promise<void>((resolve) => clock.setTimeout(resolve, 1))
  }
}
