import { createInspector } from '@statelyai/inspect'
import { createBreaker, createRegistry } from 'recloser'
import { toInspector } from 'recloser/inspect'
import { breakerMachine } from 'recloser/machines'
import { createFakeClock } from 'recloser/testing'
import { describe, expect, it, vi } from 'vitest'
import { assign, createActor, createMachine, fromPromise, setup } from 'xstate'
import { fail, outage, succeed } from '../support/breakers.js'
import type { StatelyInspectionEvent } from '@statelyai/inspect'

/** An inspection event as an inspector gets it. */
interface InspectionEvent {
  readonly type: string
  readonly actorRef: {
    readonly id: string
    readonly _parent?: { readonly sessionId: string }
    readonly logic: { readonly config: unknown }
  }
  readonly event: { readonly type: string }
  readonly snapshot: Plain & { readonly status: string }
}

/** Hears what an inspector is told. */
function createSpy() {
  const heard: InspectionEvent[] = []
  const inspect = toInspector((event: InspectionEvent) => heard.push(event))
  const told = () =>
    heard.map((each) => {
      const { id } = each.actorRef
      if (each.type === '@xstate.actor') return `${id} is there`
      if (each.type === '@xstate.event') return `${id} hears ${each.event.type}`
      const { value, status } = each.snapshot
      return `${id} is ${value}${status === 'active' ? '' : `, ${status}`}`
    })
  const snapshots = () =>
    heard.flatMap((each) => (each.type === '@xstate.snapshot' ? [each.snapshot] : []))
  return { heard, inspect, told, snapshots }
}

interface Plain {
  readonly value: string
  readonly context: Record<string, unknown>
}

/** Waits until the inspector of Stately, which puts off its work, has done it. */
const idle = () => new Promise((resolve) => setTimeout(resolve, 5))

describe('an inspector', () => {
  it('is told of every breaker by its name, and of every outcome, also those that only count', async () => {
    const { inspect, told } = createSpy()
    const clock = createFakeClock()
    const registry = createRegistry({ clock, inspect, defaults: { minimumThroughput: 2 } })
    const payments = registry.get('payments')
    await succeed(payments)
    await fail(payments)
    registry.get('search').isolate('maintenance')
    expect(told()).toEqual([
      'payments is there',
      'payments hears xstate.init',
      'payments is closed',
      'payments hears OUTCOME',
      'payments is closed',
      'payments hears OUTCOME',
      'payments is open',
      'search is there',
      'search hears xstate.init',
      'search is closed',
      'search hears ISOLATE',
      'search is isolated',
    ])
  })

  it('is told of the end of a break, and of the end of a breaker', () => {
    const { inspect, told, heard } = createSpy()
    const clock = createFakeClock()
    const breaker = createBreaker('payments', { clock, inspect, breakDuration: 1000 })
    breaker.trip('test')
    heard.length = 0
    clock.advance(1000)
    breaker.dispose()
    expect(told()).toContain('payments is halfOpen')
    expect(told().at(-1)).toBe('payments is halfOpen, stopped')
  })

  it('sees figures, names and settings as plain data', async () => {
    const { inspect, snapshots } = createSpy()
    const breaker = createBreaker('payments', {
      clock: createFakeClock(),
      inspect,
      minimumThroughput: 3,
    })
    await fail(breaker, 2)
    await succeed(breaker)
    await fail(breaker)
    const { context } = snapshots().at(-1) as Plain
    expect(context).toEqual(JSON.parse(JSON.stringify(context)))
    expect(context).toMatchObject({
      name: 'payments',
      consecutiveBreaks: 1,
      breakDuration: 30_000,
      health: { throughput: 4, failures: 3, failureRate: 0.75 },
      failure: { name: 'Error', message: outage.message },
      decision: { cause: 'failure-rate' },
      settings: { halfOpen: { probes: 1 }, limits: { slowRatio: 'Infinity' } },
    })
  })

  it('sees the chart, with its guards and actions as names', () => {
    const { inspect, heard } = createSpy()
    createBreaker('payments', { clock: createFakeClock(), inspect })
    const config = heard[0]?.actorRef.logic.config
    expect(config).toMatchObject({
      id: 'breaker',
      context: { type: 'initialContext' },
      states: { closed: { on: { OUTCOME: { guard: 'isUnhealthy', target: 'open' } } } },
    })
    expect(JSON.parse(JSON.stringify(config))).toEqual(config)
  })

  it('sees charts only when they are started, and then what they were sent before', () => {
    const { inspect, told } = createSpy()
    createActor(breakerMachine, { inspect, id: 'ghost', input: { name: 'ghost' } })
    const late = createActor(breakerMachine, { inspect, id: 'late', input: { name: 'late' } })
    late.send({ type: 'ISOLATE', reason: 'before the start' })
    expect(told()).toEqual([])
    late.start()
    expect(told()).toEqual([
      'late is there',
      'late hears xstate.init',
      'late hears ISOLATE',
      'late is closed',
      'late is isolated',
    ])
  })

  it('sees an actor that was there before the inspector was', () => {
    const { inspect, told } = createSpy()
    const actor = createActor(breakerMachine, { id: 'early', input: { name: 'early' } }).start()
    actor.system.inspect(inspect as () => void)
    actor.send({ type: 'ISOLATE' })
    expect(told()).toEqual(['early is there', 'early hears ISOLATE', 'early is isolated'])
  })

  it('sees a child with its parent, and logic that is no chart', async () => {
    const { inspect, heard } = createSpy()
    const machine = setup({ actors: { load: fromPromise(() => Promise.resolve('data')) } })
    const actor = createActor(
      machine.createMachine({ id: 'page', invoke: { id: 'loading', src: 'load' } }),
      { inspect, id: 'page' },
    ).start()
    await idle()
    const child = heard.map(({ actorRef }) => actorRef).find(({ id }) => id === 'loading')
    expect(child?._parent?.sessionId).toBe(actor.sessionId)
    expect(child?.logic).toEqual({ config: undefined })
    const answer = heard.find(
      (each) => each.type === '@xstate.event' && each.event.type.startsWith('xstate.done'),
    )
    expect(answer).toMatchObject({ event: { output: 'data' } })
  })
})

