// Maintenance mode: several services are left alone at once, answered for, and back by themselves.
import { setTimeout as sleep } from 'node:timers/promises'
import { createRegistry, isIsolatedCircuit } from 'recloser'
import { fallback } from 'recloser/fallback'
import { pipeline } from 'recloser/pipeline'
import { get, serve } from './stand-in/server.js'

const names = ['accounts', 'invoices', 'search']
const registry = createRegistry()
const servers = new Map(
  await Promise.all(
    names.map(async (name) => /** @type {const} */ ([name, await serve(() => 200)])),
  ),
)
const clients = new Map(
  names.map((name) => [
    name,
    pipeline(
      fallback((error) => `back soon (${reasonOf(error)})`, { on: isIsolatedCircuit }),
      registry.get(name),
    ),
  ]),
)

await visit('before')

// The database of two of them is moved. Each hold ends by itself.
for (const name of ['accounts', 'invoices']) {
  registry.get(name).isolate('database is moved', { duration: 300 })
}
await visit('during')
await sleep(350)
await visit('after')

for (const [name, server] of servers) {
  console.log(`${name} got ${server.calls} calls`)
  await server.close()
}
registry.dispose()

/** @param {string} when */
async function visit(when) {
  for (const [name, client] of clients) {
    const url = servers.get(name)?.url ?? ''
    console.log(`${when}, ${name}: ${await client.execute((signal) => get(url, signal))}`)
  }
}

/** @param {unknown} error */
function reasonOf(error) {
  return isIsolatedCircuit(error) ? error.reasons.join(', ') : 'unknown'
}
