import { createBreaker } from 'recloser'
import { createFakeClock } from 'recloser/testing'
import { describe, expect, it } from 'vitest'
import type { HalfOpenOptions } from 'recloser'

// State is kept over a deployment that changes the options: the round that was saved may be one that
// the new options can neither end nor go on with.
describe('a half-open round that is restored under other options', () => {
  const options: HalfOpenOptions[] = []
  for (const probes of [1, 2, 3, 4])
    for (let successes = 1; successes <= probes; successes++) options.push({ probes, successes })

  it.each(options)('still lets a probe in or ends by itself with %j', (now) => {
    for (const before of options) {
      for (const ends of [[], ['succeed'], ['fail'], ['succeed', 'fail'], ['succeed', 'succeed']]) {
        const clock = createFakeClock()
        const old = createBreaker('moved', { halfOpen: before, clock })
        old.trip('a test')
        old.forceHalfOpen()
        for (const end of ends as ('succeed' | 'fail')[]) old.tryAcquire()?.[end]()
        if (old.state !== 'halfOpen') continue
        const snapshot: unknown = JSON.parse(JSON.stringify(old.snapshot()))
        const restored = createBreaker('moved', { halfOpen: now, clock, snapshot })
        const moves = restored.tryAcquire() !== undefined || restored.state !== 'halfOpen'
        expect(moves, `saved under ${JSON.stringify(before)} after ${ends.join()}`).toBe(true)
      }
    }
  })
})
