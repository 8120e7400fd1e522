import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import type { Clock } from 'recloser'

/** What can be wrong with a dependency. */
export const faults = [
  'refused',
  'reset in mid-body',
  'truncated body',
  'status 500',
  'status 429',
  'slow headers',
  'hanging',
] as const
export type Fault = (typeof faults)[number]

/** A real HTTP server with faults underneath it. */
export interface FaultyServer {
  readonly url: string
  /** What it did to each call that it saw, by the call's number. */
  readonly seen: ReadonlyMap<number, Fault | 'well'>
  /** From now on, until the next word. Resolves when it is so. */
  become(fault: Fault | 'well'): Promise<void>
  close(): Promise<void>
}

const body = 'x'.repeat(4000)

/**
 * Listens on the loopback. Each call has a connection of its own, so that what a pool does to a
 * connection that was closed is no matter here.
 *
 * @param slowness - ms of `clock` that slow headers take
 */
export async function createFaultyServer(clock: Clock, slowness: number): Promise<FaultyServer> {
  const seen = new Map<number, Fault | 'well'>()
  const sockets = new Set<Socket>()
  let now: Fault | 'well' = 'well'
  const server = createServer((request, response) => {
    seen.set(numberOf(request), now)
    response.setHeader('connection', 'close')
    answer(now, response, (fn) => clock.setTimeout(fn, slowness))
  })
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  const listen = (port: number) =>
    new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen(port, '127.0.0.1', () => {
        server.off('error', reject)
        resolve()
      })
    })
  const stop = () => new Promise<void>((resolve) => server.close(() => resolve()))
  await listen(0)
  const { port } = server.address() as AddressInfo

  return {
    url: `http://127.0.0.1:${String(port)}`,
    seen,
    async become(fault) {
      if (fault === 'refused') {
        const stopped = stop()
        for (const socket of sockets) socket.resetAndDestroy()
        await stopped
      } else if (now === 'refused') await listen(port)
      now = fault
    },
    async close() {
      const stopped = now === 'refused' ? undefined : stop()
      for (const socket of sockets) socket.destroy()
      await stopped
    },
  }
}

function answer(
  fault: Fault | 'well',
  response: ServerResponse,
  later: (fn: () => void) => void,
): void {
  switch (fault) {
    case 'well':
    case 'refused':
      response.end(body)
      return
    case 'status 500':
      response.writeHead(500).end('failed')
      return
    case 'status 429':
      response.writeHead(429, { 'retry-after': '1' }).end('too many')
      return
    case 'slow headers':
      later(() => response.end(body))
      return
    case 'reset in mid-body':
      response.writeHead(200, { 'content-length': 2 * body.length })
      response.write(body, () => response.socket?.resetAndDestroy())
      return
    case 'truncated body':
      response.writeHead(200, { 'content-length': 2 * body.length })
      response.write(body, () => response.socket?.end())
      return
    case 'hanging':
  }
}

function numberOf({ url }: IncomingMessage): number {
  return Number(url?.slice(1))
}
