import { once } from 'node:events'
import { createServer } from 'node:http'

/** @typedef {import('node:http').ServerResponse} ServerResponse */

/**
 * How a dependency behaves: `ok`, `error` (500), `flaky` (every fourth call a 500), `hang` (never
 * answers) or `refuse` (nobody listens).
 *
 * @typedef {'ok' | 'error' | 'flaky' | 'hang' | 'refuse'} Behaviour
 */

/** An HTTP server on the loopback interface whose behaviour can be changed while it runs. */
export class Dependency {
  /** Requests that reached it. */
  requests = 0
  /** @type {Behaviour} */
  #behaviour = 'ok'
  #port = 0
  #server = this.#serve()

  async start() {
    this.#server.listen(this.#port, '127.0.0.1')
    await once(this.#server, 'listening')
    const address = /** @type {import('node:net').AddressInfo} */ (this.#server.address())
    this.#port = address.port
  }

  get url() {
    return new URL(`http://127.0.0.1:${this.#port}/`)
  }

  /** @param {Behaviour} behaviour */
  async behave(behaviour) {
    const before = this.#behaviour
    this.#behaviour = behaviour
    if (behaviour === 'refuse') this.stop()
    if (before === 'refuse') {
      this.#server = this.#serve()
      await this.start()
    }
  }

  stop() {
    this.#server.close()
    this.#server.closeAllConnections()
  }

  #serve() {
    return createServer((_request, response) => {
      this.requests++
      this.#answer(response)
    })
  }

  /** @param {ServerResponse} response */
  #answer(response) {
    const fails =
      this.#behaviour === 'error' || (this.#behaviour === 'flaky' && this.requests % 4 === 0)
    // Who gave no answer is left by its client, which also closes the connection.
    if (this.#behaviour === 'hang') return
    response.statusCode = fails ? 500 : 200
    response.end(fails ? 'out of order' : 'all is well')
  }
}
