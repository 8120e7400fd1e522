import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { Subscriber } from 'rxjs'
import { createActor, createMachine, sendTo } from 'xstate'
import { describe, expect, it, vi } from 'vitest'
import { DisposedBreakerError, createRegistry, exponentialBreakDuration } from 'recloser'
import { createFakeClock } from 'recloser/testing'
import { fail, outage, rejectionOf, succeed } from '../support/breakers.js'
import type { Breaker, RegistryOptions } from 'recloser'

setFlagsFromString('--expose_gc')
const collectGarbage = runInNewContext('gc') as () => void

/** Lets go of what nobody holds. What a WeakRef gave stays until the end of its turn. */
async function forgetUnheld(): Promise<void> {
  for (let i = 0; i < 3; i++) {
    await new Promise((resolve) => setImmediate(resolve))
    collectGarbage()
  }
  await new Promise((resolve) => setImmediate(resolve))
}

function createRig(options: RegistryOptions = {}) {
  const clock = createFakeClock()
  const reported: unknown[] = []
  const defaults = { onError: (error: unknown) => reported.push(error), ...options.defaults }
  return { registry: createRegistry({ clock, ...options, defaults }), clock, reported }
}

describe('a registry', () => {
  it('makes a breaker at the first use of its name', () => {
    const { registry } = createRig()
    expect([registry.size, registry.has('users')]).toEqual([0, false])
    const users = registry.get('users')
    expect(users.name).toBe('users')
    expect(registry.get('users')).toBe(users)
    expect(registry.get('orders')).not.toBe(users)
    expect([registry.size, registry.has('users')]).toEqual([2, true])
    expect([...registry].map(({ name }) => name)).toEqual(['users', 'orders'])
  })

  it('lists breakers in the order in which they were made, whichever is asked for', () => {
    const { registry } = createRig()
    for (const name of ['users', 'orders', 'users']) registry.get(name)
    expect([...registry].map(({ name }) => name)).toEqual(['users', 'orders'])
  })

  it('gives its defaults to all, and lets each have other options', async () => {
    const { registry } = createRig({ defaults: { minimumThroughput: 1, breakDuration: 500 } })
    const users = registry.get('users')
    const orders = registry.get('orders', { breakDuration: 700 })
    await fail(users)
    await fail(orders)
    expect([users.retryAfter, orders.retryAfter]).toEqual([500, 700])
  })

  it('has one clock for all', async () => {
    const { registry, clock } = createRig({
      defaults: { minimumThroughput: 1, breakDuration: 500 },
    })
    const breakers = [registry.get('users'), registry.get('orders')]
    for (const breaker of breakers) await fail(breaker)
    clock.advance(500)
    expect(breakers.map(({ state }) => state)).toEqual(['halfOpen', 'halfOpen'])
  })

  it('has one inspector for all', async () => {
    const seen = new Set<string>()
    const inspect = ({ actorRef }: { actorRef: { id: string } }) => seen.add(actorRef.id)
    const { registry } = createRig({ inspect })
    await succeed(registry.get('users'))
    await succeed(registry.get('orders'))
    expect([...seen]).toEqual(['users', 'orders'])
  })

  it('runs on the clock of the runtime when it is given none', () => {
    const breaker = createRegistry().get('users', { breakDuration: 60_000 })
    breaker.trip('test')
    expect(breaker.retryAfter).toBeGreaterThan(0)
    breaker.dispose()
  })

  it('goes on from snapshots', () => {
    const first = createRig().registry
    first.get('users').isolate('maintenance')
    const { registry } = createRig()
    const users = registry.get('users', { snapshot: first.get('users').snapshot() })
    expect(users.isolation?.reasons).toEqual(['maintenance'])
  })
})

describe('breakers$', () => {
  it('reports what a subscriber of any kind throws: the breaker is made all the same', () => {
    const reported: unknown[] = []
    const registry = createRegistry({ defaults: { onError: (error) => reported.push(error) } })
    const buggy = () => {
      throw outage
    }
    // eslint-disable-next-line @typescript-eslint/no-deprecated -- as an old operator may do it
    registry.breakers$.subscribe(new Subscriber({ next: buggy, error: buggy, complete: buggy }))
    expect(registry.get('users').name).toBe('users')
    expect(reported).toEqual([outage])
  })
})

