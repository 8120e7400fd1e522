import { integer, optionsOf } from '../core/index.js'
import { createLegacyBridge } from './legacy-bridge.js'
import { sendTo, startLoopbackServer, textOf } from './loopback-server.js'
import type { Inspect } from '../index.js'

/** Options of {@link createLegacyServer}. */
export interface LegacyServerOptions {
  /** Port on 127.0.0.1, 0 for any that is free. Default 8888, where the old inspector looks for it. */
  readonly port?: number
  /** Whether events that a receiver sends reach the actors. Default false: it only looks. */
  readonly control?: boolean
  /** Origins of pages elsewhere that may connect. Default that of the old page, https://stately.ai. */
  readonly origins?: readonly string[]
}

/** Shows charts to receivers of `@xstate/inspect` 0.8. */
export interface LegacyServer extends AsyncDisposable {
  readonly port: number
  /** For the `inspect` option of breakers, registries and actors. */
  readonly inspect: Inspect
  /** Ends it: sockets are closed. Until then it keeps the process alive. */
  close(): Promise<void>
}

/**
 * Starts a server on 127.0.0.1 for `createWebSocketReceiver` of `@xstate/inspect` 0.8 and the old
 * page, `https://stately.ai/viz?inspect&server=localhost:8888`. Needs the package `ws`.
 *
 * @throws TypeError or RangeError on bad options; what the system says when the port is taken
 */
export async function createLegacyServer(options: LegacyServerOptions = {}): Promise<LegacyServer> {
  const given = optionsOf('legacy server options', options, ['port', 'control', 'origins'])
  const { control = false, origins = ['https://stately.ai'] } = options
  const bridge = createLegacyBridge({
    control,
    send: (message) => {
      for (const socket of server.sockets) sendTo(socket, JSON.stringify(message))
    },
  })
  const server = await startLoopbackServer({
    port: integer('port', given.port ?? 8888, { min: 0, max: 65_535 }),
    origins: [...origins],
    onRequest: (_request, response) => response.writeHead(404).end(),
    onConnection: (socket) => {
      socket.on('message', (data, isBinary) => {
        if (!isBinary) bridge.receive(parsed(textOf(data)))
      })
    },
  })
  return {
    port: server.port,
    inspect: bridge.inspect,
    close: () => server.close(),
    [Symbol.asyncDispose]: () => server.close(),
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
