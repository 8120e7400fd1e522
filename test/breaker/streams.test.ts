import {
  Subject,
  Subscriber,
  finalize,
  firstValueFrom,
  from,
  map,
  of,
  shareReplay,
  switchMap,
  take,
} from 'rxjs'
import { describe, expect, it, vi } from 'vitest'
import { DisposedBreakerError, createRegistry } from 'recloser'
import { createFakeClock } from 'recloser/testing'
import {
  createRig,
  fail,
  halfOpenCircuit,
  moves,
  openCircuit,
  outage,
  rejectionOf,
  succeed,
} from '../support/breakers.js'
import type { Observable } from 'rxjs'
import type { FedOutcome, Transition } from 'recloser'

describe('the order of what is told', () => {
  it('is the same for every observer, also when one of them acts in answer', () => {
    const { breaker, clock } = createRig()
    const [early, late]: [string[], string[]] = [[], []]
    breaker.transitions$.subscribe(({ to }) => {
      early.push(to)
      if (to === 'open') breaker.forceHalfOpen()
      if (to === 'halfOpen') breaker.isolate('wait', { duration: 50 })
    })
    breaker.transitions$.subscribe(({ to }) => late.push(to))
    breaker.trip('test', { duration: 10 })
    clock.advance(50)
    expect(early).toEqual(['open', 'halfOpen', 'isolated', 'closed'])
    expect(late).toEqual(early)
    expect(moves(breaker.history)).toEqual([
      'closed>open',
      'open>halfOpen',
      'halfOpen>isolated',
      'isolated>closed',
    ])
  })

  it('is the same on every stream of a breaker and of its registry', async () => {
    const registry = createRegistry({ clock: createFakeClock() })
    const breaker = registry.get('api', { minimumThroughput: 1, breakDuration: 1000 })
    const heard: string[] = []
    registry.outcomes$.subscribe(({ kind }) => heard.push(`all: ${kind}`))
    registry.transitions$.subscribe(({ to }) => {
      heard.push(`all: ${to}`)
      if (to === 'open') breaker.reset()
    })
    breaker.outcomes$.subscribe(({ kind }) => heard.push(kind))
    breaker.transitions$.subscribe(({ to }) => heard.push(to))
    await fail(breaker)
    expect(heard).toEqual(['failure', 'all: failure', 'open', 'all: open', 'closed', 'all: closed'])
  })

  it('puts an outcome before the transition that it made', async () => {
    for (const inspect of [undefined, () => undefined]) {
      const { breaker, clock } = createRig({
        minimumThroughput: 1,
        breakDuration: 1000,
        ...(inspect === undefined ? {} : { inspect }),
      })
      const heard: string[] = []
      breaker.outcomes$.subscribe(({ kind }) => heard.push(kind))
      breaker.transitions$.subscribe(({ to }) => heard.push(to))
      await fail(breaker)
      clock.advance(1000)
      await fail(breaker)
      clock.advance(1000)
      await succeed(breaker)
      expect(heard).toEqual([
        'failure',
        'open',
        'halfOpen',
        'failure',
        'open',
        'halfOpen',
        'success',
        'closed',
      ])
    }
  })

  it('has the state already changed when a transition is told', async () => {
    const { breaker, transitions } = createRig({ minimumThroughput: 1 })
    const states: string[] = []
    breaker.transitions$.subscribe(() => states.push(breaker.state))
    await fail(breaker)
    breaker.reset()
    expect(states).toEqual(['open', 'closed'])
    expect(transitions).toHaveLength(2)
  })

  it('tells a transition before the probe that it admits is made', async () => {
    const { breaker, clock } = await openCircuit()
    const heard: string[] = []
    breaker.transitions$.subscribe(({ to }) => heard.push(to))
    clock.block(1000)
    await breaker.execute(() => heard.push('call'))
    expect(heard).toEqual(['halfOpen', 'call', 'closed'])
  })

  it('tells whoever subscribes in the middle what they have not heard yet', () => {
    const { breaker } = createRig()
    const heard: string[] = []
    let subscribed = false
    breaker.transitions$.subscribe(({ to }) => {
      if (to === 'open') breaker.forceHalfOpen()
      if (subscribed) return
      subscribed = true
      // The chart is half-open by now, but that has not been told.
      breaker.state$.subscribe((state) => heard.push(state))
    })
    breaker.trip('test')
    expect(heard).toEqual(['open', 'halfOpen'])
  })

  it('tells a subscriber of state$ also the move it makes in answer to the first value', () => {
    const { breaker } = createRig()
    const states: string[] = []
    breaker.state$.subscribe((state) => {
      states.push(state)
      if (states.length === 1) breaker.trip('test')
    })
    expect([breaker.state, states]).toEqual(['open', ['closed', 'open']])
    const lengths: number[] = []
    breaker.history$.subscribe(({ length }) => {
      lengths.push(length)
      if (lengths.length === 1) breaker.reset()
    })
    expect(lengths).toEqual([1, 2])
  })

  it('keeps a rejection as it was when an observer answers it by a reset', async () => {
    const { breaker } = await openCircuit()
    breaker.rejections$.subscribe(() => {
      breaker.reset()
    })
    expect(await rejectionOf(breaker)).toMatchObject({ state: 'open', retryAfter: 1000 })
    expect(breaker.state).toBe('closed')
  })

  it('says of trip and forceHalfOpen that they moved, whatever observers do about it', () => {
    const { breaker } = createRig()
    breaker.transitions$.subscribe(({ to }) => {
      if (to !== 'closed') breaker.reset()
    })
    expect(breaker.trip('test')).toBe(true)
    expect(breaker.state).toBe('closed')
    expect(breaker.forceHalfOpen()).toBe(false)
  })
})

