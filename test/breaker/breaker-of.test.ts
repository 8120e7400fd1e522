import { createActor, sendTo, setup } from 'xstate'
import { describe, expect, it, vi } from 'vitest'
import { breakerOf, createBreaker } from 'recloser'
import { breakerMachine, breakerOf as breakerOfMachines } from 'recloser/machines'
import { createFakeClock } from 'recloser/testing'
import { fail, moves, outage, rejectionOf, succeed } from '../support/breakers.js'
import type { ActorRefFrom } from 'xstate'
import type { BreakerOptions, Clock, Transition } from 'recloser'

interface ShopContext {
  readonly payments: ActorRefFrom<typeof breakerMachine>
}

/** A machine of somebody's own that keeps a breaker, and isolates it at night. */
const shopMachine = setup({
  // eslint-disable-next-line @typescript-eslint/no-unnecessary-type-assertion -- where XState takes its types from
  types: {} as {
    context: ShopContext
    input: BreakerOptions
    events: { type: 'NIGHT' } | { type: 'MORNING' } | { type: 'CLOSE' }
  },
  actors: { breaker: breakerMachine },
}).createMachine({
  id: 'shop',
  context: ({ spawn, input }) => ({
    payments: spawn('breaker', { id: 'payments', input: { name: 'payments-api', options: input } }),
  }),
  initial: 'day',
  states: {
    day: { on: { NIGHT: 'night', CLOSE: 'gone' } },
    night: {
      entry: sendTo(({ context }) => context.payments, { type: 'ISOLATE', reason: 'night' }),
      exit: sendTo(({ context }) => context.payments, { type: 'RELEASE' }),
      on: { MORNING: 'day' },
    },
    gone: { type: 'final' },
  },
})

function openShop(options: BreakerOptions = {}) {
  const clock = createFakeClock()
  const shop = createActor(shopMachine, {
    input: { clock, minimumThroughput: 2, breakDuration: 1000, ...options },
    clock,
  }).start()
  const breaker = breakerOf(shop.getSnapshot().context.payments)
  const transitions: Transition[] = []
  breaker.transitions$.subscribe((transition) => transitions.push(transition))
  return { shop, breaker, clock, transitions }
}

/** As long as observers of an actor in somebody else's system wait for what others sent to it. */
const aMicrotask = () => Promise.resolve()

