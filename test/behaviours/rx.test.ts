import { BrokenCircuitError, DisposedBreakerError, createBreaker, protect } from 'recloser'
import {
  EMPTY,
  NEVER,
  Observable,
  Subject,
  firstValueFrom,
  lastValueFrom,
  map,
  of,
  range,
  take,
  throwError,
} from 'rxjs'
import { describe, expect, it, vi } from 'vitest'
import {
  createRig,
  halfOpenCircuit,
  moves,
  openCircuit,
  outage,
  succeed,
} from '../support/breakers.js'
import type { CircuitState, FedOutcome } from 'recloser'
import type { BreakerEvent } from 'recloser/machines'

describe('a guarded stream', () => {
  it('TN1: is one call per subscription, and none before it', async () => {
    const { breaker } = createRig()
    const source = vi.fn(() => of('value'))
    const guarded = new Observable((subscriber) => source().subscribe(subscriber)).pipe(
      protect(breaker),
    )
    expect([source.mock.calls.length, breaker.stats().throughput]).toEqual([0, 0])
    for (let i = 0; i < 3; i++) expect(await firstValueFrom(guarded.pipe(take(5)))).toBe('value')
    expect(source).toHaveBeenCalledTimes(3)
    await lastValueFrom(guarded)
    expect(breaker.stats().totals.successes + breaker.stats().totals.ignored).toBe(4)
  })

  it('TN3: is one success however much it emits', async () => {
    const { breaker } = createRig()
    expect(await lastValueFrom(range(1, 1000).pipe(protect(breaker)))).toBe(1000)
    expect(breaker.stats()).toMatchObject({ throughput: 1, successes: 1 })
  })

  it('TN4: is ignored when it is left before its end, values or none', async () => {
    const { breaker } = createRig()
    const source = new Subject<number>()
    const values: number[] = []
    source.pipe(protect(breaker), take(1)).subscribe((value) => values.push(value))
    source.next(1)
    source.next(2)
    expect(values).toEqual([1])
    NEVER.pipe(protect(breaker)).subscribe().unsubscribe()
    expect(breaker.stats()).toMatchObject({ throughput: 0, ignored: 2 })
    const probing = await halfOpenCircuit()
    NEVER.pipe(protect(probing.breaker)).subscribe().unsubscribe()
    expect(probing.breaker.state).toBe('halfOpen')
    await succeed(probing.breaker)
    expect(probing.breaker.state).toBe('closed')
  })

  it('TN4: stops its source when it is left, also one that does not wait', () => {
    const { breaker } = createRig()
    let emitted = 0
    const firehose = new Observable<number>((subscriber) => {
      while (!subscriber.closed && emitted < 1000) subscriber.next(++emitted)
      subscriber.error(outage)
    })
    firehose.pipe(protect(breaker), take(3)).subscribe()
    expect(emitted).toBe(3)
    expect(breaker.stats()).toMatchObject({ ignored: 1, failures: 0 })
  })

  it('TN6: fails at once while the circuit is open, and leaves its source alone', async () => {
    const { breaker } = await openCircuit()
    const source = vi.fn(() => EMPTY)
    let error: unknown
    new Observable((subscriber) => source().subscribe(subscriber))
      .pipe(protect(breaker))
      .subscribe({
        error: (reason: unknown) => {
          error = reason
        },
      })
    expect(error).toBeInstanceOf(BrokenCircuitError)
    expect(error).toMatchObject({ state: 'open', retryAfter: 1000, cause: outage })
    expect(source).not.toHaveBeenCalled()
    breaker.dispose()
    await expect(lastValueFrom(EMPTY.pipe(protect(breaker)))).rejects.toThrow(DisposedBreakerError)
  })

  it('TN11: counts once when its source fails or ends at once', async () => {
    const { breaker } = createRig()
    const failing = throwError(() => outage).pipe(protect(breaker))
    await expect(lastValueFrom(failing)).rejects.toBe(outage)
    expect(breaker.stats()).toMatchObject({ successes: 0, failures: 1, lastError: outage })
    await lastValueFrom(EMPTY.pipe(protect(breaker)), { defaultValue: undefined })
    expect(breaker.stats()).toMatchObject({ successes: 1, failures: 1, ignored: 0 })
    const throwing = new Observable(() => {
      throw outage
    })
    await expect(lastValueFrom(throwing.pipe(protect(breaker)))).rejects.toBe(outage)
    expect(breaker.stats()).toMatchObject({ failures: 2, ignored: 0 })
  })

  it('TN11: is judged like any other call', async () => {
    const { breaker } = createRig({
      classify: (settled) => (settled.status === 'rejected' ? 'ignored' : 'failure'),
    })
    await lastValueFrom(throwError(() => outage).pipe(protect(breaker))).catch(() => undefined)
    await lastValueFrom(of(1).pipe(protect(breaker)))
    expect(breaker.stats()).toMatchObject({ ignored: 1, failures: 1 })
  })
})

