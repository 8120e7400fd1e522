// A client of an API that fails now and then: every request is answered, though not every call is.
import { createBreaker } from 'recloser'
import { pipeline } from 'recloser/pipeline'
import { exponentialBackoff, retry } from 'recloser/retry'
import { timeout } from 'recloser/timeout'
import { get, serve } from './stand-in/server.js'

// Fails every fourth call, and hangs at the sixth.
const api = await serve((call) => {
  if (call === 6) return new Promise(() => undefined)
  return call % 4 === 0 ? 503 : 200
})

const breaker = createBreaker('api', { failureRatio: 0.5 })
const retries = retry({ attempts: 3, backoff: exponentialBackoff({ base: 20 }) })
retries.events$.subscribe((event) => {
  if (event.type === 'retrying') console.log(`  ${String(event.error)}: once more`)
})
// Each attempt has 200 ms, and each is an outcome for the breaker.
const client = pipeline(retries, breaker, timeout(200))

for (let request = 1; request <= 8; request++) {
  const answer = await client.execute((signal) => get(api.url, signal))
  console.log(`request ${request}: ${answer}`)
}

const { state, failures, throughput } = breaker.stats()
console.log(`${failures} of ${throughput} calls failed, the circuit is ${state}`)
breaker.dispose()
await api.close()
