import { describe, expect, it } from 'vitest'
import { createRateLimiter } from 'recloser/rate-limiter'
import { errorOf, listenersOf, turn, watch } from '../support/layers.js'
import { createLimiter, onePer } from '../support/limiters.js'
import { pass } from '../support/retries.js'

describe('acquire', () => {
  it('is there at once when a token is', async () => {
    const { limiter, clock } = createLimiter({ limit: 2 })
    await limiter.acquire(2)
    expect(limiter.available).toBe(0)
    expect(clock.pendingTimers).toBe(0)
  })

  it('waits for its token, not longer and not shorter', async () => {
    const { limiter, clock } = createLimiter(onePer(100))
    await limiter.acquire()
    const result = watch(limiter.acquire())
    clock.advance(99)
    await turn()
    expect(result.state).toBe('pending')
    clock.advance(1)
    await turn()
    expect(result.state).toBe('fulfilled')
    expect(clock.pendingTimers).toBe(0)
  })

  it('serves in the order of asking, whatever is asked for', async () => {
    const { limiter, clock } = createLimiter({ limit: 4, interval: 400 })
    const order: string[] = []
    await limiter.acquire(4)
    for (const [name, tokens] of [
      ['four', 4],
      ['one', 1],
      ['two', 2],
    ] as const) {
      void limiter.acquire(tokens).then(() => order.push(`${name} at ${String(clock.now())}`))
    }
    expect(clock.pendingTimers).toBe(1)
    await pass(clock, 1000)
    expect(order).toEqual(['four at 400', 'one at 500', 'two at 700'])
    expect(clock.pendingTimers).toBe(0)
  })

  it('never lets one overtake who only tries', async () => {
    const { limiter, clock } = createLimiter(onePer(100))
    await limiter.acquire()
    const waiting = watch(limiter.acquire())
    clock.block(150)
    expect(limiter.tryAcquire()).toBe(false)
    await turn()
    expect(waiting.state).toBe('fulfilled')
  })

  it('that is aborted leaves with the reason of its caller, and the others move up', async () => {
    const { limiter, clock, events } = createLimiter(onePer(100))
    await limiter.acquire()
    const caller = new AbortController()
    const left = watch(limiter.acquire(1, { signal: caller.signal }))
    const stayed = watch(limiter.acquire())
    caller.abort('gone')
    await turn()
    expect(left.error).toBe('gone')
    expect(listenersOf(caller.signal)).toBe(0)
    clock.advance(100)
    await turn()
    expect(stayed.state).toBe('fulfilled')
    expect(clock.pendingTimers).toBe(0)
    expect(events.map(({ type }) => type)).toEqual(['queued', 'queued', 'left', 'granted'])
  })

  it('needs its timer no longer once somebody has found that its token is there', async () => {
    const { limiter, clock } = createLimiter(onePer(100))
    await limiter.acquire()
    const result = watch(limiter.acquire())
    clock.block(150)
    expect(limiter.queued).toBe(0)
    expect(clock.pendingTimers).toBe(0)
    await turn()
    expect(result.state).toBe('fulfilled')
  })

  it('leaves no timer behind when the last one leaves', async () => {
    const { limiter, clock } = createLimiter(onePer(100))
    await limiter.acquire()
    const caller = new AbortController()
    watch(limiter.acquire(1, { signal: caller.signal }))
    expect(clock.pendingTimers).toBe(1)
    caller.abort()
    await turn()
    expect(clock.pendingTimers).toBe(0)
    expect(limiter.queued).toBe(0)
  })

  it('gives back the token of a caller who left as it came', async () => {
    const { limiter, clock } = createLimiter(onePer(100))
    await limiter.acquire()
    const caller = new AbortController()
    const result = watch(limiter.acquire(1, { signal: caller.signal }))
    clock.advance(100)
    caller.abort('gone')
    await turn()
    expect(result.error).toBe('gone')
    expect(limiter.available).toBe(1)
  })

  it('takes nothing for a caller who has left already', async () => {
    const { limiter } = createLimiter(onePer(100))
    expect(await errorOf(limiter.acquire(1, { signal: AbortSignal.abort('gone') }))).toBe('gone')
    expect(limiter.available).toBe(1)
  })

  it('is refused when the queue is full, or the wait too long', async () => {
    const { limiter } = createLimiter({ ...onePer(100), maxQueue: 1, maxWait: 150 })
    await limiter.acquire()
    watch(limiter.acquire())
    expect(await errorOf(limiter.acquire())).toMatchObject({
      name: 'RateLimitedError',
      code: 'ERR_RATE_LIMITED',
      reason: 'queueFull',
      retryAfter: 200,
      tokens: 1,
      message: 'The rate limit is reached and the queue is full; try again in 200 ms',
    })
    const other = createLimiter({ ...onePer(100), maxWait: 99 })
    await other.limiter.acquire()
    expect(await errorOf(other.limiter.acquire())).toMatchObject({
      reason: 'maxWait',
      retryAfter: 100,
      message: 'The rate limit is reached and the wait too long; try again in 100 ms',
    })
    watch(other.limiter.acquire(1, { maxWait: 100 }))
    expect(other.limiter.queued).toBe(1)
  })

  it('waits longer after a penalty, unless that is too long', async () => {
    const { limiter, clock } = createLimiter(onePer(100))
    await limiter.acquire()
    const patient = watch(limiter.acquire())
    const hasty = watch(limiter.acquire(1, { maxWait: 1000 }))
    clock.advance(50)
    limiter.penalize(1000)
    await turn()
    expect(hasty.error).toMatchObject({ reason: 'maxWait' })
    await pass(clock, 990)
    expect(patient.state).toBe('pending')
    await pass(clock, 10)
    expect(patient.state).toBe('fulfilled')
    expect(clock.pendingTimers).toBe(0)
  })

  it('is served sooner by a quicker rate, and refused by a burst too small for it', async () => {
    const { limiter, clock } = createLimiter({ limit: 2, interval: 20_000 })
    await limiter.acquire(2)
    const [one, two] = [watch(limiter.acquire()), watch(limiter.acquire(2))]
    limiter.update({ interval: 200, burst: 1 })
    await turn()
    expect(two.error).toEqual(
      new RangeError('tokens must be at most 1, the burst of the new rate, got 2'),
    )
    await pass(clock, 100)
    expect(one.state).toBe('fulfilled')
  })

  it('serves 100,000 who wait, and lets half of them leave: each costs the same', async () => {
    const { limiter, clock } = createLimiter({ ...onePer(1), maxQueue: Infinity })
    const caller = new AbortController()
    let [served, left] = [0, 0]
    await limiter.acquire()
    for (let i = 0; i < 100_000; i++)
      limiter.acquire(1, i % 2 === 0 ? undefined : caller).then(
        () => served++,
        () => left++,
      )
    for (let i = 0; i < 25_000; i++) clock.advance(1)
    await turn()
    caller.abort()
    await turn()
    expect([served, left]).toEqual([25_000, 37_500])
    clock.advance(37_500)
    await turn()
    expect([served, left, limiter.queued]).toEqual([62_500, 37_500, 0])
  })

  it('works on the clock of the runtime', async () => {
    const limiter = createRateLimiter({ limit: 1, interval: 5 })
    await limiter.acquire()
    await limiter.acquire()
    expect(limiter.queued).toBe(0)
  })
})
