import { describe, expect, it } from 'vitest'
import { breakCircuit, createScene, refusalOf } from './support.js'

interface Detail {
  transitions: Record<string, unknown>[]
  spans: Record<string, unknown>[]
  errors: { name: string; count: number }[]
  series: {
    step: number
    at: number[]
    succeeded: number[]
    failed: number[]
    rejected: number[]
  }
}

async function detailOf(response: Response): Promise<Detail> {
  expect(response.status).toBe(200)
  return (await response.json()) as Detail
}

describe('the detail of a breaker', () => {
  it('holds its transitions and the states it was in', async () => {
    const { registry, clock, get } = createScene()
    const start = clock.wall()
    clock.advance(3000)
    breakCircuit(registry.get('payments'))
    clock.advance(1000)
    registry.get('payments').reset()
    clock.advance(1000)
    const { transitions, spans } = await detailOf(await get('/breaker?name=payments'))
    expect(transitions).toMatchObject([
      { from: 'closed', to: 'open', at: start + 3000 },
      { from: 'open', to: 'closed', at: start + 4000, reason: 'reset by hand' },
    ])
    expect(spans).toEqual([
      { state: 'closed', from: start + 3000, to: start + 3000 },
      { state: 'open', from: start + 3000, to: start + 4000 },
      { state: 'closed', from: start + 4000, to: start + 5000 },
    ])
  })

  it('holds the errors of the window by name, the most frequent first', async () => {
    const { registry, clock, get } = createScene()
    const payments = registry.get('payments', { minimumThroughput: 100 })
    payments.tryAcquire()?.fail(new RangeError('far'))
    for (let i = 0; i < 3; i++) payments.tryAcquire()?.fail(new TypeError('odd'))
    clock.advance(2000)
    const { errors } = await detailOf(await get('/breaker?name=payments'))
    expect(errors).toEqual([
      { name: 'TypeError', count: 3 },
      { name: 'RangeError', count: 1 },
    ])
  })

  it('plots calls a second, also from before anybody looked', async () => {
    const { registry, clock, get } = createScene()
    const payments = registry.get('payments')
    clock.advance(4000)
    for (let i = 0; i < 8; i++) payments.tryAcquire()?.succeed()
    for (let i = 0; i < 2; i++) payments.tryAcquire()?.fail()
    clock.advance(2000)
    payments.isolate()
    for (let i = 0; i < 6; i++) payments.tryAcquire()
    clock.advance(2000)
    const { series } = await detailOf(await get('/breaker?name=payments'))
    expect(series.step).toBe(2000)
    expect(series.at.slice(-2)).toEqual([clock.wall() - 2000, clock.wall()])
    expect(series.succeeded.slice(-3)).toEqual([0, 4, 0])
    expect(series.failed.slice(-3)).toEqual([0, 1, 0])
    expect(series.rejected.slice(-3)).toEqual([0, 0, 3])
  })

  it('forgets points older than the span', async () => {
    const { registry, clock, get } = createScene({ span: 60_000 })
    const payments = registry.get('payments')
    clock.advance(1000)
    payments.tryAcquire()?.succeed()
    clock.advance(50_000)
    const before = await detailOf(await get('/breaker?name=payments'))
    expect(before.series.succeeded).toContain(4)
    clock.advance(30_000)
    const { series } = await detailOf(await get('/breaker?name=payments'))
    expect(series.at).toHaveLength(240)
    expect((series.at.at(-1) ?? 0) - (series.at[0] ?? 0)).toBeLessThan(61_000)
    expect(new Set(series.succeeded)).toEqual(new Set([0]))
  })

  it('is bounded, however long the history', async () => {
    const { registry, clock, get } = createScene({}, { defaults: { historySize: 10_000 } })
    const payments = registry.get('payments')
    for (let i = 0; i < 400; i++) {
      payments.trip('x'.repeat(2000))
      payments.reset()
    }
    clock.advance(2000)
    const response = await get('/breaker?name=payments')
    const { transitions, spans } = await detailOf(response.clone())
    expect(transitions).toHaveLength(200)
    expect(spans).toHaveLength(200)
    expect((await response.text()).length).toBeLessThan(200_000)
  })

  it('is there only for breakers that are', async () => {
    const { registry, get } = createScene()
    expect(await refusalOf(await get('/breaker?name=nobody'))).toBe('404 not-found')
    expect(await refusalOf(await get('/breaker'))).toBe('404 not-found')
    expect(registry.size).toBe(0)
  })
})
