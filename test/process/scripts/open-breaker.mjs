// Ends with every kind of deadline still to come: a break, a lease, a hold, a stream of figures.
import { createBreaker, createRegistry } from 'recloser'

const hour = 3_600_000
const patient = createRegistry({
  defaults: { breakDuration: hour, halfOpen: { probeLease: hour } },
})
const breakers = [createRegistry(), patient].flatMap((registry) => {
  const open = registry.get('open')
  open.trip('a test')

  const probing = registry.get('probing')
  probing.trip('a test')
  probing.forceHalfOpen()
  void probing.execute(() => new Promise(() => {}))
  return [open, probing]
})

const isolated = createBreaker('isolated')
isolated.isolate('a test', { duration: hour })

const watched = createBreaker('watched')
watched.stats$(hour).subscribe()

console.log(JSON.stringify([...breakers, isolated, watched].map(({ state }) => state)))
