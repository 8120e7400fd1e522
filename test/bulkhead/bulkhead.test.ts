import { describe, expect, it } from 'vitest'
import { BulkheadFullError, bulkhead } from 'recloser/bulkhead'
import { isRefusal } from 'recloser/core'
import { pipeline } from 'recloser/pipeline'
import { retry } from 'recloser/retry'
import { controlledCall, createFakeClock } from 'recloser/testing'
import { timeout } from 'recloser/timeout'
import { createRig, halfOpenCircuit, outage } from '../support/breakers.js'
import { errorOf, eventsOf, listenersOf, turn, watch } from '../support/layers.js'

describe('a bulkhead', () => {
  it('lets so many calls run at once and refuses the next', async () => {
    const layer = bulkhead(2)
    const call = controlledCall()
    const results = [1, 2].map(() => watch(layer.execute(call)))
    expect(layer.running).toBe(2)
    const error = await errorOf(layer.execute(call))
    expect(error).toBeInstanceOf(BulkheadFullError)
    expect(error).toMatchObject({
      name: 'BulkheadFullError',
      code: 'ERR_BULKHEAD_FULL',
      maxConcurrent: 2,
      maxQueue: 0,
      message: 'All 2 slots of the bulkhead are taken; try again later',
    })
    expect(isRefusal(error)).toBe(true)
    expect(call.calls).toHaveLength(2)
    call.resolve('one')
    await turn()
    expect(results[0]?.value).toBe('one')
    watch(layer.execute(call))
    expect(call.calls).toHaveLength(3)
  })

  it('frees the slot of a call that fails, also at once', async () => {
    const layer = bulkhead(1)
    expect(await errorOf(layer.execute(() => Promise.reject(outage)))).toBe(outage)
    expect(
      await errorOf(
        layer.execute(() => {
          throw outage
        }),
      ),
    ).toBe(outage)
    expect(layer.running).toBe(0)
    await expect(layer.execute(() => 'fine')).resolves.toBe('fine')
  })

  it('has freed the slot when the caller hears of the end', async () => {
    const layer = bulkhead(1)
    for (let i = 0; i < 5; i++) await expect(layer.execute(() => i)).resolves.toBe(i)
  })

  it('serves those who wait in the order they came, a slot each', async () => {
    const layer = bulkhead({ maxConcurrent: 1, maxQueue: 3 })
    const calls = [1, 2, 3, 4].map(() => controlledCall())
    for (const call of calls) watch(layer.execute(call))
    expect(layer.queued).toBe(3)
    for (const [index, call] of calls.entries()) {
      expect(calls.map(({ calls }) => calls.length)).toEqual(
        calls.map((_, other) => (other <= index ? 1 : 0)),
      )
      call.resolve(index)
      await turn()
    }
    expect(layer.queued).toBe(0)
    expect(layer.running).toBe(0)
  })

  it('lets nobody overtake: a call that comes as a slot is freed waits behind the queue', async () => {
    const layer = bulkhead({ maxConcurrent: 1, maxQueue: 5 })
    const order: string[] = []
    const first = layer.execute(() => turn())
    const second = layer.execute(() => order.push('second'))
    const third = first.then(() => layer.execute(() => order.push('third')))
    await Promise.all([first, second, third])
    expect(order).toEqual(['second', 'third'])
  })

  it('refuses beyond the queue', async () => {
    const layer = bulkhead({ maxConcurrent: 1, maxQueue: 1 })
    watch(layer.execute(controlledCall()))
    watch(layer.execute(controlledCall()))
    expect(await errorOf(layer.execute(() => 'fine'))).toMatchObject({
      message: 'All 1 slots of the bulkhead are taken and 1 wait; try again later',
    })
  })

  it('lets a caller leave the queue with its own reason: its call is never made', async () => {
    const layer = bulkhead({ maxConcurrent: 1, maxQueue: 2 })
    const running = controlledCall()
    const [left, stayed] = [controlledCall(), controlledCall()]
    const caller = new AbortController()
    watch(layer.execute(running))
    const result = watch(layer.execute(left, { signal: caller.signal }))
    watch(layer.execute(stayed))
    caller.abort('gone')
    await turn()
    expect(result.error).toBe('gone')
    expect(layer.queued).toBe(1)
    running.resolve('fine')
    await turn()
    expect(left.calls).toHaveLength(0)
    expect(stayed.calls).toHaveLength(1)
    expect(listenersOf(caller.signal)).toBe(0)
  })

  it('keeps the order of those who stay, whoever leaves: the first, the last or one between', async () => {
    const layer = bulkhead({ maxConcurrent: 1, maxQueue: 9 })
    const running = controlledCall()
    const served: number[] = []
    const callers = Array.from({ length: 9 }, () => new AbortController())
    watch(layer.execute(running))
    callers.forEach(({ signal }, index) => {
      watch(layer.execute(() => served.push(index), { signal }))
    })
    for (const leaver of [4, 0, 8, 5, 1, 7]) callers[leaver]?.abort()
    const last = watch(layer.execute(() => served.push(9)))
    expect(layer.queued).toBe(4)
    running.resolve('fine')
    await turn()
    expect(served).toEqual([2, 3, 6, 9])
    expect(last.state).toBe('fulfilled')
    expect(layer.queued).toBe(0)
  })

  it('serves 100,000 who wait, and lets half of them leave: each costs the same', async () => {
    const layer = bulkhead({ maxConcurrent: 1, maxQueue: Infinity })
    const caller = new AbortController()
    const first = controlledCall()
    let [served, left] = [0, 0]
    watch(layer.execute(first))
    for (let i = 0; i < 100_000; i++)
      layer.execute(() => served++, i % 2 === 0 ? undefined : caller).catch(() => left++)
    expect(layer.queued).toBe(100_000)
    caller.abort()
    first.resolve('fine')
    await turn()
    expect([served, left]).toEqual([50_000, 50_000])
    expect([layer.running, layer.queued]).toEqual([0, 0])
  })

  it('holds the slot until the call really ends, when its caller has left long ago', async () => {
    const layer = bulkhead(1)
    const call = controlledCall()
    const caller = new AbortController()
    const result = watch(layer.execute(call, { signal: caller.signal }))
    caller.abort('gone')
    await turn()
    expect(result.error).toBe('gone')
    expect(layer.running).toBe(1)
    expect(await errorOf(layer.execute(call))).toBeInstanceOf(BulkheadFullError)
    call.resolve('late')
    await turn()
    expect(layer.running).toBe(0)
  })

  it('has one listener for all calls of a caller, and leaves none behind', async () => {
    const layer = bulkhead({ maxConcurrent: 1, maxQueue: 1 })
    const { signal } = new AbortController()
    const call = controlledCall()
    watch(layer.execute(call, { signal }))
    watch(layer.execute(call, { signal }))
    expect(listenersOf(signal)).toBe(1)
    call.resolve('one')
    await turn()
    expect(listenersOf(signal)).toBe(1)
    call.reject(outage)
    await turn()
    expect(listenersOf(signal)).toBe(0)
  })

  it('makes no call for a caller who has left already', async () => {
    const layer = bulkhead(1)
    const call = controlledCall()
    expect(await errorOf(layer.execute(call, { signal: AbortSignal.abort('gone') }))).toBe('gone')
    expect(call.calls).toHaveLength(0)
    expect(layer.running).toBe(0)
  })

  it('tells who waits, who was refused and who left; a subscriber that throws hurts nobody', async () => {
    const reported: unknown[] = []
    const layer = bulkhead({
      maxConcurrent: 1,
      maxQueue: 1,
      onError: (error) => reported.push(error),
    })
    layer.events$.subscribe(() => {
      throw outage
    })
    const events = eventsOf(layer.events$)
    const caller = new AbortController()
    const call = controlledCall()
    watch(layer.execute(call))
    watch(layer.execute(call, { signal: caller.signal }))
    watch(layer.execute(call))
    caller.abort()
    await turn()
    expect(events).toEqual([
      { type: 'queued', running: 1, queued: 1 },
      { type: 'refused', running: 1, queued: 1 },
      { type: 'left', running: 1, queued: 0 },
    ])
    expect(reported).toEqual([outage, outage, outage])
  })

  it.each([
    [0, 'maxConcurrent must be an integer, at least 1 and finite, got 0'],
    [1.5, 'maxConcurrent must be an integer'],
    [{ maxConcurrent: 1, maxQueue: -1 }, 'maxQueue must be an integer, at least 0, got -1'],
    [{ maxConcurrent: 1, queue: 2 }, 'unknown option "queue"'],
  ])('refuses %j', (limit, message) => {
    expect(() => bulkhead(limit as number)).toThrow(message)
  })
})

