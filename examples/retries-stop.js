// An outage: when the circuit opens the retries stop, and callers hear at once that there is no use.
import { consecutiveFailures, createBreaker, isBrokenCircuit } from 'recloser'
import { fallback } from 'recloser/fallback'
import { pipeline } from 'recloser/pipeline'
import { retry } from 'recloser/retry'
import { get, serve } from './stand-in/server.js'

const service = await serve(() => 503)

const breaker = createBreaker('service', { trip: consecutiveFailures(3), breakDuration: 30_000 })
breaker.transitions$.subscribe(({ from, to, reason }) => {
  console.log(`${from} → ${to}: ${reason}`)
})
const client = pipeline(
  fallback((error) => (isBrokenCircuit(error) ? 'not asked' : 'asked in vain')),
  retry({ attempts: 10, backoff: 20 }),
  breaker,
)

// Ten attempts were allowed, three were made.
for (let request = 1; request <= 5; request++) {
  const answer = await client.execute((signal) => get(service.url, signal))
  console.log(`request ${request}: ${answer}; the server got ${service.calls} calls`)
}
breaker.dispose()
await service.close()
