import { once } from 'node:events'
import { createServer } from 'node:http'
import { createDashboard } from 'recloser/dashboard'
import { ArgumentError, defaultPort } from './arguments.js'

/**
 * A server for the dashboard that this machine alone can reach. Whoever sits at it may act, but no
 * page of another site: also not one whose name has come to mean this machine, for its origin is
 * still its own.
 *
 * @param {number} [port] 0 takes a free one; so does none, if the default one is taken
 */
export async function serveDashboard(port) {
  const server = createServer()
  try {
    await listen(server, port ?? defaultPort)
  } catch {
    if (port !== undefined)
      throw new ArgumentError(`--dashboard: port ${port} of this machine cannot be had`)
    await listen(server, 0)
  }
  const bound = /** @type {import('node:net').AddressInfo} */ (server.address()).port
  const origins = [`http://127.0.0.1:${bound}`, `http://localhost:${bound}`]

  return {
    address: `http://127.0.0.1:${bound}/`,
    /** @param {import('recloser').Registry} registry */
    show(registry) {
      const dashboard = createDashboard(registry, { origins, authorize: () => true })
      server.on('request', dashboard.listener)
    },
    close() {
      server.close()
      server.closeAllConnections()
    },
  }
}

/** @param {import('node:http').Server} server @param {number} port */
async function listen(server, port) {
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
}