describe('a bulkhead and a breaker', () => {
  it('a full bulkhead further in is no failure', async () => {
    const { breaker } = createRig()
    const layer = bulkhead(1)
    watch(layer.execute(controlledCall()))
    for (let i = 0; i < 20; i++)
      expect(await errorOf(pipeline(breaker, layer).execute(() => 'fine'))).toBeInstanceOf(
        BulkheadFullError,
      )
    expect(breaker.stats()).toMatchObject({ throughput: 0, failures: 0, ignored: 20 })
    expect(breaker.state).toBe('closed')
  })

  it('a probe that a full bulkhead refuses gives its slot back', async () => {
    const { breaker, clock } = await halfOpenCircuit()
    const layer = bulkhead(1)
    const busy = controlledCall()
    watch(layer.execute(busy))
    expect(await errorOf(pipeline(breaker, layer).execute(() => 'fine'))).toBeInstanceOf(
      BulkheadFullError,
    )
    busy.resolve('done')
    await turn()
    await expect(pipeline(breaker, layer).execute(() => 'fine')).resolves.toBe('fine')
    expect(breaker.state).toBe('closed')
    expect(clock.pendingTimers).toBe(0)
  })
})

describe('a bulkhead and a timeout', () => {
  const order = [
    [
      'outside',
      (clock: ReturnType<typeof createFakeClock>, layer: ReturnType<typeof bulkhead>) =>
        pipeline(layer, timeout({ duration: 30, clock })),
    ],
    [
      'inside',
      (clock: ReturnType<typeof createFakeClock>, layer: ReturnType<typeof bulkhead>) =>
        pipeline(timeout({ duration: 30, clock }), layer),
    ],
  ] as const
  it.each(order)(
    'TG9: with the bulkhead %s the timeout, four calls that ignore their abort never run at once',
    async (_, compose) => {
      const clock = createFakeClock()
      const layer = bulkhead(1)
      const calls = compose(clock, layer)
      let [running, most] = [0, 0]
      const stubborn = () => {
        most = Math.max(most, ++running)
        return new Promise<void>((resolve) => {
          clock.setTimeout(() => {
            running--
            resolve()
          }, 300)
        })
      }
      const codes: unknown[] = []
      for (let i = 0; i < 4; i++) {
        calls
          .execute(stubborn)
          .catch((error: unknown) => codes.push((error as { code: string }).code))
        await turn()
        clock.advance(30)
        await turn()
      }
      expect(most).toBe(1)
      expect(codes).toEqual(['ERR_CALL_TIMEOUT', ...Array<string>(3).fill('ERR_BULKHEAD_FULL')])
      expect(layer.running).toBe(1)
      clock.advance(300)
      await turn()
      expect(layer.running).toBe(0)
    },
  )

  it('each attempt frees its own slot', async () => {
    const clock = createFakeClock()
    const layer = bulkhead(2)
    const call = controlledCall()
    const calls = pipeline(
      retry({ attempts: 2, backoff: 0, clock }),
      layer,
      timeout({ duration: 30, clock }),
    )
    const result = watch(calls.execute(call))
    clock.advance(30)
    await turn()
    clock.advance(0)
    await turn()
    expect(layer.running).toBe(2)
    call.calls[1]?.resolve('second')
    await turn()
    expect(result.value).toBe('second')
    expect(layer.running).toBe(1)
    call.calls[0]?.resolve('late')
    await turn()
    expect(layer.running).toBe(0)
  })

  it('a caller who aborts frees no slot either', async () => {
    const clock = createFakeClock()
    const layer = bulkhead(1)
    const call = controlledCall()
    const caller = new AbortController()
    const calls = pipeline(layer, timeout({ duration: 30, clock }))
    const result = watch(calls.execute(call, { signal: caller.signal }))
    caller.abort('gone')
    await turn()
    expect(result.error).toBe('gone')
    expect(layer.running).toBe(1)
    call.resolve('late')
    await turn()
    expect(layer.running).toBe(0)
  })
})
