// Permits: for work that is no function call. A consumer takes a message only when it may be
// delivered, and tells the breaker when the receipt comes, so that no message is lost in an outage.
import { setTimeout as sleep } from 'node:timers/promises'
import { createBreaker, consecutiveFailures } from 'recloser'

const breaker = createBreaker('warehouse', { trip: consecutiveFailures(2), breakDuration: 100 })
breaker.transitions$.subscribe(({ from, to, reason }) => {
  console.log(`${from} → ${to}: ${reason}`)
})

let deliveries = 0
const queue = ['apples', 'pears', 'plums', 'quinces']
/** @type {string[]} */
const delivered = []

while (queue.length > 0) {
  const permit = breaker.tryAcquire()
  if (permit === undefined) {
    console.log(`${queue.length} messages wait`)
    // 0 while a probe of somebody else is under way: then look again a little later.
    await sleep(Math.max(breaker.retryAfter ?? 1000, 10))
    continue
  }
  const message = /** @type {string} */ (queue[0])
  deliver(message, (error) => {
    if (error !== undefined) {
      permit.fail(error)
      return
    }
    permit.succeed()
    queue.shift()
    delivered.push(message)
  })
  await sleep(10)
}

console.log(`delivered: ${delivered.join(', ')}`)
breaker.dispose()

/**
 * Stands for the warehouse, whose gate is closed at the second delivery and the third.
 *
 * @param {string} message
 * @param {(error?: Error) => void} receipt
 */
function deliver(message, receipt) {
  deliveries++
  const closed = deliveries === 2 || deliveries === 3
  console.log(`${message}: ${closed ? 'the gate is closed' : 'taken'}`)
  setTimeout(receipt, 1, closed ? new Error('the gate is closed') : undefined)
}
