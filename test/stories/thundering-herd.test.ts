import { expect, it } from 'vitest'
import { createBreaker, createRegistry, withJitter } from 'recloser'
import { controlledCall, createFakeClock } from 'recloser/testing'

it('a thousand callers who wait for the end of a break send one probe, and no herd after it', async () => {
  const clock = createFakeClock()
  const stock = createBreaker('stock', { clock, breakDuration: 5000 })
  stock.trip('test')
  const backend = controlledCall<string>()
  const results: string[] = []

  /** Sleeps for as long as the circuit says, once, and tries again. */
  const patientCaller = async () => {
    const first = await stock.attempt(backend)
    if (first.status !== 'rejected') throw new Error('made while open')
    await new Promise<void>((wake) => {
      clock.setTimeout(wake, first.retryAfter ?? 0)
    })
    results.push((await stock.attempt(backend)).status)
  }
  const callers = Array.from({ length: 1000 }, patientCaller)
  await Promise.resolve()
  expect(stock.stats().rejected).toBe(1000)

  clock.advance(5000)
  await new Promise((resolve) => setImmediate(resolve))
  // One is under way, the others have been told at once that it is.
  expect(backend.calls).toHaveLength(1)
  expect(results.filter((status) => status === 'rejected')).toHaveLength(999)

  backend.resolve('in stock')
  await Promise.all(callers)
  expect(stock.state).toBe('closed')
  expect(backend.calls).toHaveLength(1)
})

it('the breakers of a fleet that opened together do not probe together', () => {
  const clock = createFakeClock()
  let seed = 42
  const random = () => (seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647
  const fleet = createRegistry({
    clock,
    defaults: { breakDuration: withJitter(10_000, 0.5), random },
  })
  const probes: number[] = []
  fleet.transitions$.subscribe(({ to }) => {
    if (to === 'halfOpen') probes.push(clock.now())
  })
  for (let i = 0; i < 200; i++) fleet.get(`node-${String(i)}`).trip('test')
  clock.advance(15_000)
  expect(probes).toHaveLength(200)
  // Spread over ten seconds: no second has more than a fifth of them, none is empty.
  const perSecond = Array.from(
    { length: 10 },
    (_, second) => probes.filter((at) => Math.floor(at / 1000) === 5 + second).length,
  )
  expect(Math.max(...perSecond)).toBeLessThan(40)
  expect(Math.min(...perSecond)).toBeGreaterThan(5)
})
