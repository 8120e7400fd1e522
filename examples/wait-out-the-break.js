// Work that can wait: the retry sleeps for as long as the circuit says, and then succeeds.
import { consecutiveFailures, createBreaker } from 'recloser'
import { pipeline } from 'recloser/pipeline'
import { retry } from 'recloser/retry'
import { get, serve } from './stand-in/server.js'

// Down for the first two calls, and well when the break is over.
const service = await serve((call) => (call <= 2 ? 500 : 200))

const breaker = createBreaker('service', { trip: consecutiveFailures(2), breakDuration: 400 })
breaker.transitions$.subscribe(({ from, to }) => console.log(`${from} → ${to}`))

const retries = retry({ attempts: 3, backoff: 20, waitForCircuit: true, deadline: 10_000 })
retries.events$.subscribe((event) => {
  if (event.type === 'retrying') console.log(`attempt ${event.attempt} failed`)
  if (event.type === 'waiting') console.log('the circuit is open: waiting as long as it says')
})

const start = performance.now()
const answer = await pipeline(retries, breaker).execute((signal) => get(service.url, signal))
const waited = performance.now() - start
console.log(
  `${answer} after ${waited >= 400 ? 'the break' : 'no break'}, with ${service.calls} calls`,
)
breaker.dispose()
await service.close()
