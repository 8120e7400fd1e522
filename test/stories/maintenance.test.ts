import { expect, it } from 'vitest'
import { createRegistry, isIsolatedCircuit } from 'recloser'
import { createFakeClock } from 'recloser/testing'

it('a maintenance window isolates its services, overlaps with an incident, and ends by itself', async () => {
  const clock = createFakeClock()
  const services = createRegistry({ clock, defaults: { minimumThroughput: 5 } })
  const [ledger, invoices, mail] = ['ledger', 'invoices', 'mail'].map((name) =>
    services.get(name),
  ) as [
    ReturnType<typeof services.get>,
    ReturnType<typeof services.get>,
    ReturnType<typeof services.get>,
  ]
  const log: string[] = []
  services.transitions$.subscribe(({ breaker, to, reason }) =>
    log.push(`${breaker} ${to}: ${reason}`),
  )
  const call = (name: string) => services.get(name).attempt(() => 'fine')

  // Two of three services go into maintenance for an hour.
  for (const service of [ledger, invoices])
    service.isolate('database upgrade', { duration: 3_600_000 })
  expect((await call('mail')).status).toBe('success')
  const refused = await call('ledger')
  if (refused.status !== 'rejected') throw new Error('the call was made')
  expect(isIsolatedCircuit(refused.error)).toBe(true)
  expect(refused.error.message).toBe('Circuit "ledger" is isolated: database upgrade')

  // Half an hour in, somebody else isolates the ledger for another reason.
  clock.advance(1_800_000)
  const incident = ledger.isolate('incident 7: wrong totals')
  expect(ledger.isolation).toMatchObject({
    since: clock.wall() - 1_800_000,
    reasons: ['database upgrade', 'incident 7: wrong totals'],
  })

  // The window ends: invoices are back, the ledger waits for the incident.
  clock.advance(1_800_000)
  expect((await call('invoices')).status).toBe('success')
  expect(await call('ledger')).toMatchObject({ status: 'rejected', state: 'isolated' })
  expect(ledger.isolation?.reasons).toEqual(['incident 7: wrong totals'])

  // Its release is tried out with a probe first.
  expect(ledger.forceHalfOpen()).toBe(true)
  expect(incident.release()).toBe(false)
  expect((await call('ledger')).status).toBe('success')
  expect(Object.values(services.stats()).map(({ state }) => state)).toEqual([
    'closed',
    'closed',
    'closed',
  ])
  expect(mail.history).toEqual([])
  expect(log).toEqual([
    'ledger isolated: isolated by hand: database upgrade',
    'invoices isolated: isolated by hand: database upgrade',
    'invoices closed: the last hold ran out',
    'ledger halfOpen: forced half-open by hand',
    'ledger closed: 1 of 1 needed probe succeeded',
  ])

  // What everybody wants to know afterwards.
  const [before, maintenance, after] = invoices.timeline()
  expect([before?.state, maintenance?.state, after?.state]).toEqual([
    'closed',
    'isolated',
    'closed',
  ])
  expect((maintenance?.to ?? 0) - (maintenance?.from ?? 0)).toBe(3_600_000)
  expect(clock.pendingTimers).toBe(0)
})
