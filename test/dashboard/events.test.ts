import { describe, expect, it } from 'vitest'
import { breakCircuit, createScene, listenTo, refusalOf } from './support.js'

describe('the event stream', () => {
  it('begins with everything', async () => {
    const { registry, get } = createScene({ title: 'Shop' })
    breakCircuit(registry.get('payments'), new TypeError('no route'))
    registry.get('search')
    const everything = await listenTo(await get('/events')).next()
    expect(everything).toMatchObject({ type: 'everything', title: 'Shop', control: false })
    expect(everything?.rows).toMatchObject([
      {
        name: 'payments',
        state: 'open',
        throughput: 10,
        failures: 10,
        limits: { failureRatio: 0.5, minimumThroughput: 10 },
        lastError: { name: 'TypeError', message: 'no route' },
        lastTransition: { from: 'closed', to: 'open', cause: 'failure-rate' },
        totals: { failed: 10, rejected: 0 },
      },
      { name: 'search', state: 'closed', lastError: null, lastTransition: null, holds: [] },
    ])
    expect(everything?.transitions).toMatchObject([{ breaker: 'payments', to: 'open' }])
  })

  it('goes on with what has changed, and only that', async () => {
    const { registry, clock, get } = createScene()
    registry.get('search')
    const payments = registry.get('payments')
    const stream = listenTo(await get('/events'))
    await stream.next()
    payments.tryAcquire()?.succeed()
    clock.advance(250)
    const changes = await stream.next()
    expect(changes?.type).toBe('changes')
    expect(changes?.rows).toHaveLength(1)
    expect(changes?.rows[0]).toMatchObject({ name: 'payments', throughput: 1 })
    expect(changes?.rows[0]).not.toHaveProperty('state')
    expect(changes?.rows[0]).not.toHaveProperty('limits')
  })

  it('tells of a transition, with its reason and figures', async () => {
    const { registry, clock, get } = createScene()
    const stream = listenTo(await get('/events'))
    await stream.next()
    breakCircuit(registry.get('payments'))
    clock.advance(250)
    expect((await stream.next())?.transitions).toMatchObject([
      {
        breaker: 'payments',
        from: 'closed',
        to: 'open',
        reason: 'failure rate 100% reached 50% over 10 calls in 10 s',
        throughput: 10,
        failures: 10,
        error: { name: 'Error', message: 'down' },
      },
    ])
  })

  it('gives the end of a break as a moment, which does not wander while time passes', async () => {
    const { registry, clock, get } = createScene()
    breakCircuit(registry.get('payments'))
    const end = clock.wall() + 20_000
    const stream = listenTo(await get('/events'))
    expect((await stream.next())?.rows[0]).toMatchObject({ until: end })
    clock.advance(3000)
    registry.get('payments').tryAcquire()
    clock.advance(250)
    const patch = (await stream.next())?.rows[0]
    expect(patch).toMatchObject({ name: 'payments', totals: { rejected: 1 } })
    expect(patch).not.toHaveProperty('until')
    expect(patch).not.toHaveProperty('since')
  })

  it('says null where there is no end or no limit', async () => {
    const { registry, get } = createScene({}, { defaults: { breakDuration: Infinity } })
    breakCircuit(registry.get('payments', { maxBreakDuration: Infinity }))
    expect((await listenTo(await get('/events')).next())?.rows[0]).toMatchObject({
      state: 'open',
      until: null,
      limits: { slowRatio: null, consecutiveFailures: null },
    })
  })

  it('tells of holds, with their reasons and ends', async () => {
    const { registry, clock, get } = createScene()
    registry.get('payments').isolate('maintenance', { duration: 60_000 })
    const everything = await listenTo(await get('/events')).next()
    expect(everything?.rows[0]?.holds).toEqual([
      { id: 1, reason: 'maintenance', since: clock.wall(), until: clock.wall() + 60_000 },
    ])
  })

  it('tells of breakers that come and go', async () => {
    const { registry, clock, get } = createScene()
    const stream = listenTo(await get('/events'))
    await stream.next()
    registry.get('late')
    clock.advance(250)
    expect((await stream.next())?.rows).toMatchObject([{ name: 'late', state: 'closed' }])
    registry.delete('late')
    clock.advance(250)
    expect((await stream.next())?.gone).toEqual(['late'])
  })

  it('takes a breaker made anew under a known name for another one', async () => {
    const { registry, clock, get } = createScene()
    breakCircuit(registry.get('payments'))
    const stream = listenTo(await get('/events'))
    await stream.next()
    registry.delete('payments')
    registry.get('payments')
    clock.advance(250)
    expect((await stream.next())?.rows).toMatchObject([
      { name: 'payments', state: 'closed', totals: { failed: 0 }, limits: { failureRatio: 0.5 } },
    ])
  })

  it('counts calls a second over ten seconds', async () => {
    const { registry, clock, get } = createScene()
    const payments = registry.get('payments')
    const stream = listenTo(await get('/events'))
    await stream.next()
    for (let i = 0; i < 200; i++) {
      payments.tryAcquire()?.succeed()
      payments.tryAcquire()?.succeed()
      if (i % 2 === 0) payments.tryAcquire()?.fail()
      clock.advance(100)
    }
    const everything = await listenTo(await get('/events')).next()
    expect(everything?.rows[0]?.perSecond).toEqual({ succeeded: 20, failed: 5, rejected: 0 })
  })

  it('is silent when nothing changes, but for a sign of life every five seconds', async () => {
    const { registry, clock, get } = createScene()
    registry.get('payments')
    const stream = listenTo(await get('/events'))
    await stream.next()
    clock.advance(60_000)
    const said = []
    for (let i = 0; i < 12; i++) said.push(await stream.next())
    expect(said).toEqual(Array(12).fill(undefined))
  })

  it('carries names and texts of any kind as data', async () => {
    const { registry, get } = createScene()
    const name = '</script><img src=x onerror=alert(1)>\n\ndata: {"type":"everything"}\r\n\u2028'
    breakCircuit(registry.get(name), new Error('a\n\nb'))
    const everything = await listenTo(await get('/events')).next()
    expect(everything?.rows[0]).toMatchObject({ name, lastError: { message: 'a\n\nb' } })
  })

  it('cuts long texts, and takes of an error its name and message alone', async () => {
    const { registry, get } = createScene()
    const error = Object.assign(new Error('x'.repeat(5_000_000)), { password: 'secret' })
    breakCircuit(registry.get('payments'), error)
    registry.get('search').isolate('y'.repeat(5_000_000))
    const text = new TextDecoder().decode(
      (await (await get('/events')).body?.getReader().read())?.value,
    )
    expect(text.length).toBeLessThan(5000)
    expect(text).not.toContain('secret')
    expect(text).not.toContain('at ')
  })

  it('survives an error that cannot be read', async () => {
    const { registry, get } = createScene()
    const hostile = new Proxy(new Error(), {
      get() {
        throw new Error('hands off')
      },
    })
    breakCircuit(registry.get('payments'), hostile)
    const everything = await listenTo(await get('/events')).next()
    expect(everything?.rows[0]).toMatchObject({ lastError: { name: 'object', message: '' } })
  })

  it('is refused to other sites', async () => {
    const { get } = createScene()
    for (const headers of [
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
      { origin: 'https://evil.example' },
      { origin: 'null' },
    ]) {
      expect(await refusalOf(await get('/events', headers))).toBe('403 cross-site')
      expect(await refusalOf(await get('/breaker?name=payments', headers))).toBe('403 cross-site')
    }
    expect((await get('/events', { 'sec-fetch-site': 'same-origin' })).status).toBe(200)
  })

  it('can be kept for those who may read', async () => {
    const { registry, get } = createScene({
      authorizeReading: (request) => request.headers.get('authorization') === 'Bearer 42',
    })
    registry.get('payments')
    expect(await refusalOf(await get('/events'))).toBe('403 unauthorized')
    expect(await refusalOf(await get('/breaker?name=payments'))).toBe('403 unauthorized')
    expect((await get('/events', { authorization: 'Bearer 42' })).status).toBe(200)
    expect((await get('/')).status).toBe(200)
  })
})

