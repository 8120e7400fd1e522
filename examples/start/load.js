/** @import { Breaker } from 'recloser' */

/** An answer that says that the server is not well. */
class HttpError extends Error {
  /** @override */
  name = 'HttpError'

  /** @param {Response} response */
  constructor({ status, headers }) {
    super(`HTTP ${status}`)
    // Where a breaker looks for a Retry-After.
    this.headers = headers
  }
}

/**
 * Calls `url` through the breaker, `rps` times a second, however long the answers take.
 *
 * @param {Breaker} breaker
 * @param {URL} url
 * @param {{ rps: number, timeout: number }} options `timeout` of one call in ms
 * @returns {() => void} stops it; calls under way are aborted
 */
export function callRepeatedly(breaker, url, { rps, timeout }) {
  const ending = new AbortController()
  const timer = setInterval(() => {
    // How a call went is told by the breaker, to whoever watches it. The caller's own signal says
    // nothing about the dependency; a timeout does, so it belongs to the call.
    void breaker.attempt(
      (signal) => call(url, AbortSignal.any([signal, AbortSignal.timeout(timeout)])),
      { signal: ending.signal },
    )
  }, 1000 / rps)
  return () => {
    clearInterval(timer)
    ending.abort()
  }
}

/**
 * @param {URL} url
 * @param {AbortSignal} signal
 */
async function call(url, signal) {
  const response = await fetch(url, { signal })
  const text = await response.text()
  if (response.status >= 500 || response.status === 429) throw new HttpError(response)
  return text
}