describe('a name that exists', () => {
  const breakDuration = exponentialBreakDuration({ base: 100 })

  it('can be asked for again with the same options, written anew', () => {
    const { registry } = createRig()
    const options = () => ({ failureRatio: 0.2, halfOpen: { probes: 2 }, breakDuration })
    expect(registry.get('users', options())).toBe(registry.get('users', options()))
    expect(registry.get('users', {})).toBe(registry.get('users'))
    const rule = exponentialBreakDuration({ base: 100 })
    expect(registry.get('users', { breakDuration: rule })).toBe(registry.get('users'))
  })

  it('can be asked for with options that are its defaults', () => {
    const { registry } = createRig({ defaults: { failureRatio: 0.2 } })
    const users = registry.get('users')
    expect(registry.get('users', { failureRatio: 0.2 })).toBe(users)
  })

  it('is refused with other options, and stays as it is', () => {
    const { registry } = createRig()
    const users = registry.get('users', { failureRatio: 0.2 })
    expect(() => registry.get('users', { failureRatio: 0.3 })).toThrow(
      /^breaker "users" exists with another failureRatio; options count at the first use of a name/,
    )
    expect(() => registry.get('users', { failureRatio: 0.2, minimumThroughput: 5 })).toThrow(
      'breaker "users" exists with another minimumThroughput',
    )
    expect(registry.get('users')).toBe(users)
  })

  it('is refused with options that are none, also at first', () => {
    const registry = createRegistry()
    for (const options of [null, 5, []])
      expect(() => registry.get('users', options as never)).toThrow('options must be an object')
    expect(registry.size).toBe(0)
  })

  it('is refused with a function that was made anew', () => {
    const { registry } = createRig()
    const get = () => registry.get('users', { classify: () => 'success' })
    get()
    expect(get).toThrow(/another classify.*make them once/)
  })
})

describe('options of a registry', () => {
  it.each<[object, string]>([
    [{ defaults: { clock: createFakeClock() } }, 'defaults: clock cannot be set here'],
    [{ defaults: { inspect: vi.fn() } }, 'defaults: inspect cannot be set here'],
    [{ defaults: { snapshot: {} } }, 'defaults: snapshot cannot be set here'],
    [{ defaults: { failureRatio: 5 } }, 'failureRatio must be above 0'],
    [{ clock: {} }, 'clock must have the methods'],
    [{ maxIdle: 0 }, 'maxIdle must be above 0, got 0'],
    [{ maxIdle: '5' }, 'maxIdle must be a number'],
    [{ maxSize: 5 }, 'registry options: unknown option "maxSize"'],
  ])('are checked at once: %j', (options, message) => {
    expect(() => createRegistry(options)).toThrow(message)
  })

  it('do not go to single breakers where they are for all', () => {
    const { registry, clock } = createRig()
    expect(() => registry.get('users', { clock } as object)).toThrow(
      'breaker options: clock cannot be set here',
    )
    expect(() => registry.get('users', { inspect: vi.fn() } as object)).toThrow(
      'breaker options: inspect cannot be set here',
    )
    expect(() => registry.get('users', { failureRatio: 50 })).toThrow('did you mean 0.5?')
    expect(registry.size).toBe(0)
  })

  it('do not change when the object they came in does', async () => {
    const halfOpen = { probes: 1 }
    const { registry } = createRig({ defaults: { halfOpen, minimumThroughput: 1 } })
    halfOpen.probes = 5
    const breaker = registry.get('users', { breakDuration: 0 })
    await fail(breaker)
    await succeed(breaker)
    expect(breaker.state).toBe('closed')
  })
})

describe('the streams of a registry', () => {
  it('tell of all breakers, whenever they were made', async () => {
    const { registry } = createRig({ defaults: { minimumThroughput: 1 } })
    const heard: string[] = []
    const users = registry.get('users')
    registry.transitions$.subscribe(({ breaker, to }) => heard.push(`${breaker} ${to}`))
    registry.outcomes$.subscribe(({ breaker, kind }) => heard.push(`${breaker} ${kind}`))
    registry.rejections$.subscribe(({ breaker, state }) => heard.push(`${breaker} ${state}`))
    await fail(users)
    await succeed(registry.get('orders'))
    await rejectionOf(users)
    expect(heard).toEqual(['users failure', 'users open', 'orders success', 'users open'])
  })

  it('tell each breaker that there is, then each new one', () => {
    const { registry } = createRig()
    registry.get('users')
    const names: string[] = []
    const subscription = registry.breakers$.subscribe(({ name }) => names.push(name))
    registry.get('orders')
    registry.get('users')
    expect(names).toEqual(['users', 'orders'])
    subscription.unsubscribe()
    registry.get('stock')
    expect(names).toHaveLength(2)
  })

  it('tells a breaker made in answer to another one', () => {
    const { registry } = createRig()
    registry.get('users')
    const names: string[] = []
    registry.breakers$.subscribe(({ name }) => {
      names.push(name)
      if (name === 'users') registry.get('orders')
    })
    expect(names).toEqual(['users', 'orders'])
  })

  it('survive subscribers that throw', () => {
    const { registry, reported } = createRig()
    registry.breakers$.subscribe(() => {
      throw outage
    })
    registry.transitions$.subscribe(() => {
      throw outage
    })
    registry.get('users').trip('test')
    expect(reported).toEqual([outage, outage])
  })

  it('give the figures of all', async () => {
    const { registry } = createRig()
    await succeed(registry.get('users'))
    await fail(registry.get('orders'))
    expect(registry.stats()).toMatchObject({ users: { successes: 1 }, orders: { failures: 1 } })
  })
})