describe('a breaker over an actor in a machine of your own', () => {
  it('guards calls, and the chart in that system decides', async () => {
    const { shop, breaker, clock, transitions } = openShop()
    expect(breaker.name).toBe('payments-api')
    expect(await breaker.execute(() => 'paid')).toBe('paid')
    await fail(breaker)
    expect(shop.getSnapshot().context.payments.getSnapshot().value).toBe('open')
    expect(await rejectionOf(breaker)).toMatchObject({ state: 'open', cause: outage })
    clock.advance(1000)
    expect(breaker.state).toBe('halfOpen')
    await succeed(breaker)
    await aMicrotask()
    expect(moves(transitions)).toEqual(['closed>open', 'open>halfOpen', 'halfOpen>closed'])
  })

  it('needs no timer of that system to be right', async () => {
    const { breaker, clock } = openShop()
    await fail(breaker, 2)
    clock.block(1000)
    await succeed(breaker)
    expect(breaker.state).toBe('closed')
  })

  it('hears what the machine sends to the actor, its observers a microtask later', async () => {
    const { shop, breaker, transitions } = openShop()
    shop.send({ type: 'NIGHT' })
    expect([breaker.state, transitions.length]).toEqual(['isolated', 0])
    expect(await rejectionOf(breaker)).toMatchObject({ reasons: ['night'] })
    await aMicrotask()
    expect(transitions).toHaveLength(1)
    shop.send({ type: 'MORNING' })
    await aMicrotask()
    expect(moves(transitions)).toEqual(['closed>isolated', 'isolated>closed'])
  })

  it('takes orders of its own as well', async () => {
    const { shop, breaker, transitions } = openShop()
    const hold = breaker.isolate('maintenance')
    shop.send({ type: 'NIGHT' })
    expect(breaker.isolation?.reasons).toEqual(['maintenance', 'night'])
    hold.release()
    expect(breaker.isolation?.reasons).toEqual(['night'])
    breaker.reset()
    breaker.trip('test')
    expect(breaker.forceHalfOpen()).toBe(true)
    await aMicrotask()
    expect(transitions.map(({ cause }) => cause)).toEqual([
      'isolated',
      'reset',
      'tripped',
      'forced-half-open',
    ])
  })

  it('is the same breaker for the same actor, by whichever entry', () => {
    const { shop, breaker } = openShop()
    const { payments } = shop.getSnapshot().context
    expect(breakerOf(payments)).toBe(breaker)
    expect(breakerOfMachines(payments)).toBe(breaker)
    expect(breaker.actor).toBe(payments)
  })

  it('is the breaker itself for the actor of one that was created', () => {
    const breaker = createBreaker('api', { clock: createFakeClock() })
    expect(breakerOf(breaker.actor)).toBe(breaker)
  })

  it('takes over where the actor is', async () => {
    const clock = createFakeClock()
    const input = { name: 'api', options: { clock, breakDuration: 1000 } }
    const actor = createActor(breakerMachine, { input, clock }).start()
    actor.send({ type: 'TRIP', reason: 'before' })
    clock.advance(400)
    const breaker = breakerOf(actor)
    expect([breaker.state, breaker.retryAfter]).toEqual(['open', 600])
    const states: string[] = []
    breaker.state$.subscribe((state) => states.push(state))
    clock.advance(600)
    await aMicrotask()
    expect(states).toEqual(['open', 'halfOpen'])
    await succeed(breaker)
    expect(breaker.state).toBe('closed')
    actor.stop()
  })

  it('needs no options', async () => {
    const actor = createActor(breakerMachine, { input: { name: 'api' } }).start()
    await succeed(breakerOf(actor))
    expect(breakerOf(actor).stats()).toMatchObject({ successes: 1, limits: { failureRatio: 0.5 } })
    actor.stop()
  })

  it('is disposed of when its actor stops, with the machine around it', () => {
    const { shop, breaker } = openShop()
    const complete = vi.fn()
    breaker.state$.subscribe({ complete })
    shop.send({ type: 'CLOSE' })
    expect(complete).toHaveBeenCalledOnce()
    expect(() => breaker.tryAcquire()).toThrow('was disposed of')
  })

  it('knows of the probes that one before it over the same actor let pass', () => {
    const { shop, breaker } = openShop()
    breaker.trip('test')
    breaker.forceHalfOpen()
    expect(breaker.tryAcquire()?.isProbe).toBe(true)
    breaker.dispose()
    expect(breakerOf(shop.getSnapshot().context.payments).tryAcquire()).toBeUndefined()
  })

  it('leaves the actor alone when it is disposed of itself', () => {
    const { shop, breaker } = openShop()
    breaker.dispose()
    const { payments } = shop.getSnapshot().context
    expect(payments.getSnapshot().status).toBe('active')
    shop.send({ type: 'NIGHT' })
    expect(payments.getSnapshot().value).toBe('isolated')
    expect(() => breaker.tryAcquire()).toThrow('was disposed of')
  })

  it('goes on from a snapshot in the input of the actor', () => {
    const first = createBreaker('payments-api', { clock: createFakeClock() })
    first.isolate('maintenance')
    const { breaker } = openShop({ snapshot: first.snapshot() })
    expect(breaker.isolation?.reasons).toEqual(['maintenance'])
    expect(breaker.history).toHaveLength(1)
  })

  it.each([
    undefined,
    null,
    {},
    createActor(setup({}).createMachine({})).start(),
    createActor(breakerMachine, { input: { name: 'api' } })
      .start()
      .stop(),
  ])('is not made of anything else (%#)', (actor) => {
    expect(() => breakerOf(actor as never)).toThrow(
      new TypeError('breakerOf needs a running actor of breakerMachine'),
    )
  })

  it('is not made of an actor without a name', () => {
    const actor = createActor(breakerMachine, { input: { name: '' } }).start()
    expect(() => breakerOf(actor)).toThrow('name must be a text')
    actor.stop()
  })
})