describe('the streams of a breaker', () => {
  it('TN8: begin with the current state, end with the breaker, and may be left', async () => {
    const { breaker, clock } = await openCircuit()
    const states: (CircuitState | 'complete')[] = []
    const left = breaker.state$.subscribe()
    breaker.state$.subscribe({
      next: (state) => states.push(state),
      complete: () => states.push('complete'),
    })
    left.unsubscribe()
    expect(states).toEqual(['open'])
    clock.advance(1000)
    await succeed(breaker)
    breaker.dispose()
    expect(states).toEqual(['open', 'halfOpen', 'closed', 'complete'])
  })

  it('TN8: going without subscribers does not stop the breaker', async () => {
    const { breaker, clock } = await openCircuit()
    breaker.state$.subscribe().unsubscribe()
    clock.advance(1000)
    expect(breaker.state).toBe('halfOpen')
  })

  it('TN8: subscribed after its end give the last state and complete', async () => {
    const { breaker } = await openCircuit()
    breaker.dispose()
    const heard: unknown[] = []
    breaker.state$.subscribe({
      next: (state) => heard.push(state),
      complete: () => heard.push('complete'),
    })
    breaker.transitions$.subscribe({ complete: () => heard.push('complete') })
    // Nobody ever listened to this one.
    const quiet = createBreaker('quiet')
    quiet.dispose()
    quiet.outcomes$.subscribe({ complete: () => heard.push('complete') })
    expect(heard).toEqual(['open', 'complete', 'complete', 'complete'])
  })

  it('TN9: commands sent from a stream that fails or ends leave the breaker as it is', () => {
    const { breaker, transitions } = createRig()
    const commands = new Subject<BreakerEvent>()
    const subscribe = () =>
      commands.subscribe({
        next: (event) => {
          breaker.actor.send(event)
        },
        error: () => undefined,
      })
    subscribe()
    commands.next({ type: 'ISOLATE', reason: 'maintenance' })
    commands.next({ type: 'RESET' })
    commands.error(outage)
    expect(moves(transitions)).toEqual(['closed>isolated', 'isolated>closed'])
    expect(breaker.state).toBe('closed')
  })

  it('TN9: outcomes fed from a stream that fails or ends leave the breaker as it is', () => {
    const { breaker, reported } = createRig({ minimumThroughput: 2 })
    const failing = new Subject<FedOutcome>()
    const ending = new Subject<FedOutcome>()
    breaker.feed(failing)
    breaker.feed(ending)
    failing.next({ kind: 'failure', error: outage })
    failing.error(new Error('source broke'))
    ending.next({ kind: 'success' })
    ending.complete()
    expect(breaker.stats()).toMatchObject({ state: 'closed', throughput: 2, lastError: outage })
    expect(reported).toEqual([new Error('source broke')])
  })

  it('TN10: survive a subscriber that throws, behind operators too', async () => {
    const { breaker, reported } = await openCircuit()
    const states: string[] = []
    const bug = new Error('bug')
    breaker.state$.pipe(map((state) => state.toUpperCase())).subscribe((state) => {
      if (state === 'CLOSED') throw bug
    })
    breaker.state$.subscribe((state) => states.push(state))
    breaker.reset()
    expect(states).toEqual(['open', 'closed'])
    expect([breaker.state, reported]).toEqual(['closed', [bug]])
  })
})
