// A million calls with ever other errors through one breaker of each trip policy: node --expose-gc
import { consecutiveFailures, countWindow, createBreaker } from 'recloser'

const calls = 1_000_000
const breakers = [
  createBreaker('by time', { minimumThroughput: 1e9, slowCall: { duration: 1 } }),
  createBreaker('by count', { trip: countWindow({ size: 1000, failureRatio: 1 }) }),
  createBreaker('in a row', { trip: consecutiveFailures(1000) }),
]
const works = () => 'works'

/**
 * @param {import('recloser').Breaker} breaker
 * @param {number} times
 */
async function call(breaker, times) {
  for (let i = 0; i < times; i++) {
    const fails = () => {
      throw Object.assign(new Error(`down ${i}`), { name: `Error${i}` })
    }
    await breaker.execute(i % 2 === 0 ? works : fails).catch(() => undefined)
  }
}

function heap() {
  globalThis.gc?.()
  return process.memoryUsage().heapUsed
}

/** @type {Record<string, number>} */
const growth = {}
for (const breaker of breakers) {
  await call(breaker, 20_000)
  const before = heap()
  await call(breaker, calls)
  growth[breaker.name] = heap() - before
}
console.log(JSON.stringify({ growth, states: breakers.map(({ state }) => state) }))