describe('readers', () => {
  it('share one sweep, whatever their number', async () => {
    let reads = 0
    const { registry, clock, get } = createScene()
    const payments = registry.get('payments')
    const stats = payments.stats.bind(payments)
    payments.stats = () => {
      reads++
      return stats()
    }
    for (let i = 0; i < 20; i++) await get('/events')
    reads = 0
    clock.advance(250)
    expect(reads).toBe(1)
  })

  it('that come all at once while looking takes long share one look and one text', async () => {
    let looks = 0
    const { registry, clock, get } = createScene()
    const payments = registry.get('payments')
    const stats = payments.stats.bind(payments)
    payments.stats = () => {
      looks++
      clock.block(100)
      return stats()
    }
    const texts = []
    for (let i = 0; i < 20; i++)
      texts.push((await (await get('/events')).body?.getReader().read())?.value)
    expect(looks).toBe(1)
    expect(new Set(texts).size).toBe(1)
    expect(new TextDecoder().decode(texts[0])).toContain('"name":"payments"')
  })

  it('hear of a transition once, also one that came before they were told everything', async () => {
    const { registry, clock, get } = createScene()
    const slow = registry.get('slow')
    const stats = slow.stats.bind(slow)
    slow.stats = () => {
      clock.block(100)
      return stats()
    }
    await get('/events')
    breakCircuit(registry.get('payments'))
    const stream = listenTo(await get('/events'))
    const everything = await stream.next()
    clock.advance(1000)
    const changes = await stream.next()
    const told = [...(everything?.transitions ?? []), ...(changes?.transitions ?? [])]
    expect(told).toMatchObject([{ breaker: 'payments', to: 'open' }])
  })

  it('are not too many, and one that leaves makes room', async () => {
    const { get, dashboard } = createScene({ maxReaders: 2 })
    const first = listenTo(await get('/events'))
    await get('/events')
    const refused = await get('/events')
    expect(refused.headers.get('retry-after')).toBe('10')
    expect(await refusalOf(refused)).toBe('503 too-many-readers')
    expect(dashboard.readers).toBe(2)
    await first.leave()
    expect(dashboard.readers).toBe(1)
    expect((await get('/events')).status).toBe(200)
  })

  it('that fall behind miss messages, hold a bounded amount, and are then told everything', async () => {
    const { registry, clock, get } = createScene()
    const breakers = Array.from({ length: 200 }, (_, i) => registry.get(`service-${String(i)}`))
    const slow = (await get('/events')).body?.getReader()
    for (let tick = 0; tick < 100; tick++) {
      for (const breaker of breakers) breaker.tryAcquire()?.succeed()
      clock.advance(250)
    }
    const decoder = new TextDecoder()
    let bytes = 0
    let messages = 0
    let last = ''
    while (!last.includes('"succeeded":100,')) {
      const chunk = (await slow?.read())?.value as Uint8Array
      bytes += chunk.byteLength
      messages++
      last = decoder.decode(chunk)
    }
    expect(last).toContain('"type":"everything"')
    expect(messages).toBeLessThan(50)
    expect(bytes).toBeLessThan(1_000_000)
  })

  it('that take nothing for half a minute are dropped; the others read on', async () => {
    const { registry, clock, get, dashboard } = createScene()
    const breakers = Array.from({ length: 400 }, (_, i) => registry.get(`service-${String(i)}`))
    const stuck = (await get('/events')).body?.getReader()
    const reading = listenTo(await get('/events'))
    await reading.next()
    for (let tick = 0; tick < 200; tick++) {
      for (const breaker of breakers) breaker.tryAcquire()?.succeed()
      clock.advance(250)
      await reading.next()
    }
    expect(dashboard.readers).toBe(1)
    await expect(
      (async () => {
        for (let i = 0; i < 1000; i++) await stuck?.read()
      })(),
    ).rejects.toThrow('too slow')
  })
})

