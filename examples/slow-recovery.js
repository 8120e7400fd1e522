// A service that comes back slowly: breaks grow while its probes fail, and it is closed only when
// several probes in a row have succeeded.
import { setTimeout as sleep } from 'node:timers/promises'
import {
  consecutiveFailures,
  createBreaker,
  exponentialBreakDuration,
  isBrokenCircuit,
} from 'recloser'
import { pipeline } from 'recloser/pipeline'
import { timeout } from 'recloser/timeout'
import { get, serve } from './stand-in/server.js'

// Fails at first, then answers too slowly, then is well.
const service = await serve(async (call) => {
  if (call <= 3) return 503
  if (call === 4) await sleep(200)
  return 200
})

const breaker = createBreaker('service', {
  trip: consecutiveFailures(2),
  breakDuration: exponentialBreakDuration({ base: 50, factor: 2 }),
  halfOpen: { probes: 3 },
})
breaker.transitions$.subscribe(({ from, to, breakDuration }) => {
  console.log(`${from} → ${to}${breakDuration === undefined ? '' : `, for ${breakDuration} ms`}`)
})
const client = pipeline(breaker, timeout(100))

let rejected = 0
const end = Date.now() + 5_000
while (breaker.stats().totals.successes < 5 && Date.now() < end) {
  try {
    await client.execute((signal) => get(service.url, signal))
  } catch (error) {
    if (isBrokenCircuit(error)) rejected++
    else console.log(`call ${service.calls}: ${String(error)}`)
  }
  await sleep(10)
}
console.log(
  `circuit ${breaker.state}; the service was spared ${rejected > 4 ? 'many' : 'few'} calls`,
)
breaker.dispose()
await service.close()
