// Stands for a dependency: a real HTTP server on this machine, which answers as an example wants.
import { once } from 'node:events'
import { createServer } from 'node:http'

/**
 * @typedef {object} StandIn
 * @property {string} url
 * @property {number} calls - that it has got
 * @property {() => Promise<void>} close
 */

/**
 * Starts one on a free port.
 *
 * @param {(call: number, url: string) => number | Promise<number>} answer - the status of the n-th
 *   call, from 1
 * @param {Record<string, string>} [headers] - of every answer
 * @returns {Promise<StandIn>}
 */
export async function serve(answer, headers = {}) {
  const server = createServer((request, response) => {
    standIn.calls++
    void Promise.resolve(answer(standIn.calls, request.url ?? '/')).then((status) => {
      response.writeHead(status, headers).end(status === 200 ? 'fine' : 'no')
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  const standIn = {
    url: `http://127.0.0.1:${port}`,
    calls: 0,
    async close() {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
  return standIn
}

/** The answer of a server is no success: an error that knows its status and its headers. */
export class HttpError extends Error {
  /** @param {Response} response */
  constructor(response) {
    super(`the server answered ${response.status}`)
    this.status = response.status
    this.headers = response.headers
  }
}

/**
 * Gets a page, or throws.
 *
 * @param {string} url
 * @param {AbortSignal} signal
 */
export async function get(url, signal) {
  const response = await fetch(url, { signal })
  const text = await response.text()
  if (!response.ok) throw new HttpError(response)
  return text
}
