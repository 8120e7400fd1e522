import { createBreaker } from 'recloser'
import { createFakeClock } from 'recloser/testing'
import { expect, it } from 'vitest'

// 64.1 - 14.1 is less than 50: whoever adds and whoever subtracts must not disagree.
it('a lease that begins and ends at fractions of a millisecond ends its probe as a failure', () => {
  const clock = createFakeClock()
  const breaker = createBreaker('fractions', {
    halfOpen: { probeLease: 50 },
    breakDuration: 0.1,
    clock,
  })
  for (let round = 1; round <= 300; round++) {
    breaker.trip('a new round')
    clock.advance(0.1)
    const probe = breaker.tryAcquire()
    clock.advance(50.1)
    expect(probe?.signal.aborted, `round ${String(round)}`).toBe(true)
    expect(breaker.stats().totals.failures).toBe(round)
    breaker.reset()
    clock.advance(0.1)
  }
})

it('a client that sleeps retryAfter is let in, also when the break ends at a fraction', () => {
  const clock = createFakeClock()
  const breaker = createBreaker('fractions', { breakDuration: 33.3, clock })
  for (let round = 1; round <= 300; round++) {
    breaker.trip('a new round')
    clock.block(0.7)
    clock.block(breaker.retryAfter ?? 0)
    expect(breaker.tryAcquire(), `round ${String(round)}`).toBeDefined()
    breaker.reset()
  }
})