describe('the inspector of Stately, which serialises later', () => {
  it('is shown what was, not what has become of it', async () => {
    const messages: StatelyInspectionEvent[] = []
    const stately = createInspector({ send: (message) => messages.push(message) })
    const breaker = createBreaker('payments', {
      clock: createFakeClock(),
      inspect: toInspector(stately),
    })
    breaker.trip('right after it was made')
    await idle()
    const states = messages.flatMap((message) =>
      'snapshot' in message ? [(message.snapshot as unknown as Plain).value] : [],
    )
    expect(messages[0]).toMatchObject({ type: '@xstate.actor', name: 'payments' })
    expect(states).toEqual(['closed', 'closed', 'open'])
    expect(JSON.parse(String((messages[0] as { definition?: string }).definition))).toMatchObject({
      id: 'breaker',
      initial: 'restoring',
    })
  })

  it('is shown a context that is changed in place as it was at each event', async () => {
    const messages: StatelyInspectionEvent[] = []
    const stately = createInspector({ send: (message) => messages.push(message) })
    const seen = { count: 0 }
    const machine = createMachine({
      context: { seen },
      on: {
        MORE: {
          actions: assign(({ context }) => {
            context.seen.count++
            return {}
          }),
        },
      },
    })
    const actor = createActor(machine, { inspect: toInspector(stately) }).start()
    actor.send({ type: 'MORE' })
    actor.send({ type: 'MORE' })
    await idle()
    const counts = messages.flatMap((message) =>
      message.type === '@xstate.snapshot'
        ? [
            (message.snapshot as unknown as { context: { seen: { count: number } } }).context.seen
              .count,
          ]
        : [],
    )
    expect(counts).toEqual([0, 1, 2])
  })
})

describe('a copy', () => {
  const copyOf = (value: unknown): unknown => {
    const { inspect, snapshots } = createSpy()
    createActor(createMachine({ context: { value } }), { inspect }).start()
    return snapshots().at(-1)?.context.value
  }
  const cycle: Record<string, unknown> = { name: 'cycle' }
  cycle.self = cycle
  const sister = { shared: true }
  let deep: unknown = 'bottom'
  for (let i = 0; i < 30; i++) deep = { deep }

  it.each([
    ['a number with many decimals', 1 / 3, 0.333],
    ['a whole number', 1e15, 1e15],
    ['an infinite number', -Infinity, '-Infinity'],
    ['no number', NaN, 'NaN'],
    ['a big integer', 10n, '10'],
    ['a symbol', Symbol('s'), 'Symbol(s)'],
    ['a function', succeed, { type: 'succeed' }],
    ['null', null, null],
    ['a date', new Date(0), '1970-01-01T00:00:00.000Z'],
    ['an invalid date', new Date(NaN), null],
    ['a map', new Map([[1, { one: true }]]), { 1: { one: true } }],
    ['a set', new Set(['a']), ['a']],
    [
      'an error and its cause',
      new TypeError('no', { cause: new Error('because') }),
      { name: 'TypeError', message: 'no', cause: { name: 'Error', message: 'because' } },
    ],
    ['a cycle', cycle, { name: 'cycle', self: '[circular]' }],
    ['the same object twice', [sister, sister], [sister, sister]],
    ['a long list', Array.from({ length: 1000 }, () => 1), Array.from({ length: 200 }, () => 1)],
    ['a long text', 'x'.repeat(5000), `${'x'.repeat(2000)}…`],
    [
      'a getter that throws',
      {
        get broken() {
          throw outage
        },
      },
      '[unreadable]',
    ],
    [
      'a toJSON that throws',
      {
        toJSON() {
          throw outage
        },
      },
      '[unreadable]',
    ],
  ])('of %s', (_, value, expected) => {
    expect(copyOf(value)).toEqual(expected)
  })

  it('of what is deep ends somewhere', () => {
    expect(JSON.stringify(copyOf(deep))).toMatch(/^(\{"deep":)+"\[…\]"\}+$/)
  })

  it('of a few objects that share each other is no flood', () => {
    let shared: object = {}
    for (let level = 0; level < 9; level++) shared = Array.from({ length: 20 }, () => shared)
    expect(JSON.stringify(copyOf(shared)).length).toBeLessThan(1_000_000)
  })
})

describe('an inspector that throws', () => {
  it('hurts neither a breaker nor an actor of your own, and is complained of', async () => {
    const complaints = vi.spyOn(console, 'error').mockReturnValue(undefined)
    const inspect = toInspector(() => {
      throw outage
    })
    const breaker = createBreaker('payments', { clock: createFakeClock(), inspect })
    await fail(breaker, 10)
    expect(breaker.state).toBe('open')
    const actor = createActor(breakerMachine, { inspect, input: { name: 'own' } }).start()
    actor.send({ type: 'ISOLATE' })
    expect(actor.getSnapshot().value).toBe('isolated')
    expect(complaints).toHaveBeenCalledWith('recloser: an inspector threw', outage)
    complaints.mockRestore()
  })
})

describe('what is no inspector', () => {
  it.each([[undefined], [null], [{}], [{ inspect: {} }], ['inspector']])(
    '%j is refused',
    (none) => {
      expect(() => toInspector(none as never)).toThrow(/toInspector needs an inspector, got/)
    },
  )
})
