import { integer, optionsOf, shown } from '../core/index.js'
import { copiedEvents } from './copied-events.js'
import { sendTo, startLoopbackServer, textOf } from './loopback-server.js'
import { relayPage } from './relay-page.js'
import { RelayedActors } from './relayed-actors.js'
import { parseMessage, renamed, statelyMessage } from './stately-format.js'
import type { ServerResponse } from 'node:http'
import type { WebSocket } from 'ws'
import type { Inspect } from '../index.js'
import type { StatelyMessage } from './stately-format.js'

export { createLegacyServer } from './legacy-server.js'
export type { LegacyServer, LegacyServerOptions } from './legacy-server.js'

/** Options of {@link createRelay}. */
export interface RelayOptions {
  /** Port on 127.0.0.1, 0 for any that is free. Default 8080, where inspectors look for it. */
  readonly port?: number
  /**
   * Address of the inspector's page, which is shown within the page of the relay. Default
   * `https://stately.ai/inspect`, which needs the network; your own page works without, if it calls
   * `createBrowserReceiver` of `@statelyai/inspect`.
   */
  readonly ui?: string
  /** Origins of pages elsewhere that may connect, such as `https://app.test`. Default none. */
  readonly origins?: readonly string[]
}

/** Shows charts to inspectors, also to those that come later. */
export interface Relay extends AsyncDisposable {
  /** Of the page that shows the charts. Sockets connect to the same address, by `ws:`. */
  readonly url: string
  readonly port: number
  /** For the `inspect` option of breakers, registries and actors of this process. */
  readonly inspect: Inspect
  /** Ends it: sockets are closed. Until then it keeps the process alive. */
  close(): Promise<void>
}

/**
 * Starts a relay on 127.0.0.1, in the format of `@statelyai/inspect`. Charts of this process come in
 * by `inspect`, those of others by `createWebSocketInspector`; `createWebSocketReceiver` and the page
 * of the relay take them out. It keeps the definition and the latest snapshot of each actor for those
 * who join late, and needs the package `ws`.
 *
 * @throws TypeError or RangeError on bad options; what the system says when the port is taken
 */
export async function createRelay(options: RelayOptions = {}): Promise<Relay> {
  const { port, ui, origins } = checked(options)
  const actors = new RelayedActors()
  let senders = 0

  const pass = (message: StatelyMessage, from?: WebSocket) => {
    for (const each of actors.take(message)) {
      const text = JSON.stringify(each)
      for (const socket of server.sockets) if (socket !== from) sendTo(socket, text)
    }
  }

  const server = await startLoopbackServer({
    port,
    origins,
    onRequest: ({ method, url }, response) => {
      if (method === 'GET' && url === '/') sendPage(response, ui)
      else response.writeHead(404).end()
    },
    onConnection: (socket) => {
      for (const message of actors.now()) sendTo(socket, JSON.stringify(message))
      const prefix = `${String(++senders)}/`
      socket.on('message', (data, isBinary) => {
        const message = isBinary ? undefined : parseMessage(textOf(data))
        if (message !== undefined) pass(renamed(message, prefix), socket)
      })
      socket.on('close', () => {
        for (const farewell of actors.farewells(prefix)) pass(farewell, socket)
      })
    },
  })

  return {
    url: `http://127.0.0.1:${String(server.port)}/`,
    port: server.port,
    inspect: copiedEvents((happened) => {
      pass(statelyMessage(happened))
    }),
    close: () => server.close(),
    [Symbol.asyncDispose]: () => server.close(),
  }
}

function sendPage(response: ServerResponse, ui: string): void {
  const { html, policy } = relayPage(ui)
  response
    .writeHead(200, {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': policy,
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
    })
    .end(html)
}

function checked(options: RelayOptions): Required<RelayOptions> {
  const given = optionsOf('relay options', options, ['port', 'ui', 'origins'])
  const port = integer('port', given.port ?? 8080, { min: 0, max: 65_535 })
  const { ui = 'https://stately.ai/inspect', origins = [] } = options
  if (!URL.canParse(ui) || !/^https?:$/.test(new URL(ui).protocol))
    throw new TypeError(`ui must be an http or https address, got ${shown(ui)}`)
  return { port, ui, origins: [...origins] }
}
