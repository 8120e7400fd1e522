import { expect, it } from 'vitest'
import { createRegistry, isIsolatedCircuit } from 'recloser'
import { fallback } from 'recloser/fallback'
import { pipeline } from 'recloser/pipeline'
import { retry } from 'recloser/retry'
import { createFakeClock } from 'recloser/testing'

it('in maintenance mode services are answered for, none is called or waited for, and all end it by themselves', async () => {
  const clock = createFakeClock()
  const registry = createRegistry({ clock })
  const names = ['accounts', 'invoices', 'search']
  const calls: string[] = []
  const visit = async () => {
    const answers = names.map((name) =>
      pipeline(
        fallback((error) => (isIsolatedCircuit(error) ? error.reasons.join() : 'down'), {
          on: isIsolatedCircuit,
        }),
        // However patient: nobody waits for a person.
        retry({ waitForCircuit: true, clock }),
        registry.get(name),
      ).execute(() => {
        calls.push(name)
        return 'fine'
      }),
    )
    return Promise.all(answers)
  }
  expect(await visit()).toEqual(['fine', 'fine', 'fine'])

  for (const name of ['accounts', 'invoices'])
    registry.get(name).isolate('database is moved', { duration: 60_000 })
  registry.get('invoices').isolate('and its disks are checked', { duration: 90_000 })
  calls.length = 0
  expect(await visit()).toEqual([
    'database is moved',
    'database is moved,and its disks are checked',
    'fine',
  ])
  expect(calls).toEqual(['search'])

  clock.advance(60_000)
  expect(await visit()).toEqual(['fine', 'and its disks are checked', 'fine'])
  clock.advance(30_000)
  expect(await visit()).toEqual(['fine', 'fine', 'fine'])
  expect(clock.pendingTimers).toBe(0)
})
