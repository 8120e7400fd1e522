// Timers of a runtime fire at once beyond 2^31 - 1 ms. Breaks, leases and holds may be longer.
import { createBreaker } from 'recloser'

/** @type {string[]} */
const warnings = []
process.on('warning', (warning) => warnings.push(String(warning)))

const breakers = [2 ** 31 - 1, 2 ** 31, 2 ** 32, 1e15, Infinity].flatMap((duration) => {
  const name = String(duration)
  const open = createBreaker(name, { breakDuration: duration })
  open.trip('a test')
  const halfOpen = createBreaker(name, {
    halfOpen: { probeLease: Math.min(duration, Number.MAX_VALUE) },
  })
  halfOpen.trip('a test')
  halfOpen.forceHalfOpen()
  halfOpen.tryAcquire()
  const isolated = createBreaker(name)
  isolated.isolate('a test', { duration })
  return [open, halfOpen, isolated]
})

await new Promise((resolve) => setTimeout(resolve, 50))
console.log(
  JSON.stringify({
    warnings,
    states: breakers.map(({ state }) => state),
    admitted: breakers.filter((breaker) => breaker.tryAcquire() !== undefined).length,
    retryAfter: (breakers[3]?.retryAfter ?? 0) > 2 ** 31 - 10_000,
    forever: breakers.at(-3)?.retryAfter === Infinity,
  }),
)
