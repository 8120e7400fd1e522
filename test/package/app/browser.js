// What a page would do with the package; bundled, and run where there is nothing of Node.
import { createBreaker, createRegistry, isBrokenCircuit } from 'recloser'
import { breakerMachine } from 'recloser/machines'

/** @returns {Promise<unknown>} */
export async function main() {
  const registry = createRegistry({ defaults: { minimumThroughput: 2, breakDuration: 20 } })
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
  await new Promise((resolve) => setTimeout(resolve, breaker.retryAfter))
  const answer = await breaker.execute(() => 'answer')
  const hold = createBreaker('other').isolate('for the test')
  return {
    moves,
    rejected: rejected.status === 'rejected' && isBrokenCircuit(rejected.error),
    answer,
    released: hold.release(),
    states: Object.keys(breakerMachine.states),
  }
}
