// Creates breakers by the hundred thousand and drops them: node --expose-gc
import { createBreaker } from 'recloser'

const count = 100_000
const options = { minimumThroughput: 1, breakDuration: 3_600_000 }
const down = new Error('down')

/**
 * Closed ones are dropped as they are; those with a timer are disposed of first.
 *
 * @param {number} count
 */
function createAndDrop(count) {
  for (let i = 0; i < count; i++) {
    const breaker = createBreaker(`dependency-${i}`, options)
    const permit = breaker.tryAcquire()
    if (i % 10 !== 0) {
      permit?.succeed()
      continue
    }
    permit?.fail(down)
    if (i % 30 === 0) breaker.forceHalfOpen()
    if (i % 30 === 10) breaker.isolate('a test', { duration: 3_600_000 })
    if (breaker.tryAcquire() !== undefined && breaker.state !== 'halfOpen')
      throw new Error('let in')
    breaker.dispose()
  }
}

async function heap() {
  for (let i = 0; i < 3; i++) {
    await new Promise((resolve) => setImmediate(resolve))
    globalThis.gc?.()
  }
  return process.memoryUsage().heapUsed
}

createAndDrop(count / 5)
const before = await heap()
createAndDrop(count)
const after = await heap()
console.log(JSON.stringify({ count, growth: after - before }))
