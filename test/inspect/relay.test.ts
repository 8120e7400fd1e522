import { once } from 'node:events'
import { request } from 'node:http'
import { connect } from 'node:net'
import { createWebSocketInspector, createWebSocketReceiver } from '@statelyai/inspect'
import { createBreaker, createRegistry } from 'recloser'
import { createRelay } from 'recloser/inspect/relay'
import { breakerMachine } from 'recloser/machines'
import { createFakeClock } from 'recloser/testing'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { WebSocket } from 'ws'
import { createActor, fromPromise } from 'xstate'
import { fail, succeed } from '../support/breakers.js'
import type { StatelyInspectionEvent } from '@statelyai/inspect'
import type { Relay, RelayOptions } from 'recloser/inspect/relay'
import type { IncomingMessage } from 'node:http'

vi.setConfig({ testTimeout: 60_000 })

let relay: Relay
const clock = createFakeClock()

const start = (options: RelayOptions = {}) => createRelay({ port: 0, ...options })
const socketUrl = () => `ws://127.0.0.1:${String(relay.port)}`

beforeEach(async () => {
  relay = await start()
})
afterEach(() => relay.close())

/** The real receiver of Stately, and what it was told. */
function receive() {
  const heard: StatelyInspectionEvent[] = []
  createWebSocketReceiver({ server: socketUrl() }).subscribe((message) => heard.push(message))
  const told = () =>
    heard.map((message) => {
      if (message.type === '@xstate.actor') return `${message.name} is there`
      if (message.type === '@xstate.event') return `hears ${message.event.type}`
      const { value, status } = message.snapshot as unknown as { value: string; status: string }
      return `is ${value}${status === 'active' ? '' : `, ${status}`}`
    })
  /** Waits until it has been told this last. */
  const until = (last: string) =>
    vi.waitFor(
      () => {
        expect(told().at(-1)).toBe(last)
      },
      { timeout: 30_000, interval: 5 },
    )
  return { heard, told, until }
}

/** As `receive`, and has joined: the receiver does not say so, but hears a breaker come and go. */
async function receiveFromNow() {
  const beacon = createBreaker('beacon', { clock, inspect: relay.inspect })
  const receiver = receive()
  await receiver.until('is closed')
  beacon.dispose()
  await receiver.until('is closed, stopped')
  receiver.heard.length = 0
  return receiver
}

/** A socket that is open. */
async function open(options: { origin?: string; host?: string } = {}): Promise<WebSocket> {
  const { host, ...given } = options
  const socket = new WebSocket(socketUrl(), {
    ...given,
    ...(host === undefined ? {} : { headers: { host } }),
  })
  await once(socket, 'open')
  return socket
}

describe('the receiver of Stately', () => {
  it('is told by a relay what every breaker of a registry does, with all outcomes', async () => {
    const receiver = await receiveFromNow()
    const registry = createRegistry({ clock, inspect: relay.inspect })
    const payments = registry.get('payments')
    await succeed(payments)
    payments.isolate('maintenance')
    await receiver.until('is isolated')
    expect(receiver.told()).toEqual([
      'payments is there',
      'hears xstate.init',
      'is closed',
      'hears OUTCOME',
      'is closed',
      'hears ISOLATE',
      'is isolated',
    ])
  })

  it('gets the chart with its states in the order they were written in', async () => {
    const receiver = receive()
    createBreaker('payments', { clock, inspect: relay.inspect })
    await receiver.until('is closed')
    const actor = receiver.heard[0] as Extract<StatelyInspectionEvent, { type: '@xstate.actor' }>
    const chart = JSON.parse(String(actor.definition)) as { id: string; states: object }
    expect(chart.id).toBe('breaker')
    expect(Object.keys(chart.states)).toEqual([
      'restoring',
      'closed',
      'open',
      'halfOpen',
      'isolated',
    ])
    expect(actor.rootId).toBe(actor.sessionId)
  })

  it('that joins late is told the chart and where it is, and nothing of the way there', async () => {
    const breaker = createBreaker('payments', { clock, inspect: relay.inspect })
    await fail(breaker, 10)
    breaker.reset()
    breaker.isolate('maintenance')
    const receiver = receive()
    await receiver.until('is isolated')
    expect(receiver.told()).toEqual(['payments is there', 'is isolated'])
    expect(receiver.heard[0]).toMatchObject({ snapshot: { value: 'isolated' } })
    breaker.reset()
    await receiver.until('is closed')
  })

  it('that joins late knows a thousand breakers by name', async () => {
    const registry = createRegistry({ clock, inspect: relay.inspect })
    for (let i = 0; i < 1000; i++) registry.get(`breaker-${String(i)}`)
    const receiver = receive()
    await vi.waitFor(
      () => {
        expect(receiver.heard).toHaveLength(2000)
      },
      { timeout: 30_000 },
    )
    const names = receiver.heard.flatMap((message) =>
      message.type === '@xstate.actor' && message.definition !== undefined ? [message.name] : [],
    )
    expect(new Set(names).size).toBe(1000)
  })

  it('that joins late is told nothing of what is no more', async () => {
    createBreaker('gone', { clock, inspect: relay.inspect }).dispose()
    createBreaker('there', { clock, inspect: relay.inspect })
    const receiver = receive()
    await receiver.until('is closed')
    expect(receiver.told()).toEqual(['there is there', 'is closed'])
  })

  it('is told of actors that are no charts', async () => {
    const receiver = await receiveFromNow()
    const logic = fromPromise(() => Promise.resolve('data'))
    createActor(logic, { inspect: relay.inspect, id: 'loading' }).start()
    await receiver.until('is undefined, done')
    expect(receiver.heard[0]).toMatchObject({ name: 'loading', definition: '{"id":"loading"}' })
  })

  it('is told when a breaker is disposed of', async () => {
    const receiver = await receiveFromNow()
    createBreaker('payments', { clock, inspect: relay.inspect }).dispose()
    await receiver.until('is closed, stopped')
  })
})