describe('the end', () => {
  it('of one breaker: its name is free again', () => {
    const { registry } = createRig()
    const users = registry.get('users', { failureRatio: 0.2 })
    expect(registry.delete('users')).toBe(true)
    expect(registry.delete('users')).toBe(false)
    expect(() => users.tryAcquire()).toThrow(DisposedBreakerError)
    expect(registry.get('users', { failureRatio: 0.3 })).not.toBe(users)
  })

  it('of one breaker by its own hand: its name is free again as well', () => {
    const { registry } = createRig()
    const users = registry.get('users')
    users.dispose()
    expect(registry.has('users')).toBe(false)
    const again = registry.get('users')
    expect(again).not.toBe(users)
    users.dispose()
    expect(registry.get('users')).toBe(again)
  })

  it('of one breaker may be answered by another of the same name', () => {
    const { registry } = createRig()
    const users = registry.get('users')
    const next: Breaker[] = []
    users.state$.subscribe({ complete: () => next.push(registry.get('users')) })
    users.dispose()
    expect(next[0]).not.toBe(users)
    expect(registry.get('users')).toBe(next[0])
  })

  it('of one breaker, once it has a successor, leaves that alone', () => {
    const { registry } = createRig()
    const users = registry.get('users')
    const next: Breaker[] = []
    users.transitions$.subscribe(() => {
      users.dispose()
      next.push(registry.get('users'))
    })
    // What another actor sends is told later; here, in the midst of the disposal.
    const trip = sendTo(users.actor, { type: 'TRIP' })
    const operator = createActor(createMachine({ on: { alarm: { actions: trip } } })).start()
    operator.send({ type: 'alarm' })
    expect(next).toHaveLength(0)
    users.dispose()
    expect(next).toHaveLength(1)
    expect(registry.get('users')).toBe(next[0])
  })

  it('of the registry: all breakers, streams and timers end', () => {
    const { registry, clock } = createRig()
    const users = registry.get('users')
    users.trip('test')
    const complete = vi.fn()
    registry.transitions$.subscribe({ complete })
    registry.breakers$.subscribe({ complete })
    users.transitions$.subscribe({ complete })
    registry.dispose()
    registry.dispose()
    expect(complete).toHaveBeenCalledTimes(3)
    expect([registry.size, clock.pendingTimers]).toEqual([0, 0])
    expect(() => users.tryAcquire()).toThrow(DisposedBreakerError)
    expect(() => registry.get('users')).toThrow('this registry was disposed of')
    const late = vi.fn()
    registry.breakers$.subscribe({ complete: late })
    expect(late).toHaveBeenCalledOnce()
  })

  it('comes with the end of a scope', () => {
    let users: Breaker
    {
      using registry = createRig().registry
      users = registry.get('users')
    }
    expect(() => users.tryAcquire()).toThrow(DisposedBreakerError)
  })
})

