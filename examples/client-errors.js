// Your own mistakes: what the server calls a client error is not tried again, and breaks no circuit.
import { createBreaker } from 'recloser'
import { pipeline } from 'recloser/pipeline'
import { retry } from 'recloser/retry'
import { HttpError, get, serve } from './stand-in/server.js'

const api = await serve((_, url) => (url === '/users/1' ? 200 : 404))

/** @param {unknown} error */
const isClientError = (error) =>
  error instanceof HttpError && error.status >= 400 && error.status < 500

const breaker = createBreaker('api', {
  minimumThroughput: 5,
  classify: (settled) => {
    if (settled.status === 'fulfilled') return 'success'
    // The server is well: it has answered.
    return isClientError(settled.reason) ? 'success' : 'failure'
  },
})
const client = pipeline(retry({ attempts: 5, retryOn: (error) => !isClientError(error) }), breaker)

for (const id of [1, 2, 3, 4, 5, 6]) {
  try {
    console.log(
      `user ${id}: ${await client.execute((signal) => get(`${api.url}/users/${id}`, signal))}`,
    )
  } catch (error) {
    // That of the server, untouched.
    if (!isClientError(error)) throw error
    console.log(`user ${id}: ${String(error)}`)
  }
}
console.log(`${api.calls} calls for 6 requests, circuit ${breaker.state}`)
breaker.dispose()
await api.close()