describe('charts of other processes', () => {
  const otherProcess = () => {
    const inspector = createWebSocketInspector({ url: socketUrl() })
    const actor = createActor(breakerMachine, {
      inspect: inspector.inspect,
      id: 'theirs',
      input: { name: 'theirs' },
    })
    return { inspector, actor }
  }

  it('come in from the inspector of Stately, and go to receivers now and later', async () => {
    const receiver = await receiveFromNow()
    const { actor } = otherProcess()
    actor.start()
    actor.send({ type: 'ISOLATE' })
    await receiver.until('is isolated')
    const late = receive()
    await late.until('is isolated')
    expect(late.told()).toEqual(['theirs is there', 'is isolated'])
  })

  it('are not mixed up with those of this one, though XState counts both from 0', async () => {
    const receiver = await receiveFromNow()
    const message = (sessionId: string) =>
      JSON.stringify({ type: '@xstate.snapshot', sessionId, snapshot: { value: sessionId } })
    const [one, other] = [await open(), await open()]
    one.send(message('x:0'))
    await receiver.until('is x:0, undefined')
    other.send(message('x:0'))
    await vi.waitFor(
      () => {
        expect(receiver.heard).toHaveLength(2)
      },
      { timeout: 30_000 },
    )
    expect(new Set(receiver.heard.map(({ sessionId }) => sessionId)).size).toBe(2)
  })

  it('that were never started are not shown', async () => {
    const receiver = await receiveFromNow()
    const ghost = otherProcess()
    const { actor } = otherProcess()
    await vi.waitFor(
      () => {
        expect(ghost.inspector.adapter).toMatchObject({ status: 'open' })
      },
      { timeout: 30_000 },
    )
    actor.start()
    await receiver.until('is closed')
    expect(receiver.told().filter((line) => line === 'theirs is there')).toHaveLength(1)
  })

  it('are shown as stopped when their process is gone, and not to those who come then', async () => {
    const receiver = await receiveFromNow()
    const { inspector, actor } = otherProcess()
    actor.start()
    await receiver.until('is closed')
    inspector.stop()
    await receiver.until('is closed, stopped')
    createBreaker('ours', { clock, inspect: relay.inspect })
    const late = receive()
    await late.until('is closed')
    expect(late.told()).toEqual(['ours is there', 'is closed'])
  })

  it('that were never started are forgotten with their process', async () => {
    const receiver = await receiveFromNow()
    const socket = await open()
    socket.send('{"type":"@xstate.actor","sessionId":"x:0","name":"ghost"}')
    const { actor, inspector } = otherProcess()
    actor.start()
    await receiver.until('is closed')
    socket.close()
    inspector.stop()
    await receiver.until('is closed, stopped')
    expect(receiver.told()).not.toContain('ghost is there')
  })

  it('are remembered up to ten thousand, the latest', async () => {
    const socket = await open()
    for (let i = 0; i < 10_010; i++) {
      const session = { sessionId: String(i), _version: '0' }
      socket.send(JSON.stringify({ type: '@xstate.actor', ...session, name: String(i) }))
      socket.send(JSON.stringify({ type: '@xstate.event', ...session, event: { type: 'GO' } }))
    }
    // It answers in the order of what it was sent.
    socket.ping()
    await once(socket, 'pong')
    const late = receive()
    await late.until('10009 is there')
    expect(late.told()).toHaveLength(10_000)
    expect(late.told()[0]).toBe('10 is there')
  })

  it('cannot be told of in nonsense', async () => {
    const receiver = receive()
    const socket = await open()
    for (const nonsense of ['', 'no JSON', '1', 'null', '{}', '{"type":"@xstate.actor"}'])
      socket.send(nonsense)
    socket.send(Buffer.from('{"type":"@xstate.event","sessionId":"x:0"}'), { binary: true })
    socket.send('{"type":"@xstate.event","sessionId":"x:0","event":{"type":"SENSE"}}')
    await receiver.until('hears SENSE')
    expect(receiver.told()).toEqual(['hears SENSE'])
  })
})

