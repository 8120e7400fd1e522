import { spawn, spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { createBreaker, createRegistry } from 'recloser'
import { createLegacyServer } from 'recloser/inspect/relay'
import { createFakeClock } from 'recloser/testing'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { WebSocket } from 'ws'
import { fail, succeed } from '../support/breakers.js'
import type { ChildProcessByStdio } from 'node:child_process'
import type { Readable, Writable } from 'node:stream'
import type { LegacyServer, LegacyServerOptions } from 'recloser/inspect/relay'

vi.setConfig({ testTimeout: 60_000 })

/** A line that the process of XState 4 prints. */
interface Heard {
  readonly type: string
  readonly sessionId: string
  readonly id?: string
  readonly state?: string
  readonly event?: string
  readonly data?: Readonly<Record<string, unknown>>
  readonly context?: Readonly<Record<string, unknown>>
  readonly chart?: Readonly<Record<string, unknown>>
}

/** A copy of the private workspace, for what is installed there must not lie in this one. */
let workspace: string

beforeAll(() => {
  workspace = mkdtempSync(join(tmpdir(), 'recloser-legacy-'))
  cpSync(resolve(import.meta.dirname, 'legacy'), workspace, { recursive: true })
  const { status, stderr } = spawnSync('npm', ['ci', '--no-audit', '--no-fund'], {
    cwd: workspace,
    encoding: 'utf8',
  })
  if (status !== 0) throw new Error(`npm ci failed: ${stderr}`)
}, 300_000)

afterAll(() => {
  rmSync(workspace, { recursive: true, force: true })
})

const clock = createFakeClock()
let server: LegacyServer
const processes: ChildProcessByStdio<Writable, Readable, null>[] = []

beforeEach(async () => {
  server = await createLegacyServer({ port: 0, control: true })
})
afterEach(async () => {
  for (const process of processes.splice(0)) process.kill()
  await server.close()
})

/** The process of XState 4, and what it heard. */
function startReceiver() {
  const process = spawn('node', ['receiver.js', `127.0.0.1:${String(server.port)}`], {
    cwd: workspace,
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  processes.push(process)
  const heard: Heard[] = []
  createInterface({ input: process.stdout }).on('line', (line) => {
    heard.push(JSON.parse(line) as Heard)
  })
  const told = () =>
    heard.map(({ type, id, state, event }) => [type, id ?? event, state].filter(Boolean).join(' '))
  const until = (last: string) =>
    vi.waitFor(
      () => {
        expect(told().at(-1)).toBe(last)
      },
      { timeout: 30_000, interval: 10 },
    )
  const send = (origin: string, data: object) =>
    process.stdin.write(`${JSON.stringify({ origin, data })}\n`)
  return { heard, told, until, send }
}

describe('the old inspector, with XState 4', () => {
  it('is told of a breaker that is there, then of each event and each state', async () => {
    const breaker = createBreaker('payments', { clock, inspect: server.inspect })
    const receiver = startReceiver()
    await receiver.until('service.register payments closed')
    await succeed(breaker)
    await fail(breaker, 9)
    breaker.reset()
    breaker.dispose()
    await receiver.until('service.stop')
    expect(receiver.told().slice(0, 3)).toEqual([
      'service.register payments closed',
      'service.event OUTCOME',
      'service.state closed',
    ])
    expect(receiver.told().slice(-5)).toEqual([
      'service.event OUTCOME',
      'service.state open',
      'service.event RESET',
      'service.state closed',
      'service.stop',
    ])
    const open = receiver.heard.find(
      ({ type, state }) => type === 'service.state' && state === 'open',
    )
    expect(open?.context).toMatchObject({ consecutiveBreaks: 1, health: { failures: 9 } })
  })

  it('makes a chart of XState 4 of what it is told, and finds its way in it', async () => {
    createBreaker('payments', { clock, inspect: server.inspect })
    const receiver = startReceiver()
    await receiver.until('service.register payments closed')
    const [registered] = receiver.heard
    expect(registered?.context).toMatchObject({ name: 'payments', consecutiveBreaks: 0 })
    expect(registered?.chart).toMatchObject({
      states: ['restoring', 'closed', 'open', 'halfOpen', 'isolated'],
      events: expect.arrayContaining(['OUTCOME', 'ISOLATE', 'RESET', 'RELEASE']) as string[],
      isolated: 'isolated',
      guards: ['isUnhealthy'],
    })
  })

  it('is told of breakers that come after it', async () => {
    const registry = createRegistry({ clock, inspect: server.inspect })
    registry.get('first')
    const receiver = startReceiver()
    await receiver.until('service.register first closed')
    registry.get('second')
    await receiver.until('service.state closed')
    expect(receiver.told().slice(1)).toEqual([
      'service.register second closed',
      'service.event xstate.init',
      'service.state closed',
    ])
  })

  it('joins late and is told where the circuits are', async () => {
    const breaker = createBreaker('payments', { clock, inspect: server.inspect })
    createBreaker('gone', { clock, inspect: server.inspect }).dispose()
    breaker.isolate('maintenance')
    const receiver = startReceiver()
    await receiver.until('service.register payments isolated')
    expect(receiver.told()).toHaveLength(1)
  })

  it('sends an event, which moves the circuit, and is told of it once', async () => {
    const breaker = createBreaker('payments', { clock, inspect: server.inspect })
    const receiver = startReceiver()
    await receiver.until('service.register payments closed')
    const { sessionId } = receiver.heard[0] as Heard
    receiver.send('x:none', { type: 'RESET' })
    receiver.send(sessionId, { type: 'xstate.stop' })
    receiver.send(sessionId, { type: 'ISOLATE', reason: 'from the inspector' })
    await receiver.until('service.state isolated')
    expect(breaker.isolation?.reasons).toEqual(['from the inspector'])
    expect(receiver.told().slice(1)).toEqual(['service.event ISOLATE', 'service.state isolated'])
  })

  it('only looks, unless it is allowed more', async () => {
    await server.close()
    server = await createLegacyServer({ port: 0 })
    const breaker = createBreaker('payments', { clock, inspect: server.inspect })
    const receiver = startReceiver()
    await receiver.until('service.register payments closed')
    receiver.send((receiver.heard[0] as Heard).sessionId, { type: 'ISOLATE' })
    const second = startReceiver()
    await second.until('service.register payments closed')
    expect(breaker.state).toBe('closed')
  })
})

describe('the server for the old inspector', () => {
  const connect = (origin?: string) =>
    new Promise<string>((resolve) => {
      const url = `ws://127.0.0.1:${String(server.port)}`
      const socket = new WebSocket(url, origin === undefined ? {} : { origin })
      socket.on('open', () => {
        socket.terminate()
        resolve('open')
      })
      socket.on('error', (error) => {
        resolve(error.message)
      })
    })

  it('lets in the old page and pages of this machine, and no others', async () => {
    expect(await connect('https://stately.ai')).toBe('open')
    expect(await connect('http://localhost:3000')).toBe('open')
    expect(await connect('https://evil.example')).toMatch(/403/)
  })

  it('serves no page', async () => {
    expect((await fetch(`http://127.0.0.1:${String(server.port)}/`)).status).toBe(404)
  })

  it('takes nonsense for nothing', async () => {
    const socket = new WebSocket(`ws://127.0.0.1:${String(server.port)}`)
    const answers: string[] = []
    socket.on('message', (data) => answers.push((data as Buffer).toString()))
    await new Promise((open) => socket.on('open', open))
    createBreaker('payments', { clock, inspect: server.inspect })
    for (const nonsense of ['', 'null', '1', '{}', '{"type":"xstate.event"}']) socket.send(nonsense)
    socket.send('{"type":"xstate.event","event":"no JSON"}')
    socket.send('{"type":"xstate.event","event":"{\\"origin\\":\\"x:0\\"}"}')
    socket.send(Buffer.from('{"type":"xstate.inspecting"}'), { binary: true })
    socket.send('{"type":"xstate.inspecting"}')
    await vi.waitFor(
      () => {
        expect(answers.at(-1)).toContain('service.register')
      },
      { timeout: 30_000 },
    )
    expect(answers.filter((answer) => answer.includes('service.register'))).toHaveLength(2)
    socket.terminate()
  })

  it.each<[LegacyServerOptions, RegExp]>([
    [{ prot: 1 } as never, /prot/],
    [{ port: 1.5 }, /port must be an integer/],
  ])('refuses %j by name', async (options, complaint) => {
    await expect(createLegacyServer(options)).rejects.toThrow(complaint)
  })

  it('is closed by a using declaration', async () => {
    const other = await createLegacyServer({ port: 0 })
    await other[Symbol.asyncDispose]()
    await expect(fetch(`http://127.0.0.1:${String(other.port)}/`)).rejects.toThrow()
  })
})
