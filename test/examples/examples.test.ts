import { readFileSync, readdirSync } from 'node:fs'
import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { runScript } from '../support/script.js'

const folder = resolve(import.meta.dirname, '../../examples')
const programs = readdirSync(folder).filter((file) => file.endsWith('.js') && file !== 'start.js')
const services = ['express', 'fastify', 'hono'].map((name) => `services/${name}.js`)
const readme = readFileSync(resolve(folder, 'README.md'), 'utf8')

/** What the output of a program must say for its promise to be kept. */
const promises: Record<string, RegExp> = {
  'api-client.js': /request 8: fine\n[3-5] of 1[1-3] calls failed, the circuit is closed\n$/,
  'retry-recovers.js': /attempt 3 succeeded\nanswer: fine; 2 of 3 calls failed, circuit closed\n$/,
  'retries-stop.js': /closed → open.*request 5: not asked; the server got 3 calls\n$/s,
  'wait-out-the-break.js': /waiting as long as it says\n.*fine after the break, with 3 calls\n$/s,
  'client-errors.js':
    /user 6: Error: the server answered 404\n6 calls for 6 requests, circuit closed\n$/,
  'maintenance-mode.js':
    /during, invoices: back soon \(database is moved\)\n.*after, invoices: fine\n.*invoices got 2 calls\n/s,
  'slow-recovery.js':
    /for 50 ms\n.*for 100 ms\n.*for 200 ms\n.*halfOpen → closed\ncircuit closed; .* spared many calls\n$/s,
  'dependents.js':
    /database: closed → open\n.*orders: rejected\nreports: rejected\npages: success\n.*orders: success\nreports: success\n$/s,
  'rate-limited-client.js':
    /silence for 1000 ms\n.*request 6: fine\n.*the token came back\nIsolatedCircuitError/s,
  'breaker-per-dependency.js':
    /stock 12 left, prices not asked\n.*stock is closed\nprices is open/s,
  'isolate-and-reset.js': /the last hold ran out\nsuccess\n.*reset by hand\nsuccess\n$/s,
  'opentelemetry.js':
    /recloser.state orders open 1 \n.*request 3: recloser.transition, failure rate 66.67%.*request 5: recloser.rejection, open\n$/s,
  'own-statechart.js':
    /shop: cashOnly\n.*payment 4: rejected\nshop: anyPayment\npayment 5: success/s,
  'prometheus.js':
    /order 5: rejected\n.*recloser_calls_total\{breaker="orders",outcome="failure"\} 3\n/s,
  'protect-a-stream.js': /price of the day\n.*complete after 4 connections; rejected: 1\n$/s,
  'queue-consumer.js': /3 messages wait\n.*delivered: apples, pears, plums, quinces\n$/s,
  'testing-your-code.js': / pass 3\n.+ fail 0\n/,
}

describe('the services', () => {
  it('say at once that their upstream is down, when to come back, and how they are', async () => {
    const endings = await Promise.all(services.map((service) => runScript(`examples/${service}`)))
    for (const { code, stdout, stderr } of endings) {
      expect(stderr).toBe('')
      expect(code).toBe(0)
      expect(stdout.split('\n')).toEqual([
        'price: 200 {"price":9.9}',
        'price: 502 {"error":"no price"}',
        'price: 502 {"error":"no price"}',
        'price: 502 {"error":"no price"}',
        'price: 503 {"error":"no price for now"}',
        'health: {"status":"degraded","circuits":{"prices":"open"}}',
        'waiting 3 s',
        'price: 200 {"price":9.9}',
        'health: {"status":"ok","circuits":{"prices":"closed"}}',
        '',
      ])
    }
  }, 60_000)
})

describe('each example', () => {
  it.each(programs)(
    '%s runs offline, ends by itself and keeps its promise',
    async (program) => {
      const { code, stdout, stderr } = await runScript(`examples/${program}`)
      expect(stderr).toBe('')
      expect(code).toBe(0)
      expect(stdout).toMatch(promises[program] ?? /\S/)
    },
    60_000,
  )

  it.each([...programs, ...services, 'start.js'])(
    '%s is listed in the README of the examples',
    (program) => {
      expect(readme).toContain(`[${program}](${program})`)
    },
  )

  it.each(Object.keys(promises))('%s exists', (program) => {
    expect(programs).toContain(program)
  })
})