describe('a relay', () => {
  it('listens on 127.0.0.1 alone', async () => {
    const elsewhere = connect(relay.port, '127.0.0.2')
    const [error] = (await once(elsewhere, 'error')) as [NodeJS.ErrnoException]
    expect(error.code).toBe('ECONNREFUSED')
  })

  const status = (options: { host?: string; origin?: string; path?: string }) =>
    new Promise((resolve, reject) => {
      const { path = '/', ...headers } = options
      request(
        { port: relay.port, host: '127.0.0.1', path, headers },
        (response: IncomingMessage) => {
          response.resume()
          resolve(response.statusCode)
        },
      )
        .on('error', reject)
        .end()
    })

  it.each([
    [200, {}],
    [200, { host: 'localhost:8080' }],
    [200, { host: '[::1]:8080' }],
    [200, { origin: 'http://localhost:3000' }],
    [403, { host: 'evil.example' }],
    [403, { host: '127.0.0.1.evil.example' }],
    [403, { origin: 'https://evil.example' }],
    [403, { origin: 'http://localhost.evil.example' }],
    [403, { origin: 'null' }],
    [404, { path: '/elsewhere' }],
  ])('answers %d to a request with %j', async (expected, headers) => {
    expect(await status(headers)).toBe(expected)
  })

  it.each([{ origin: 'https://evil.example' }, { host: 'evil.example' }, { origin: 'null' }])(
    'lets no socket in that comes with %j',
    async (options) => {
      await expect(open(options)).rejects.toThrow('Unexpected server response: 403')
    },
  )

  it('lets sockets in from pages of this machine, and from origins it is told of', async () => {
    await relay.close()
    relay = await start({ origins: ['https://app.test'] })
    for (const origin of ['http://localhost:3000', 'http://127.0.0.1', 'https://app.test'])
      (await open({ origin })).close()
  })

  it('cuts off a reader that does not keep up, and goes on for the others', async () => {
    const slow = await open()
    const closed = once(slow, 'close')
    slow.pause()
    const receiver = await receiveFromNow()
    const sender = await open()
    const filling = 'x'.repeat(1_000_000)
    for (let i = 0; i < 40; i++) {
      sender.send(
        JSON.stringify({
          type: '@xstate.event',
          sessionId: 'x:0',
          event: { type: `FILL ${String(i)}`, filling },
        }),
      )
    }
    await receiver.until('hears FILL 39')
    slow.resume()
    await closed
  })

  it('survives a socket that breaks the protocol', async () => {
    const socket = await open()
    const closed = once(socket, 'close')
    socket.on('error', () => undefined)
    ;(socket as unknown as { _socket: { write(data: Buffer): void } })._socket.write(
      Buffer.from([0xff, 0xff, 0xff, 0xff]),
    )
    await closed
    expect(await status({})).toBe(200)
  })

  it('ends when it is closed, and its port is free again', async () => {
    const { port } = relay
    const receiver = await open()
    const closed = once(receiver, 'close')
    await relay.close()
    await closed
    relay = await createRelay({ port })
    expect(relay.url).toBe(`http://127.0.0.1:${String(port)}/`)
  })

  it('whose port is taken says so', async () => {
    await expect(createRelay({ port: relay.port })).rejects.toThrow('EADDRINUSE')
  })

  it('is closed by a using declaration', async () => {
    const other = await start()
    await other[Symbol.asyncDispose]()
    await expect(fetch(other.url)).rejects.toThrow()
  })

  it.each([
    [{ prot: 1 }, /prot/],
    [{ port: -1 }, /port must be an integer, at least 0 and at most 65535, got -1/],
    [{ ui: 'javascript:alert(1)' }, /ui must be an http or https address/],
    [{ ui: 'inspector' }, /ui must be an http or https address, got "inspector"/],
  ])('refuses %j by name', async (options, complaint) => {
    await expect(createRelay(options as never)).rejects.toThrow(complaint)
  })
})