describe('observers that act', () => {
  it('may make calls', async () => {
    const { breaker, clock } = await openCircuit()
    const results: unknown[] = []
    breaker.transitions$.subscribe(({ to }) => {
      if (to === 'halfOpen')
        void breaker.attempt(() => 'probe').then((result) => results.push(result))
    })
    clock.advance(1000)
    await vi.waitFor(() => {
      expect(breaker.state).toBe('closed')
    })
    expect(results).toEqual([{ status: 'success', value: 'probe' }])
  })

  it('may dispose of the breaker', async () => {
    const { breaker, transitions, clock } = createRig({ minimumThroughput: 1 })
    let complete = false
    breaker.transitions$.subscribe({
      next: () => {
        breaker.dispose()
      },
      complete: () => (complete = true),
    })
    await fail(breaker)
    expect([complete, moves(transitions), clock.pendingTimers]).toEqual([true, ['closed>open'], 0])
    await expect(breaker.execute(() => 'made')).rejects.toThrow('was disposed of')
  })

  it.each(['enforcing', 'shadow'] as const)(
    'may dispose of the breaker while a call asks for leave: it is not made, %s',
    async (mode) => {
      const { breaker, clock } = createRig({ mode })
      breaker.trip('test', { duration: 10 })
      breaker.transitions$.subscribe(() => {
        breaker.dispose()
      })
      // No timer comes first.
      clock.block(10)
      const call = vi.fn()
      await expect(breaker.execute(call)).rejects.toThrow(DisposedBreakerError)
      expect(call).not.toHaveBeenCalled()
    },
  )

  it('may answer each other without an end to it only as long as they want', () => {
    const { breaker, transitions } = createRig()
    breaker.transitions$.subscribe(({ to }) => {
      if (breaker.history.length >= 50) return
      if (to === 'closed') breaker.trip('ping')
      else breaker.reset()
    })
    breaker.trip('ping')
    expect(transitions).toHaveLength(50)
  })
})

