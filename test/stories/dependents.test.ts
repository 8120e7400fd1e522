import { expect, it } from 'vitest'
import { consecutiveFailures, createRegistry } from 'recloser'
import { createFakeClock } from 'recloser/testing'
import { fail } from '../support/breakers.js'
import type { Hold } from 'recloser'

it('those who need a broken dependency are isolated with it, and released with it', async () => {
  const clock = createFakeClock()
  const registry = createRegistry({ clock })
  const database = registry.get('database', {
    trip: consecutiveFailures(2),
    breakDuration: 1000,
  })
  const dependents = ['orders', 'reports'].map((name) => registry.get(name))
  const pages = registry.get('pages')
  const stateOf = () => [...registry].map(({ name, state }) => `${name} ${state}`)

  const holds: Hold[] = []
  database.state$.subscribe((state) => {
    if (state === 'open' && holds.length === 0)
      holds.push(...dependents.map((breaker) => breaker.isolate('the database is down')))
    else if (state === 'closed') for (const hold of holds.splice(0)) hold.release()
  })

  await fail(database, 2)
  expect(stateOf()).toEqual([
    'database open',
    'orders isolated',
    'reports isolated',
    'pages closed',
  ])
  for (const breaker of dependents) {
    expect(await breaker.attempt(() => 'fine')).toMatchObject({
      status: 'rejected',
      error: { reasons: ['the database is down'] },
    })
  }
  expect((await pages.attempt(() => 'fine')).status).toBe('success')

  // Somebody isolates the reports for a reason of their own meanwhile.
  const own = dependents[1]?.isolate('wrong figures')

  // The first probe fails: they stay isolated, each by one hold.
  clock.advance(1000)
  await fail(database)
  expect(dependents.map(({ isolation }) => isolation?.reasons)).toEqual([
    ['the database is down'],
    ['the database is down', 'wrong figures'],
  ])

  // The second succeeds: they are released with it, but for who has another reason.
  clock.advance(database.retryAfter ?? 0)
  expect((await database.attempt(() => 'fine')).status).toBe('success')
  expect(stateOf()).toEqual([
    'database closed',
    'orders closed',
    'reports isolated',
    'pages closed',
  ])
  own?.release()
  expect(dependents[1]?.state).toBe('closed')
  expect(clock.pendingTimers).toBe(0)
})
