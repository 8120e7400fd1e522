import { describe, expect, it } from 'vitest'
import { breakCircuit, createScene, refusalOf } from './support.js'

const allowed = { authorize: () => true }

describe('who may act', () => {
  it('nobody, unless authorize says so', async () => {
    const { registry, act } = createScene()
    const payments = registry.get('payments')
    const response = await act({ action: 'isolate', breaker: 'payments', reason: 'test' })
    expect(await refusalOf(response)).toBe('403 read-only')
    expect(payments.state).toBe('closed')
  })

  it('those to whom authorize says yes; it sees the request and what is asked for', async () => {
    const seen: unknown[] = []
    const { registry, act } = createScene({
      authorize: (request, action) => {
        seen.push(action)
        return Promise.resolve(request.headers.get('authorization') === 'Bearer 42')
      },
    })
    const payments = registry.get('payments')
    const body = { action: 'isolate', breaker: 'payments', reason: 'test' }
    expect(await refusalOf(await act(body))).toBe('403 unauthorized')
    expect(payments.state).toBe('closed')
    expect((await act(body, { authorization: 'Bearer 42' })).status).toBe(200)
    expect(payments.state).toBe('isolated')
    expect(seen).toEqual([body, body])
  })

  it('nobody, when authorize throws or says anything but true', async () => {
    const answers = [
      () => {
        throw new Error('no directory')
      },
      () => Promise.reject(new Error('no directory')),
      () => 'yes',
      () => 1,
      () => undefined,
    ] as unknown as (() => boolean)[]
    for (const authorize of answers) {
      const { registry, act, reported } = createScene({ authorize })
      registry.get('payments')
      const response = await act({ action: 'reset', breaker: 'payments' })
      expect(await refusalOf(response)).toBe('403 unauthorized')
      expect(reported.every((error) => (error as Error).message === 'no directory')).toBe(true)
    }
  })

  it('no other site, whatever authorize says', async () => {
    const { registry, act } = createScene(allowed)
    const payments = registry.get('payments')
    const body = { action: 'isolate', breaker: 'payments', reason: 'test' }
    for (const headers of [
      { origin: 'https://evil.example' },
      { origin: 'http://ops.example:8080' },
      { origin: 'null' },
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
    ]) {
      expect(await refusalOf(await act(body, headers))).toBe('403 cross-site')
    }
    expect(payments.state).toBe('closed')
    expect((await act(body, { 'sec-fetch-site': 'same-origin' })).status).toBe(200)
  })

  it('pages of the named origins, when a proxy asks for another host than the browser', async () => {
    const { registry, act } = createScene({ ...allowed, origins: ['https://ops.example.com'] })
    registry.get('payments')
    const body = { action: 'reset', breaker: 'payments' }
    expect((await act(body, { origin: 'https://ops.example.com' })).status).toBe(200)
    expect(await refusalOf(await act(body))).toBe('403 cross-site')
  })

  it('a program that is no browser, when authorize allows it', async () => {
    const { registry, dashboard } = createScene(allowed)
    const payments = registry.get('payments')
    const response = await dashboard.fetch(
      new Request('http://ops.example/actions', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: '{"action":"isolate","breaker":"payments","reason":"deploy"}',
      }),
    )
    expect(response.status).toBe(200)
    expect(payments.state).toBe('isolated')
  })
})

describe('an action', () => {
  it('isolates with a reason, for as long as it says', async () => {
    const { registry, clock, act } = createScene(allowed)
    const payments = registry.get('payments')
    await act({ action: 'isolate', breaker: 'payments', reason: ' a move ', duration: 5000 })
    expect(payments.isolation?.reasons).toEqual(['a move'])
    clock.advance(5000)
    expect(payments.state).toBe('closed')
  })

  it('releases one hold by its id, and the circuit with the last', async () => {
    const { registry, act } = createScene(allowed)
    const payments = registry.get('payments')
    payments.isolate('one')
    const { id } = payments.isolate('two')
    const body = { action: 'release', breaker: 'payments', hold: id }
    expect((await act(body)).status).toBe(200)
    expect(payments.isolation?.reasons).toEqual(['one'])
    expect(await refusalOf(await act(body))).toBe('409 no-effect')
    await act({ ...body, hold: payments.isolation?.holds[0]?.id })
    expect(payments.state).toBe('closed')
  })

  it('forces half-open what is open, and says so when there is nothing to force', async () => {
    const { registry, act } = createScene(allowed)
    const payments = registry.get('payments')
    const body = { action: 'forceHalfOpen', breaker: 'payments' }
    expect(await refusalOf(await act(body))).toBe('409 no-effect')
    breakCircuit(payments)
    expect((await act(body)).status).toBe(200)
    expect(payments.state).toBe('halfOpen')
  })

  it('resets', async () => {
    const { registry, act } = createScene(allowed)
    const payments = registry.get('payments')
    breakCircuit(payments)
    expect((await act({ action: 'reset', breaker: 'payments' })).status).toBe(200)
    expect(payments.state).toBe('closed')
  })

  it('makes no breaker of a name that is not known', async () => {
    const { registry, act } = createScene(allowed)
    expect(await refusalOf(await act({ action: 'reset', breaker: 'nobody' }))).toBe('404 not-found')
    expect(registry.size).toBe(0)
  })

  it.each([
    ['no JSON', 'isolate'],
    ['no object', '7'],
    ['nothing', ''],
    ['no breaker', { action: 'reset' }],
    ['an unknown action', { action: 'explode', breaker: 'payments' }],
    ['no reason', { action: 'isolate', breaker: 'payments' }],
    ['an empty reason', { action: 'isolate', breaker: 'payments', reason: '  ' }],
    ['a long reason', { action: 'isolate', breaker: 'payments', reason: 'x'.repeat(201) }],
    ['a duration of 0', { action: 'isolate', breaker: 'payments', reason: 'x', duration: 0 }],
    [
      'a duration in words',
      { action: 'isolate', breaker: 'payments', reason: 'x', duration: '1h' },
    ],
    ['no hold', { action: 'release', breaker: 'payments' }],
  ])('with %s is refused', async (_, body) => {
    const { registry, act } = createScene(allowed)
    registry.get('payments')
    expect(await refusalOf(await act(body))).toBe('400 bad-request')
    expect(registry.get('payments').state).toBe('closed')
  })

  it('must come as JSON, which no form of another site can send unasked', async () => {
    const { registry, act } = createScene(allowed)
    registry.get('payments')
    const body = { action: 'reset', breaker: 'payments' }
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', '']) {
      expect(await refusalOf(await act(body, { 'content-type': type }))).toBe('400 bad-request')
    }
    const typed = await act(body, { 'content-type': 'application/json; charset=utf-8' })
    expect(typed.status).toBe(200)
  })

  it('is not read to its end when it is too long', async () => {
    const { dashboard } = createScene(allowed)
    let sent = 0
    const endless = new ReadableStream<Uint8Array>({
      pull: (controller) => {
        sent++
        controller.enqueue(new Uint8Array(8192))
      },
    })
    const response = await dashboard.fetch(
      new Request('http://ops.example/actions', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: endless,
        duplex: 'half',
      } as RequestInit),
    )
    expect(await refusalOf(response)).toBe('413 too-large')
    expect(sent).toBeLessThan(10)
  })

  it('is a POST', async () => {
    const { get } = createScene(allowed)
    expect(await refusalOf(await get('/actions'))).toBe('405 method-not-allowed')
  })
})
