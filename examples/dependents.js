// One dependency behind several services: when its circuit opens, those who need it are isolated, and
// when it closes, released.
import { setTimeout as sleep } from 'node:timers/promises'
import { consecutiveFailures, createRegistry } from 'recloser'
import { get, serve } from './stand-in/server.js'

const registry = createRegistry()
const database = registry.get('database', { trip: consecutiveFailures(2), breakDuration: 200 })
/** Without the database none of these can answer. */
const dependents = ['orders', 'reports'].map((name) => registry.get(name))
const pages = registry.get('pages')

registry.transitions$.subscribe(({ breaker, from, to }) =>
  console.log(`${breaker}: ${from} → ${to}`),
)

/** @type {import('recloser').Hold[]} */
let holds = []
database.state$.subscribe((state) => {
  if (state === 'open' && holds.length === 0) {
    holds = dependents.map((breaker) => breaker.isolate('the database is down'))
  } else if (state === 'closed') {
    for (const hold of holds.splice(0)) hold.release()
  }
})

const server = await serve((call) => (call <= 3 ? 500 : 200))
const query = () => database.attempt((signal) => get(server.url, signal))

await query()
await query()
for (const breaker of [...dependents, pages]) {
  const { status } = await breaker.attempt(() => 'fine')
  console.log(`${breaker.name}: ${status}`)
}

// The first probe fails, the second succeeds.
while (database.state !== 'closed') {
  await sleep(Math.max(database.retryAfter ?? 0, 10))
  await query()
}
for (const breaker of dependents) {
  const { status } = await breaker.attempt(() => 'fine')
  console.log(`${breaker.name}: ${status}`)
}
registry.dispose()
await server.close()
