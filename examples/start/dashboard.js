import { once } from 'node:events'
import { createServer } from 'node:http'
import { createDashboard } from 'recloser/dashboard'

/**
 * Serves the dashboard to this machine alone. Whoever sits at it may act, but no page of another
 * site: also not one whose name has come to mean this machine, for its origin is still its own.
 *
 * @param {import('recloser').Registry} registry
 * @param {number} port 0 takes a free one
 * @returns {Promise<{ address: string, close: () => void }>}
 */
export async function serveDashboard(registry, port) {
  const server = createServer()
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  const bound = /** @type {import('node:net').AddressInfo} */ (server.address())
  const origins = [`http://127.0.0.1:${bound.port}`, `http://localhost:${bound.port}`]
  const dashboard = createDashboard(registry, { origins, authorize: () => true })
  server.on('request', dashboard.listener)
  return {
    address: `http://127.0.0.1:${bound.port}/`,
    close() {
      dashboard.dispose()
      server.close()
      server.closeAllConnections()
    },
  }
}
