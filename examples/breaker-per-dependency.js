// One breaker for each dependency: a failing one is left alone, the others are called as before.
import { createRegistry, isBrokenCircuit } from 'recloser'

const registry = createRegistry({ defaults: { minimumThroughput: 4, breakDuration: 30_000 } })
registry.transitions$.subscribe(({ breaker, from, to, reason }) => {
  console.log(`${breaker}: ${from} → ${to}, ${reason}`)
})

/** What stands for the services: the one for prices is down. @type {Record<string, () => string>} */
const services = {
  stock: () => '12 left',
  prices: () => {
    throw new Error('connection refused')
  },
}

/** @param {string} service */
async function ask(service) {
  try {
    return await registry.get(service).execute(() => services[service]?.())
  } catch (error) {
    return isBrokenCircuit(error) ? 'not asked' : 'failed'
  }
}

for (let i = 1; i <= 6; i++) {
  console.log(`stock ${await ask('stock')}, prices ${await ask('prices')}`)
}

for (const { name, state } of registry) console.log(`${name} is ${state}`)
registry.dispose()
