import { consecutiveFailures, countWindow, createBreaker } from 'recloser'
import { createFakeClock } from 'recloser/testing'
import { describe, expect, it } from 'vitest'
import {
  createRig,
  fail,
  openCircuit,
  outage,
  play,
  rejectionOf,
  succeed,
} from '../support/breakers.js'
import type { Breaker, BreakerOptions } from 'recloser'

/** Goes on from a snapshot in what might be another process: plain JSON in between. */
function revive(breaker: Breaker, options: BreakerOptions): Breaker {
  const snapshot: unknown = JSON.parse(JSON.stringify(breaker.snapshot()))
  return createBreaker(breaker.name, { ...options, snapshot })
}

describe('a breaker that goes on from a snapshot', () => {
  it('TK1: still knows the failures that were counted', async () => {
    for (const options of [
      { trip: consecutiveFailures(2) },
      { trip: countWindow({ size: 2 }) },
      { minimumThroughput: 2 },
    ]) {
      const { breaker, clock } = createRig(options)
      await fail(breaker)
      const revived = revive(breaker, { ...options, clock })
      expect(revived.stats()).toMatchObject({ state: 'closed', failures: 1 })
      await fail(revived)
      expect(revived.state).toBe('open')
    }
  })

  it('TK2: waits for the rest of its break, by the wall clock', async () => {
    const { breaker, clock } = await openCircuit({ breakDuration: 100 })
    clock.advance(80)
    const later = createFakeClock({ wall: clock.wall() })
    const revived = revive(breaker, { breakDuration: 100, clock: later })
    later.advance(15)
    expect(await rejectionOf(revived)).toMatchObject({ retryAfter: 5 })
    expect((await rejectionOf(revived)).cause).toMatchObject({
      name: 'Error',
      message: outage.message,
    })
    later.advance(10)
    await succeed(revived)
    expect(revived.state).toBe('closed')
  })

  it('TK2: neither stretches a break when the wall clock was set back, nor begins it anew', async () => {
    const { breaker, clock } = await openCircuit({ breakDuration: 1000 })
    clock.advance(400)
    const back = createFakeClock({ wall: clock.wall() - 3_600_000 })
    expect(revive(breaker, { clock: back }).retryAfter).toBe(1000)
    const forth = createFakeClock({ wall: clock.wall() + 3_600_000 })
    expect(revive(breaker, { clock: forth }).retryAfter).toBe(0)
  })

  it('TK4: lets a probe through at once when the break ran out meanwhile', async () => {
    const { breaker, clock } = await openCircuit()
    const later = createFakeClock({ wall: clock.wall() + 5000 })
    const revived = revive(breaker, { clock: later })
    expect(revived.retryAfter).toBe(0)
    await succeed(revived)
    expect(revived.state).toBe('closed')
  })

  it('TK6: is isolated by the same holds, which can be released', () => {
    const { breaker, clock } = createRig()
    breaker.isolate('maintenance')
    breaker.isolate('deployment', { duration: 500 })
    clock.advance(100)
    const later = createFakeClock({ wall: clock.wall() + 50 })
    const revived = revive(breaker, { clock: later })
    expect(revived.isolation?.reasons).toEqual(['maintenance', 'deployment'])
    expect(revived.isolation?.since).toBe(breaker.isolation?.since)
    later.advance(350)
    expect(revived.isolation?.reasons).toEqual(['maintenance'])
    // A new hold does not take the number of an old one.
    const hold = revived.isolate('incident')
    expect(revived.isolation?.holds.map(({ id }) => id)).toEqual([1, hold.id])
    hold.release()
    revived.isolation?.holds[0]?.release()
    expect(revived.state).toBe('closed')
  })

  it('TK6: can be reset', () => {
    const { breaker, clock } = createRig()
    breaker.isolate('maintenance')
    const revived = revive(breaker, { clock })
    revived.reset()
    expect([revived.state, revived.isolation]).toEqual(['closed', undefined])
  })

  it.each<[unknown, string]>([
    [null, 'snapshot must be an object, got null'],
    ['{}', 'snapshot must be an object, got "{}"'],
    [{}, 'snapshot.version must be 1, got undefined'],
    [{ version: 0 }, 'snapshot.version must be 1, got 0'],
    [{ version: 1, name: 'api', state: 'half' }, "snapshot.state must be one of 'closed'"],
  ])('TK8: refuses %j', (snapshot, message) => {
    expect(() => createBreaker('api', { snapshot })).toThrow(message)
  })

  it('TK8: refuses figures that are none, and the snapshot of another breaker', () => {
    const { breaker } = createRig()
    const snapshot = breaker.snapshot()
    const create = (change: object) => () =>
      createBreaker('payments-api', { snapshot: { ...snapshot, ...change } })
    expect(create({})).not.toThrow()
    expect(create({ consecutiveBreaks: NaN })).toThrow('snapshot.consecutiveBreaks must be an int')
    expect(create({ enteredAt: '0' })).toThrow('snapshot.enteredAt must be a number')
    expect(create({ name: 'other-api' })).toThrow(
      new RangeError('snapshot.name must be "payments-api", got "other-api"'),
    )
  })

  it('TK8: refuses an isolation that nobody keeps, and holds that keep nothing', () => {
    const { breaker } = createRig()
    const closed = breaker.snapshot()
    breaker.isolate('maintenance')
    const isolated = breaker.snapshot()
    const create = (snapshot: object) => () => createBreaker('payments-api', { snapshot })
    expect(create(isolated)).not.toThrow()
    expect(create({ ...isolated, holds: [] })).toThrow('snapshot.holds')
    expect(create({ ...closed, holds: isolated.holds })).toThrow('snapshot.holds')
  })

  it('TK9: tells its state to whoever subscribes after it was made', async () => {
    const { breaker, clock } = await openCircuit()
    const revived = revive(breaker, { clock })
    const states: string[] = []
    revived.state$.subscribe((state) => states.push(state))
    expect(states).toEqual(['open'])
    let history = 0
    revived.history$.subscribe(({ length }) => (history = length))
    expect(history).toBe(1)
    revived.reset()
    expect(states).toEqual(['open', 'closed'])
    expect(history).toBe(2)
  })

  it.each<[string, BreakerOptions]>([
    ['time', { samplingDuration: 1000, minimumThroughput: 4 }],
    ['count', { trip: countWindow({ size: 6, minimumThroughput: 4 }) }],
    ['streak', { trip: consecutiveFailures(3) }],
  ])('TK10: goes on as if nothing had been, step by step (%s)', async (_kind, given) => {
    const options: BreakerOptions = {
      ...given,
      breakDuration: ({ consecutiveBreaks }) => consecutiveBreaks * 300,
      halfOpen: { probes: 2 },
      historySize: 5,
    }
    const { breaker: whole, clock } = createRig(options)
    let pieces = createBreaker(whole.name, { ...options, clock })
    const steps = 'F S F F I F X . . S F X . . . S S F S F F F F X . . S . S'.split(' ')
    for (const step of steps) {
      const rejected = whole.rejection() !== undefined
      if (step === '.') clock.advance(170)
      else if (!rejected || whole.state === 'halfOpen') {
        await play(whole, step === 'X' ? 'S' : step)
        await play(pieces, step === 'X' ? 'S' : step)
      } else {
        await rejectionOf(whole)
        await rejectionOf(pieces)
      }
      pieces = revive(pieces, { ...options, clock })
      const [expected, actual] = [whole.stats(), pieces.stats()]
      // An error comes back as its name and message.
      for (const stats of [expected, actual]) {
        Object.assign(stats, { lastError: String(stats.lastError), recentTransitions: [] })
      }
      expect(actual).toEqual(expected)
      expect(pieces.history).toEqual(
        whole.history.map(({ error, ...rest }) => ({
          ...rest,
          ...(error === undefined ? {} : { error: expect.objectContaining({}) as unknown }),
        })),
      )
      expect(pieces.timeline().slice(1)).toEqual(whole.timeline().slice(1))
    }
    expect(whole.history.length).toBe(5)
  })

  it('has a timeline that runs forward, as far back as it knows', async () => {
    const { breaker, clock } = await openCircuit()
    clock.advance(400)
    const begin = clock.wall() - 400
    const spans = revive(breaker, { clock }).timeline()
    for (const { from, to } of spans) expect(from).toBeLessThanOrEqual(to)
    expect(spans.at(-1)).toMatchObject({ state: 'open', from: begin, to: clock.wall() })
    const [only, ...others] = revive(breaker, { clock, historySize: 0 }).timeline()
    expect(others).toEqual([])
    expect(only).toMatchObject({ state: 'open', to: clock.wall() })
  })

  it('has its round of probes, but not the probes that were under way', async () => {
    const { breaker, clock } = await openCircuit({ halfOpen: { probes: 3, successes: 2 } })
    clock.advance(1000)
    await fail(breaker)
    const probe = breaker.tryAcquire()
    const revived = revive(breaker, { clock, halfOpen: { probes: 3, successes: 2 } })
    expect(revived.stats()).toMatchObject({ state: 'halfOpen', failures: 1 })
    probe?.fail()
    await succeed(revived, 2)
    expect(revived.state).toBe('closed')
  })

  it('begins its round anew when it could not be decided by the options it has now', async () => {
    const { breaker, clock } = await openCircuit({ halfOpen: { probes: 5, successes: 4 } })
    clock.advance(1000)
    await succeed(breaker, 3)
    const revived = revive(breaker, { clock, halfOpen: { probes: 2 } })
    expect(revived.stats()).toMatchObject({ state: 'halfOpen', throughput: 0 })
    await succeed(revived, 2)
    expect(revived.state).toBe('closed')
  })

  it('keeps a break without an end, and a history of breaks without one', async () => {
    const { breaker, clock } = await openCircuit({ breakDuration: Infinity })
    expect(breaker.snapshot()).toMatchObject({ openUntil: null, breakDuration: null })
    const revived = revive(breaker, { clock })
    expect(revived.retryAfter).toBe(Infinity)
    expect(revived.history[0]?.breakDuration).toBe(Infinity)
    expect(revive(breaker, { clock, historySize: 0 }).history).toEqual([])
  })

  it('keeps no stack of an error, and what was thrown as far as it can be written', async () => {
    const { breaker, clock } = createRig()
    await fail(breaker, 1, 'just a text')
    expect(breaker.snapshot().lastError).toEqual({ name: 'string', message: 'just a text' })
    const { lastError } = revive(breaker, { clock }).stats()
    expect(lastError).toBeInstanceOf(Error)
    expect(String(lastError)).toBe('string: just a text')
    expect((lastError as Error).stack).toBeUndefined()
  })
})
