import { createServer } from 'node:http'
import { WebSocketServer } from 'ws'
import type { IncomingMessage, RequestListener, Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { RawData, WebSocket } from 'ws'

/** A server for pages and sockets of this machine. */
export interface LoopbackServer {
  readonly port: number
  readonly sockets: ReadonlySet<WebSocket>
  close(): Promise<void>
}

/** What it takes to make one. */
export interface LoopbackOptions {
  readonly port: number
  /** Origins of pages elsewhere that may connect, beside those of this machine. */
  readonly origins: readonly string[]
  readonly onRequest: RequestListener
  readonly onConnection: (socket: WebSocket) => void
}

/** More than this in one message is no message of an inspector. */
const maxMessage = 4 * 1024 * 1024
/** A reader that lags so far behind is cut off; when it comes back it is told what is. */
const maxBacklog = 8 * 1024 * 1024

const loopback = /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/

/**
 * Listens on 127.0.0.1 alone. A page of somewhere else cannot connect, whatever name it reaches us
 * by: what circuits do is nobody else's business.
 */
export async function startLoopbackServer(options: LoopbackOptions): Promise<LoopbackServer> {
  const { port, onRequest, onConnection } = options
  const http = createServer((request, response) => {
    if (isOurs(request, options.origins)) onRequest(request, response)
    else response.writeHead(403).end()
  })
  const sockets = new WebSocketServer({ noServer: true, maxPayload: maxMessage })
  http.on('upgrade', (request, socket, head) => {
    if (isOurs(request, options.origins)) {
      sockets.handleUpgrade(request, socket, head, (client) => {
        // Without a listener, a socket that breaks would end the process.
        client.on('error', () => {
          client.terminate()
        })
        onConnection(client)
      })
    } else {
      socket.end('HTTP/1.1 403 Forbidden\r\n\r\n')
    }
  })
  await listen(http, port)
  return {
    port: (http.address() as AddressInfo).port,
    sockets: sockets.clients,
    close: () => {
      for (const client of sockets.clients) client.terminate()
      return new Promise((closed) => {
        http.closeAllConnections()
        http.close(() => {
          closed()
        })
      })
    },
  }
}

/** Sends to a reader that keeps up, and cuts off one that does not. */
export function sendTo(socket: WebSocket, text: string): void {
  if (socket.readyState !== socket.OPEN) return
  if (socket.bufferedAmount > maxBacklog) socket.terminate()
  else socket.send(text)
}

/** The text of a message; sockets give it as bytes. */
export function textOf(data: RawData): string {
  return (data as Buffer).toString()
}

function isOurs({ headers }: IncomingMessage, origins: readonly string[]): boolean {
  const { host = '', origin } = headers
  if (!loopback.test(host)) return false
  if (origin === undefined || origins.includes(origin)) return true
  return loopback.test(origin.replace(/^https?:\/\//, ''))
}

function listen(http: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    http.once('error', reject)
    http.listen(port, '127.0.0.1', () => {
      http.off('error', reject)
      resolve()
    })
  })
}
