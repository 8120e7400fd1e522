import { readFileSync, readdirSync } from 'node:fs'
import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { runScript } from '../support/script.js'

const folder = resolve(import.meta.dirname, '../../examples')
const programs = readdirSync(folder).filter((file) => file.endsWith('.js') && file !== 'start.js')
const readme = readFileSync(resolve(folder, 'README.md'), 'utf8')

/** What the output of a program must say for its promise to be kept. */
const promises: Record<string, RegExp> = {
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

describe('each example', () => {
  it.each(programs)(
    '%s runs offline, ends by itself and keeps its promise',
    async (program) => {
      const { code, stdout, stderr } = await runScript(`examples/${program}`)
      expect(stderr).toBe('')
      expect(code).toBe(0)
      expect(stdout).toMatch(promises[program] ?? /\S/)
    },
    30_000,
  )

  it.each([...programs, 'start.js'])('%s is listed in the README of the examples', (program) => {
    expect(readme).toContain(`[${program}](${program})`)
  })

  it.each(Object.keys(promises))('%s exists', (program) => {
    expect(programs).toContain(program)
  })
})
