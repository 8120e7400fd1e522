// Creates breakers by the hundred thousand and drops them: node --expose-gc
import { createBreaker, createRegistry } from 'recloser'

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

let now = 0
const clock = { now: () => now, setTimeout: () => undefined, clearTimeout: () => undefined }
const registry = createRegistry({ clock, maxIdle: 100 })

/**
 * A new name for every call; the registry stays.
 *
 * @param {number} count
 */
async function useAndForget(count) {
  for (let i = 0; i < count; i++) {
    registry.get(`host-${now++}`).tryAcquire()?.succeed()
    // Nothing is collected that was looked at in this turn.
    if (i % 1000 === 0) await new Promise((resolve) => setImmediate(resolve))
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
const dropped = await heap()
await useAndForget(count / 5)
const used = await heap()
await useAndForget(count)
const forgotten = await heap()
console.log(JSON.stringify({ growth: { dropped: dropped - before, forgotten: forgotten - used } }))
