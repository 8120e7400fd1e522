// Maintenance by hand: isolated with an end of its own, and a broken circuit that is reset at once.
import { setTimeout as sleep } from 'node:timers/promises'
import { createBreaker, isIsolatedCircuit } from 'recloser'

const reports = createBreaker('reports', { minimumThroughput: 2, breakDuration: 60_000 })
reports.transitions$.subscribe(({ from, to, reason }) => {
  console.log(`${from} → ${to}: ${reason}`)
})

async function call() {
  const attempt = await reports.attempt(() => 'report')
  console.log(attempt.status === 'rejected' ? `rejected: ${attempt.error.message}` : attempt.status)
  return attempt
}

// A hold with a duration releases itself; one without needs release(). While any holds, nothing passes.
reports.isolate('database is moved', { duration: 150 })
const second = reports.isolate('and its disks are checked')
const rejected = await call()
if (rejected.status === 'rejected' && isIsolatedCircuit(rejected.error)) {
  console.log(`reasons: ${rejected.error.reasons.join(', ')}`)
}
second.release()
console.log(`still held by: ${reports.isolation?.reasons.join(', ') ?? 'nobody'}`)

await sleep(200)
await call()

// Two failures break the circuit for a minute. Somebody who knows better need not wait.
for (let i = 0; i < 2; i++) {
  await reports.attempt(() => {
    throw new Error('out of memory')
  })
}
await call()
reports.reset()
await call()
reports.dispose()
