import { createBreaker } from 'recloser'
import { createLegacyBridge } from 'recloser/inspect'
import { createFakeClock } from 'recloser/testing'
import { describe, expect, it } from 'vitest'
import { createActor, createMachine, fromPromise } from 'xstate'
import type { LegacyMessage } from 'recloser/inspect'

/** A bridge, and what it would send. */
function createRig(control = false) {
  const sent: LegacyMessage[] = []
  const bridge = createLegacyBridge({ send: (message) => sent.push(message), control })
  const registered = () => {
    const message = sent.find(({ type }) => type === 'service.register')
    const { machine, state } = message as { machine: string; state: string }
    return { machine: JSON.parse(machine) as Chart, state: JSON.parse(state) as object }
  }
  return { bridge, sent, registered }
}

interface Chart {
  readonly [key: string]: unknown
  readonly states: Readonly<Record<string, { on: Record<string, unknown>; after: object }>>
}

describe('the bridge to the old inspector', () => {
  it('speaks its four messages, over any wire', () => {
    const { bridge, sent } = createRig()
    const breaker = createBreaker('payments', { clock: createFakeClock(), inspect: bridge.inspect })
    breaker.isolate('maintenance')
    breaker.dispose()
    expect(sent.map(({ type }) => type)).toEqual([
      'service.register',
      'service.event',
      'service.state',
      'service.event',
      'service.state',
      'service.stop',
    ])
    expect(JSON.parse((sent[3] as { event: string }).event)).toMatchObject({
      name: 'ISOLATE',
      $$type: 'scxml',
      data: { type: 'ISOLATE', reason: 'maintenance' },
    })
  })

  it('writes the chart in the words of XState 4', () => {
    const { bridge, registered } = createRig()
    createBreaker('payments', { clock: createFakeClock(), inspect: bridge.inspect })
    const { machine } = registered()
    expect(machine).toMatchObject({ id: 'payments', initial: 'restoring' })
    expect(machine.states.closed?.on.OUTCOME).toEqual({
      cond: 'isUnhealthy',
      target: 'open',
      actions: 'openCircuit',
    })
    const acquire = machine.states.halfOpen?.on.ACQUIRE
    expect(acquire).toMatchObject({ cond: 'hasFreeProbe', internal: false })
    expect(JSON.stringify(machine)).not.toMatch(/"(guard|reenter)":/)
  })

  it('keeps what both have in common, and leaves out what is no chart', () => {
    const { bridge, sent, registered } = createRig()
    const machine = createMachine({
      id: 'page',
      initial: 'loading',
      states: {
        loading: { on: { DONE: 'done', NONE: {} }, always: { guard: () => false, target: 'done' } },
        done: { type: 'final', tags: ['end'] },
      },
      onDone: { guard: () => true, actions: 'leave' },
    })
    const actor = createActor(machine, { inspect: bridge.inspect }).start()
    createActor(
      fromPromise(() => Promise.resolve()),
      { inspect: bridge.inspect },
    ).start()
    actor.send({ type: 'DONE' })
    expect(registered().machine).toMatchObject({
      states: {
        loading: { on: { DONE: 'done', NONE: {} }, always: { target: 'done' } },
        done: { type: 'final', tags: ['end'] },
      },
      onDone: { cond: { type: 'guard' }, actions: 'leave' },
    })
    expect(sent.filter(({ type }) => type === 'service.register')).toHaveLength(1)
    const last = sent.filter(({ type }) => type === 'service.state').at(-1)
    expect(JSON.parse((last as { state: string }).state)).toMatchObject({
      value: 'done',
      done: true,
      tags: ['end'],
    })
  })

  it('names the parent of a child', () => {
    const { bridge, sent } = createRig()
    const child = createMachine({ id: 'child' })
    const parent = createMachine({ id: 'parent', invoke: { id: 'kid', src: child } })
    const actor = createActor(parent, { inspect: bridge.inspect }).start()
    const kid = sent.find((message) => message.type === 'service.register' && message.id === 'kid')
    expect(kid).toMatchObject({ parent: actor.sessionId })
  })

  it.each([undefined, null, 'text', 1, {}, { type: 'xstate.event' }, { type: 'unload' }])(
    'takes %j from a receiver for nothing',
    (message) => {
      const { bridge, sent } = createRig(true)
      bridge.receive(message)
      expect(sent).toEqual([])
    },
  )

  it.each([
    [{}, /send must be a function, got undefined/],
    [{ send: 'socket' }, /send must be a function, got "socket"/],
    [{ send: () => undefined, cotrol: true }, /cotrol/],
  ])('refuses %j by name', (options, complaint) => {
    expect(() => createLegacyBridge(options as never)).toThrow(complaint)
  })
})