describe('idle breakers', () => {
  const maxIdle = 1000

  /** Uses new names until the registry has looked at all it has. */
  function lookRound(registry: ReturnType<typeof createRegistry>, count = 10): void {
    for (let i = 0; i < count; i++) registry.get(`new-${String(i)}`)
  }

  it('are kept for ever when nothing else is said', async () => {
    const { registry, clock } = createRig()
    registry.get('users')
    clock.advance(1e12)
    lookRound(registry)
    await forgetUnheld()
    expect(registry.has('users')).toBe(true)
  })

  it('are let go of when new ones come, once they have made no call for long enough', async () => {
    const { registry, clock } = createRig({ maxIdle })
    await succeed(registry.get('users'))
    clock.advance(999)
    lookRound(registry, 2)
    expect(registry.has('users')).toBe(true)
    clock.advance(maxIdle)
    lookRound(registry)
    expect(registry.has('users')).toBe(false)
    expect([...registry].map(({ name }) => name)).not.toContain('users')
  })

  it('really go when nobody holds them: the next of the name is new', async () => {
    const { registry, clock } = createRig({ maxIdle })
    await (async () => {
      await succeed(registry.get('users', { failureRatio: 0.2 }))
    })()
    clock.advance(maxIdle + 1)
    lookRound(registry)
    await forgetUnheld()
    const users = registry.get('users', { failureRatio: 0.3 })
    expect(users.stats().totals.successes).toBe(0)
  })

  it('stay the breaker of their name while somebody holds them', async () => {
    const { registry, clock } = createRig({ maxIdle })
    const users = registry.get('users')
    await succeed(users)
    clock.advance(maxIdle + 1)
    lookRound(registry)
    expect(registry.has('users')).toBe(false)
    await forgetUnheld()
    expect(registry.get('users')).toBe(users)
    expect(registry.has('users')).toBe(true)
    expect(users.stats().totals.successes).toBe(1)
  })

  it('do not take their successor along when they are collected', async () => {
    const { registry, clock } = createRig({ maxIdle })
    await (async () => {
      await succeed(registry.get('users'))
    })()
    clock.advance(maxIdle + 1)
    lookRound(registry)
    await new Promise((resolve) => setImmediate(resolve))
    collectGarbage()
    // Gone, but the registry has not been told so yet: that comes with the next turn.
    const users = registry.get('users')
    expect(users.stats().totals.successes).toBe(0)
    clock.advance(maxIdle + 1)
    for (let i = 0; i < 20; i++) registry.get(`newer-${String(i)}`)
    expect(registry.has('users')).toBe(false)
    await forgetUnheld()
    expect(registry.get('users')).toBe(users)
  })

  it('come back by themselves when they move, and are heard all the time', async () => {
    const { registry, clock } = createRig({ maxIdle, defaults: { minimumThroughput: 1 } })
    const users = registry.get('users')
    const heard: string[] = []
    registry.transitions$.subscribe(({ breaker, to }) => heard.push(`${breaker} ${to}`))
    clock.advance(maxIdle + 1)
    lookRound(registry)
    expect(registry.has('users')).toBe(false)
    await fail(users)
    expect(registry.has('users')).toBe(true)
    expect(heard).toEqual(['users open'])
  })

  it('are never let go of while they are not closed or somebody listens to them', async () => {
    const { registry, clock } = createRig({ maxIdle })
    registry.get('open').trip('test')
    registry.get('isolated').isolate()
    registry.get('heard').outcomes$.subscribe()
    registry.get('watched').state$.subscribe()
    const left = registry.get('left')
    left.state$.subscribe().unsubscribe()
    clock.block(maxIdle + 1)
    lookRound(registry, 20)
    await forgetUnheld()
    const kept = ['open', 'isolated', 'heard', 'watched']
    expect(kept.filter((name) => !registry.has(name))).toEqual([])
    expect(registry.has('left')).toBe(false)
  })

  it.each([
    [['held', 'idle'], false],
    [['held', 'held too', 'idle'], true],
  ])(
    'are looked for by a new breaker behind one that is not: of %j the last stays: %s',
    (names, stays) => {
      const { registry, clock } = createRig({ maxIdle })
      for (const name of names) registry.get(name)
      for (const breaker of registry) if (breaker.name !== 'idle') breaker.isolate()
      clock.advance(maxIdle + 1)
      registry.get('new')
      expect(registry.has('idle')).toBe(stays)
    },
  )

  it('can be deleted and disposed of after they were let go of', () => {
    const { registry, clock } = createRig({ maxIdle })
    const [users, orders] = [registry.get('users'), registry.get('orders')]
    clock.advance(maxIdle + 1)
    lookRound(registry)
    expect(registry.delete('users')).toBe(true)
    expect(() => users.tryAcquire()).toThrow(DisposedBreakerError)
    registry.dispose()
    expect(() => orders.tryAcquire()).toThrow(DisposedBreakerError)
  })

  it('do not pile up when every call goes to a new name', async () => {
    const { registry, clock } = createRig({ maxIdle })
    for (let i = 0; i < 5000; i++) {
      await succeed(registry.get(`host-${String(i)}`))
      clock.advance(1)
    }
    // About as many as are young enough: nobody sweeps, each new one lets go of a few.
    expect(registry.size).toBeGreaterThanOrEqual(maxIdle)
    expect(registry.size).toBeLessThan(maxIdle * 1.5)
  })
})
