// Something to look at: three services, of which one goes down for half of each minute.
import { createRegistry } from 'recloser'

/** Calls them ten times a second each, for as long as the process runs. */
export function openShop() {
  const registry = createRegistry({ defaults: { breakDuration: 5_000 } })
  const begun = Date.now()
  /** @type {Record<string, () => string>} */
  const services = {
    stock: () => '12 left',
    prices: () => {
      if (Math.random() < 0.1) throw new Error('HTTP 503')
      return '9.90'
    },
    payments: () => {
      if ((Date.now() - begun) % 60_000 < 30_000) throw new Error('connection refused')
      return 'paid'
    },
  }
  const callAll = () => {
    for (const [name, call] of Object.entries(services)) void registry.get(name).attempt(call)
  }
  callAll()
  setInterval(callAll, 100)
  return registry
}