describe('observers that throw', () => {
  const bug = new Error('bug')
  const buggy = () => {
    throw bug
  }

  it('are reported, and hear of the next thing all the same', () => {
    const { breaker, reported } = createRig()
    const throwing = vi.fn(buggy)
    breaker.transitions$.subscribe(throwing)
    breaker.trip('test')
    breaker.reset()
    expect(throwing).toHaveBeenCalledTimes(2)
    expect(reported).toEqual([bug, bug])
  })

  it('are reported behind operators, also those that subscribe once for all', () => {
    const { breaker, reported } = createRig()
    const names$ = breaker.transitions$.pipe(map(({ to }) => to))
    names$.subscribe(buggy)
    names$.pipe(switchMap((to) => of(to))).subscribe(buggy)
    names$.pipe(shareReplay(1)).subscribe(buggy)
    breaker.state$.pipe(take(1)).subscribe(buggy)
    expect(reported).toEqual([bug])
    breaker.trip('test')
    expect(reported).toEqual([bug, bug, bug, bug])
    expect(breaker.state).toBe('open')
  })

  it('are reported when the operator itself throws, which ends that one stream', () => {
    const { breaker, reported } = createRig()
    const errors: unknown[] = []
    const failing$ = breaker.transitions$.pipe(map(buggy))
    failing$.subscribe()
    failing$.subscribe({ error: (error: unknown) => errors.push(error) })
    failing$.subscribe({ error: buggy })
    breaker.trip('test')
    breaker.reset()
    expect(reported).toEqual([bug, bug])
    expect(errors).toEqual([bug])
  })

  it('are reported at the end of the breaker', () => {
    const { breaker, reported } = createRig()
    const complete = vi.fn()
    breaker.transitions$.subscribe({ complete: buggy })
    breaker.transitions$.subscribe({ complete })
    breaker.dispose()
    expect(reported).toEqual([bug])
    expect(complete).toHaveBeenCalledOnce()
  })

  it('are reported when they come with a subscriber that does not take care of itself', () => {
    const { breaker, reported } = createRig()
    // eslint-disable-next-line @typescript-eslint/no-deprecated -- as an old operator may do it
    breaker.transitions$.subscribe(new Subscriber({ next: buggy, error: buggy, complete: buggy }))
    breaker.trip('test')
    expect(reported).toEqual([bug])
    expect(breaker.state).toBe('open')
  })

  it('cost no call its result, and no other observer what it is to hear, whatever they come with', async () => {
    const { breaker, reported } = createRig()
    const heard: unknown[] = []
    // eslint-disable-next-line @typescript-eslint/no-deprecated -- as an old operator may do it
    breaker.outcomes$.subscribe(new Subscriber({ next: buggy, error: buggy, complete: buggy }))
    expect(await breaker.execute(() => 'fine')).toBe('fine')
    breaker.outcomes$.subscribe(({ kind }) => heard.push(kind))
    await fail(breaker)
    expect(heard).toEqual(['failure'])
    expect(reported).toEqual([bug, bug])
  })

  it('leave the timer of figures alone, whatever they come with', () => {
    const { breaker, clock, reported } = createRig()
    let heard = 0
    const next = () => {
      if (++heard > 1) buggy()
    }
    // eslint-disable-next-line @typescript-eslint/no-deprecated -- as an old operator may do it
    breaker.stats$(100).subscribe(new Subscriber({ next, error: buggy, complete: buggy }))
    clock.advance(300)
    expect(heard).toBe(4)
    expect(reported).toEqual([bug, bug, bug])
  })

  it('are reported when what they do at the end throws, and everybody else hears of it', () => {
    const { breaker, reported } = createRig()
    const complete = vi.fn()
    breaker.state$.pipe(finalize(buggy)).subscribe()
    breaker.state$.pipe(finalize(buggy), take(5)).subscribe()
    breaker.transitions$.pipe(finalize(buggy)).subscribe()
    breaker.transitions$.subscribe({ complete })
    breaker.outcomes$.subscribe({ complete })
    breaker.dispose()
    expect(complete).toHaveBeenCalledTimes(2)
    expect(reported).toEqual(Array(3).fill(expect.objectContaining({ errors: [bug] })))
  })

  it('may come as functions, as objects or as nothing at all', () => {
    const { breaker, reported } = createRig()
    const complete = vi.fn()
    const next = vi.fn()
    breaker.state$.subscribe()
    breaker.state$.subscribe(null as never)
    breaker.state$.subscribe({})
    // eslint-disable-next-line @typescript-eslint/no-deprecated -- rxjs 7 still takes it
    breaker.state$.subscribe(next, buggy, complete)
    breaker.trip('test')
    breaker.dispose()
    expect(next.mock.calls).toEqual([['closed'], ['open']])
    expect(complete).toHaveBeenCalledOnce()
    expect(reported).toEqual([])
  })
})

