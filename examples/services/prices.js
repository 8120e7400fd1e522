// What the three services have in common: an upstream server behind a breaker, and how they are.
import { consecutiveFailures, createRegistry, isBrokenCircuit } from 'recloser'
import { get, serve } from '../stand-in/server.js'

/**
 * @typedef {object} Answer
 * @property {200 | 502 | 503} status
 * @property {Record<string, string>} headers
 * @property {object} body
 */

/** Prices of an upstream server, which is down from its second call to its fourth. */
export async function openPrices() {
  const upstream = await serve((call) => (call >= 2 && call <= 4 ? 503 : 200))
  const registry = createRegistry({
    defaults: { trip: consecutiveFailures(3), breakDuration: 2500 },
  })
  const breaker = registry.get('prices')

  return {
    /** @returns {Promise<Answer>} */
    async price() {
      try {
        await breaker.execute((signal) => get(upstream.url, signal))
        return { status: 200, headers: {}, body: { price: 9.9 } }
      } catch (error) {
        if (!isBrokenCircuit(error))
          return { status: 502, headers: {}, body: { error: 'no price' } }
        // Whoever waits so long finds the circuit ready to try.
        const seconds = Math.ceil((error.retryAfter ?? 60_000) / 1000)
        const headers = { 'retry-after': String(seconds) }
        return { status: 503, headers, body: { error: 'no price for now' } }
      }
    },

    /**
     * Always 200 while the service itself runs: nobody should restart it, or take it out of rotation,
     * because of somebody else's outage.
     */
    health() {
      const circuits = Object.fromEntries([...registry].map(({ name, state }) => [name, state]))
      const isWell = Object.values(circuits).every((state) => state === 'closed')
      return { status: isWell ? 'ok' : 'degraded', circuits }
    },

    async close() {
      registry.dispose()
      await upstream.close()
    },
  }
}