describe('a chart in which something throws', () => {
  /** A clock that breaks when it is told to. */
  function brittleClock() {
    const clock = createFakeClock()
    const fault = { on: false }
    const bug = new Error('no time')
    const brittle: Clock = {
      ...clock,
      now: () => {
        if (fault.on) throw bug
        return clock.now()
      },
    }
    return { clock, brittle, fault, bug }
  }

  it('is reported, and goes on from where it was', async () => {
    const { clock, brittle, fault, bug } = brittleClock()
    const reported: unknown[] = []
    const breaker = createBreaker('api', {
      clock: brittle,
      minimumThroughput: 1,
      breakDuration: 1000,
      onError: (error) => reported.push(error),
    })
    await fail(breaker)
    fault.on = true
    breaker.actor.send({ type: 'RESET' })
    fault.on = false
    expect(reported).toEqual([bug])
    expect(breaker.stats()).toMatchObject({ state: 'open', retryAfter: 1000 })
    clock.advance(1000)
    await succeed(breaker)
    expect(breaker.state).toBe('closed')
    expect(moves(breaker.history)).toEqual(['closed>open', 'open>halfOpen', 'halfOpen>closed'])
  })

  it('ends the breaker when it belongs to somebody else', () => {
    const { brittle, fault, bug } = brittleClock()
    const reported: unknown[] = []
    const options = { clock: brittle, onError: (error: unknown) => reported.push(error) }
    const actor = createActor(breakerMachine, { input: { name: 'api', options } }).start()
    const breaker = breakerOf(actor)
    fault.on = true
    actor.send({ type: 'TRIP' })
    fault.on = false
    expect(reported).toEqual([bug])
    expect(() => breaker.tryAcquire()).toThrow('was disposed of')
  })
})

describe('an inspector', () => {
  it('sees every outcome as an event with the figures it is judged by', async () => {
    const seen: unknown[] = []
    const clock = createFakeClock()
    const breaker = createBreaker('api', {
      clock,
      inspect: (inspection: { type: string; event?: { type: string; health?: unknown } }) => {
        if (inspection.type === '@xstate.event' && inspection.event?.type === 'OUTCOME')
          seen.push(inspection.event)
      },
    })
    const late = breaker.tryAcquire()
    await succeed(breaker)
    breaker.reset()
    late?.fail(outage)
    expect(seen).toMatchObject([
      { outcome: 'success', health: { throughput: 1, successes: 1 }, slow: false },
      { outcome: 'failure', health: { throughput: 0 }, epoch: 0 },
    ])
    expect(breaker.stats()).toMatchObject({ throughput: 0, stale: 1 })
  })

  it('may be an observer, and sees no insides of errors', async () => {
    const seen: string[] = []
    const breaker = createBreaker('api', {
      clock: createFakeClock(),
      minimumThroughput: 1,
      inspect: { next: (inspection: object) => seen.push(shownOf(inspection)) },
    })
    await fail(breaker, 1, Object.assign(new Error('down'), { password: 'secret' }))
    expect(seen.join('\n')).toContain('down')
    expect(seen.join('\n')).not.toContain('secret')
  })
})

/** As an inspector writes it down. */
function shownOf({ event, snapshot }: { event?: unknown; snapshot?: { toJSON?(): unknown } }) {
  return JSON.stringify([event, snapshot?.toJSON?.()])
}
