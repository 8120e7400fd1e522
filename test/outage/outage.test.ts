import { describe, expect, it } from 'vitest'
import { clients } from './clients.js'
import { faults } from './faulty-server.js'
import { complaintsAbout, runOutage } from './outage.js'
import type { Client } from './clients.js'
import type { Fault } from './faulty-server.js'

const cases = Object.entries(clients).flatMap(([name, client]) =>
  faults.map((fault): [string, Fault, Client] => [name, fault, client]),
)
// A round of these takes long enough.
const slowly = new Set<Fault>(['slow headers', 'hanging', 'status 429'])

// Five at a time, so that some four hundred calls are begun in a second.
describe.concurrent('a dependency fails for a while, called by', { timeout: 60_000 }, () => {
  it.each(cases)('%s: %s', async (_, fault, client) => {
    const failingRounds = slowly.has(fault) ? 1 : 2
    const report = await runOutage({ fault, client, rate: 80, failingRounds })
    expect(complaintsAbout(report)).toEqual([])
  })
})
