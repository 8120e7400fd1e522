// A short hiccup: the retry gets over it before the circuit has reason to open.
import { createBreaker } from 'recloser'
import { pipeline } from 'recloser/pipeline'
import { retry } from 'recloser/retry'
import { get, serve } from './stand-in/server.js'

// Restarts: the first two calls meet a server that is not ready.
const service = await serve((call) => (call <= 2 ? 503 : 200))

const breaker = createBreaker('service', { minimumThroughput: 5, breakDuration: 30_000 })
const retries = retry({ attempts: 4, backoff: 30 })
retries.events$.subscribe((event) => {
  if (event.type === 'retrying') console.log(`attempt ${event.attempt} failed`)
  if (event.type === 'recovered') console.log(`attempt ${event.attempts} succeeded`)
})

const answer = await pipeline(retries, breaker).execute((signal) => get(service.url, signal))
const { state, failures, throughput } = breaker.stats()
console.log(`answer: ${answer}; ${failures} of ${throughput} calls failed, circuit ${state}`)
breaker.dispose()
await service.close()
