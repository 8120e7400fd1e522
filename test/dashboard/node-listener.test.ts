import { once } from 'node:events'
import { createServer, request as httpRequest } from 'node:http'
import { connect } from 'node:net'
import express from 'express'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { breakCircuit, createScene, listenTo, refusalOf } from './support.js'
import type { AddressInfo } from 'node:net'
import type { RequestListener, Server } from 'node:http'
import type { Scene } from './support.js'

vi.setConfig({ testTimeout: 60_000 })

const servers: Server[] = []

afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections()
    server.close()
  }
})

/** Serves on a free port; gives its address, without a slash at the end. */
async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener)
  servers.push(server)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`
}

function post(address: string, body: unknown, headers: Record<string, string> = {}) {
  return fetch(`${address}/actions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  })
}

/** What a server answers to a request as it goes over the wire. */
async function raw(address: string, text: string): Promise<string> {
  const socket = connect(Number(new URL(address).port), '127.0.0.1')
  socket.end(text)
  let answer = ''
  for await (const chunk of socket) answer += String(chunk)
  return answer
}

describe('over node:http', () => {
  it('serves the page, the events and the details', async () => {
    const { registry, dashboard } = createScene()
    breakCircuit(registry.get('payments'))
    const address = await serve(dashboard.listener)
    expect(await (await fetch(address)).text()).toContain('<div id="app">')
    const events = listenTo(await fetch(`${address}/events`))
    expect(await events.next()).toMatchObject({ rows: [{ name: 'payments', state: 'open' }] })
    const detail = await fetch(`${address}/breaker?name=payments`)
    expect(await detail.json()).toMatchObject({ transitions: [{ to: 'open' }] })
    await events.leave()
  })

  it('sends changes as they come', async () => {
    const { registry, clock, dashboard } = createScene()
    const address = await serve(dashboard.listener)
    const events = listenTo(await fetch(`${address}/events`))
    await events.next()
    breakCircuit(registry.get('payments'))
    clock.advance(250)
    expect(await events.next()).toMatchObject({ transitions: [{ to: 'open' }] })
    await events.leave()
  })

  it('forgets a reader whose connection breaks', async () => {
    const { dashboard } = createScene()
    const address = await serve(dashboard.listener)
    const request = httpRequest(`${address}/events`).end()
    const [response] = (await once(request, 'response')) as [NodeJS.ReadableStream]
    await once(response, 'data')
    expect(dashboard.readers).toBe(1)
    request.destroy()
    await expect.poll(() => dashboard.readers, { timeout: 30_000 }).toBe(0)
  })

  it('keeps no place for a reader that left while it was asked who it is', async () => {
    let answer: ((yes: boolean) => void) | undefined
    let asked = (): void => undefined
    const isAsked = new Promise<void>((resolve) => (asked = resolve))
    const { dashboard } = createScene({
      authorizeReading: () => {
        asked()
        return new Promise((resolve) => (answer = resolve))
      },
    })
    let gone = Promise.resolve<unknown>(undefined)
    const address = await serve((request, response) => {
      gone = once(response, 'close')
      dashboard.listener(request, response)
    })
    const request = httpRequest(`${address}/events`).on('error', () => undefined)
    request.end()
    await isAsked
    request.destroy()
    await gone
    answer?.(true)
    await new Promise(setImmediate)
    await expect.poll(() => dashboard.readers, { timeout: 30_000 }).toBe(0)
  })

  it('carries out actions', async () => {
    const { registry, dashboard } = createScene({ authorize: () => true })
    const payments = registry.get('payments')
    const address = await serve(dashboard.listener)
    const body = { action: 'isolate', breaker: 'payments', reason: 'deploy' }
    expect((await post(address, body, { origin: address })).status).toBe(200)
    expect(payments.isolation?.reasons).toEqual(['deploy'])
  })

  it('compares the origin with the host that was asked', async () => {
    const { registry, dashboard } = createScene({ authorize: () => true })
    registry.get('payments')
    const address = await serve(dashboard.listener)
    const body = { action: 'reset', breaker: 'payments' }
    const refused = await post(address, body, { origin: 'http://evil.example' })
    expect(await refusalOf(refused)).toBe('403 cross-site')
  })

  it('refuses a body that is too long, and answers the next request', async () => {
    const { dashboard } = createScene({ authorize: () => true })
    const address = await serve(dashboard.listener)
    for (const length of [20_000, 2_000_000]) {
      const refused = await post(address, { reason: 'x'.repeat(length) })
      expect(await refusalOf(refused)).toBe('413 too-large')
    }
    expect((await fetch(address)).status).toBe(200)
  })

  it.each([
    ['an address that names another host', 'GET //evil.example/ HTTP/1.1\r\nHost: a', '404'],
    ['an absolute address', 'GET http://evil.example/ HTTP/1.1\r\nHost: a', '400'],
    ['an asterisk', 'OPTIONS * HTTP/1.1\r\nHost: a', '400'],
    ['a host that is none', 'GET / HTTP/1.1\r\nHost: a b<>', '400'],
    ['a method that browsers may not send', 'TRACE / HTTP/1.1\r\nHost: a', '400'],
  ])('answers %s', async (_, head, status) => {
    const { dashboard, reported } = createScene()
    const address = await serve(dashboard.listener)
    const answer = await raw(address, `${head}\r\nConnection: close\r\n\r\n`)
    expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `))
    expect(reported).toEqual([])
  })

  it('drops a connection that takes nothing, and gives back what was queued for it', async () => {
    const { registry, clock, dashboard } = createScene()
    const breakers = Array.from({ length: 500 }, (_, i) => registry.get(`service-${String(i)}`))
    const address = await serve(dashboard.listener)
    const socket = connect(Number(new URL(address).port), '127.0.0.1')
    socket.write('GET /events HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n')
    socket.pause()
    await expect.poll(() => dashboard.readers, { timeout: 30_000 }).toBe(1)
    // The kernel takes some megabytes before anybody notices.
    await expect
      .poll(
        () => {
          for (const breaker of breakers) breaker.tryAcquire()?.succeed()
          clock.advance(2000)
          return dashboard.readers
        },
        { interval: 1, timeout: 30_000 },
      )
      .toBe(0)
    socket.resume()
    await once(socket, 'close')
  })

  it('ends open pages when it is disposed of, so that the server can close', async () => {
    const { dashboard } = createScene()
    const address = await serve(dashboard.listener)
    const events = listenTo(await fetch(`${address}/events`))
    await events.next()
    dashboard.dispose()
    await expect(events.next()).rejects.toThrow('the stream has ended')
    const server = servers.pop()
    server?.close()
    server?.closeIdleConnections()
    await once(server as Server, 'close')
  })
})

describe('under Express', () => {
  async function mounted(scene: Scene): Promise<string> {
    const app = express()
    app.use(express.json())
    app.use('/ops/breakers', scene.dashboard.listener)
    return `${await serve(app as RequestListener)}/ops/breakers`
  }

  it('is found under the prefix that Express takes off', async () => {
    const scene = createScene()
    const address = await mounted(scene)
    expect((await fetch(address)).status).toBe(200)
    expect((await fetch(`${address}/`)).status).toBe(200)
    expect((await fetch(`${address}/nowhere`)).status).toBe(404)
  })

  it('takes a body that was parsed before', async () => {
    const scene = createScene({ authorize: () => true })
    const payments = scene.registry.get('payments')
    const address = await mounted(scene)
    await post(address, { action: 'isolate', breaker: 'payments', reason: 'deploy' })
    expect(payments.state).toBe('isolated')
  })
})
