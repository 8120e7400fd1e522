// What a page would do with the package; bundled, and run where there is nothing of Node.
import { createRegistry, isBrokenCircuit } from 'recloser'
import { breakerMachine } from 'recloser/machines'

/** @returns {Promise<unknown>} */
export async function main() {
  const registry = createRegistry({ defaults: { minimumThroughput: 2 } })
  const breaker = registry.get('api')
  /** @type {string[]} */
  const moves = []
  breaker.transitions$.subscribe(({ from, to }) => moves.push(`${from} → ${to}`))
  for (let i = 0; i < 2; i++) {
    await breaker.attempt(() => {
      throw new Error('offline')
    })
  }
  const rejected = await breaker.attempt(() => 'answer')
  breaker.forceHalfOpen()
  const answer = await breaker.execute(() => 'answer')

  // A timer of the page ends this hold.
  const other = registry.get('other')
  other.isolate('for the test', { duration: 20 })
  await new Promise((resolve) => {
    other.state$.subscribe((state) => {
      if (state === 'closed') resolve(undefined)
    })
  })
  return {
    moves,
    rejected: rejected.status === 'rejected' && isBrokenCircuit(rejected.error),
    answer,
    states: Object.keys(breakerMachine.states),
  }
}
