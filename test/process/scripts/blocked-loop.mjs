// The event loop stands still for longer than the window, a break and a lease.
import { createBreaker } from 'recloser'

/** @param {number} ms */
const block = (ms) => {
  const end = performance.now() + ms
  while (performance.now() < end);
}
/** @param {number} ms */
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms))

const window = createBreaker('window', { samplingDuration: 200, minimumThroughput: 3 })
for (let i = 0; i < 2; i++) window.tryAcquire()?.fail()
block(250)
window.tryAcquire()?.fail()
const afterWindow = window.stats()

const break_ = createBreaker('break', { breakDuration: 100 })
break_.trip('a test')
block(150)
const afterBreak = { before: break_.state, admitted: break_.tryAcquire()?.isProbe }

const lease = createBreaker('lease', { breakDuration: 1e6, halfOpen: { probeLease: 100 } })
lease.trip('a test')
lease.forceHalfOpen()
const probe = lease.tryAcquire()
block(150)
probe?.succeed()
await pause(5)
const afterLease = {
  state: lease.state,
  aborted: probe?.signal.aborted,
  stale: lease.stats().stale,
}

console.log(
  JSON.stringify({
    // None of those before the block; the last may have expired as well by now.
    window: { state: afterWindow.state, expired: afterWindow.failures <= 1 },
    break: afterBreak,
    lease: afterLease,
  }),
)
