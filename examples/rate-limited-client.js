// A quota: calls wait for their token, a 429 silences all of them, and a broken circuit costs no token.
import { createBreaker } from 'recloser'
import { retryAfterHint } from 'recloser/core'
import { pipeline } from 'recloser/pipeline'
import { createRateLimiter } from 'recloser/rate-limiter'
import { HttpError, get, serve } from './stand-in/server.js'

// Says 429 to the fourth call, though we keep to what was agreed.
const api = await serve((call) => (call === 4 ? 429 : 200), { 'retry-after': '1' })

const breaker = createBreaker('api')
const limiter = createRateLimiter({
  limit: 20,
  burst: 2,
  whenEmpty: 'wait',
  circuit: breaker,
})
limiter.events$.subscribe((event) => {
  if (event.type === 'granted') console.log('  waited for a token')
  if (event.type === 'refunded') console.log('  the token came back')
  if (event.type === 'penalized') console.log(`  silence for ${event.delay} ms`)
})
const client = pipeline(limiter, breaker)

for (let request = 1; request <= 6; request++) {
  try {
    console.log(`request ${request}: ${await client.execute((signal) => get(api.url, signal))}`)
  } catch (error) {
    console.log(`request ${request}: ${String(error)}`)
    const ms = retryAfterHint(error, Date.now)
    if (error instanceof HttpError && error.status === 429) limiter.penalize(ms ?? 1_000)
  }
}

breaker.isolate('maintenance')
try {
  await client.execute(() => 'never called')
} catch (error) {
  console.log(String(error))
}
breaker.dispose()
await api.close()