describe('outcomes', () => {
  it('are told with all there is to know', async () => {
    const { breaker, clock } = createRig({ slowCall: { duration: 10 } })
    const told: unknown[] = []
    breaker.outcomes$.subscribe((outcome) => told.push(outcome))
    const permit = breaker.tryAcquire()
    clock.advance(20)
    permit?.fail(outage)
    await succeed(breaker)
    const at = clock.wall()
    const common = { breaker: 'payments-api', at, probe: false, stale: false }
    expect(told).toEqual([
      { ...common, kind: 'failure', duration: 20, slow: true, error: outage },
      { ...common, kind: 'success', duration: 0, slow: false },
    ])
  })

  it('say which were probes', async () => {
    const { breaker } = await halfOpenCircuit()
    const probes: boolean[] = []
    breaker.outcomes$.subscribe(({ probe }) => probes.push(probe))
    await succeed(breaker, 2)
    expect(probes).toEqual([true, false])
  })

  it('can be fed from elsewhere, with their durations, until that is stopped', () => {
    const { breaker, reported } = createRig({ slowCall: { duration: 10 } })
    const told: unknown[] = []
    breaker.outcomes$.subscribe(({ kind, duration, slow }) => told.push([kind, duration, slow]))
    breaker.feed(
      of<FedOutcome[]>(
        { kind: 'success', duration: 50 },
        { kind: 'failure' },
        { kind: 'ignored', duration: 5 },
      ),
    )
    expect(told).toEqual([
      ['success', 50, true],
      ['failure', undefined, false],
      ['ignored', 5, false],
    ])
    expect(breaker.stats()).toMatchObject({ successes: 1, failures: 1, ignored: 1, slow: 1 })
    for (const nonsense of [{ kind: 'ok' }, {}, null, undefined, 'success']) {
      breaker.feed(from([nonsense]) as Observable<never>)
    }
    expect(reported).toHaveLength(5)
    expect(String(reported[0])).toBe(
      "TypeError: a fed outcome must have the kind 'success', 'failure' or 'ignored', got \"ok\"",
    )
    expect(breaker.stats().throughput).toBe(2)
  })

  it('that are fed count for nothing while disabled', () => {
    const { breaker } = createRig({ mode: 'disabled' })
    breaker.feed(of<FedOutcome[]>({ kind: 'failure' }))
    expect(breaker.stats().totals).toMatchObject({ failures: 0, stale: 0 })
  })

  it('are fed no longer when the breaker is gone', () => {
    const { breaker } = createRig()
    const source = new Subject<{ kind: 'failure' }>()
    const subscription = breaker.feed(source)
    breaker.feed(source)
    source.next({ kind: 'failure' })
    expect(breaker.stats().failures).toBe(2)
    subscription.unsubscribe()
    source.next({ kind: 'failure' })
    expect(breaker.stats().failures).toBe(3)
    breaker.dispose()
    expect(source.observed).toBe(false)
    expect(() => breaker.feed(source)).toThrow('was disposed of')
  })
})

describe('the history', () => {
  it('is told from the start, and grows by one at a time', () => {
    const { breaker } = createRig({ historySize: 2 })
    const told: (readonly Transition[])[] = []
    breaker.history$.subscribe((history) => told.push(history))
    breaker.trip('one')
    breaker.reset()
    breaker.trip('two')
    expect(told.map(moves)).toEqual([
      [],
      ['closed>open'],
      ['closed>open', 'open>closed'],
      ['open>closed', 'closed>open'],
    ])
    // What was given is not changed afterwards.
    expect(breaker.history).toEqual(told[3])
    expect(told[1]).toHaveLength(1)
  })

  it('can be waited for', async () => {
    const { breaker } = createRig()
    const first = firstValueFrom(breaker.transitions$)
    breaker.trip('test')
    expect((await first).to).toBe('open')
  })
})