describe('a breaker', () => {
  it('is not held by the dashboard: the registry lets go of it when it is idle', async () => {
    const { registry, clock, get } = createScene({}, { maxIdle: 1000 })
    registry.get('once')
    const stream = listenTo(await get('/events'))
    await stream.next()
    clock.advance(5000)
    registry.get('one')
    registry.get('two')
    expect(registry.has('once')).toBe(false)
  })

  it('does not notice a look that fails, nor do the others', async () => {
    const { registry, clock, get, reported } = createScene()
    const broken = registry.get('broken')
    registry.get('sound')
    broken.stats = () => {
      throw new Error('cannot look')
    }
    const stream = listenTo(await get('/events'))
    expect((await stream.next())?.rows).toMatchObject([{ name: 'sound' }])
    expect(reported).toContainEqual(new Error('cannot look'))
    registry.get('sound').tryAcquire()?.succeed()
    clock.advance(250)
    expect((await stream.next())?.rows).toMatchObject([{ name: 'sound', throughput: 1 }])
  })
})

describe('a dashboard that is disposed of', () => {
  it('lets nobody in who was still being asked who they are', async () => {
    const answers: ((yes: boolean) => void)[] = []
    const ask = () => new Promise<boolean>((answer) => answers.push(answer))
    const { registry, clock, dashboard, get, act } = createScene({
      authorize: ask,
      authorizeReading: ask,
    })
    const payments = registry.get('payments')
    const reading = get('/events')
    const acting = act({ action: 'isolate', breaker: 'payments', reason: 'test' })
    await expect.poll(() => answers.length).toBe(2)
    dashboard.dispose()
    for (const answer of answers) answer(true)
    expect(await refusalOf(await reading)).toBe('503 disposed')
    expect(await refusalOf(await acting)).toBe('503 disposed')
    expect(payments.state).toBe('closed')
    expect(dashboard.readers).toBe(0)
    expect(clock.pendingTimers).toBe(0)
  })

  it('ends its streams and its timer, refuses requests, and leaves the breakers alone', async () => {
    const { registry, clock, dashboard, get, act } = createScene({ authorize: () => true })
    const payments = registry.get('payments')
    const stream = listenTo(await get('/events'))
    await stream.next()
    dashboard.dispose()
    dashboard.dispose()
    await expect(stream.next()).rejects.toThrow('the stream has ended')
    expect(clock.pendingTimers).toBe(0)
    expect(await refusalOf(await get('/'))).toBe('503 disposed')
    expect(await refusalOf(await act({ action: 'reset', breaker: 'payments' }))).toBe(
      '503 disposed',
    )
    await expect(payments.execute(() => 'fine')).resolves.toBe('fine')
  })

  it('lives on when its registry is disposed of, and shows nothing', async () => {
    const { registry, clock, get } = createScene()
    registry.get('payments')
    const stream = listenTo(await get('/events'))
    await stream.next()
    registry.dispose()
    clock.advance(250)
    expect((await stream.next())?.gone).toEqual(['payments'])
  })
})
