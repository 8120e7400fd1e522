// Prints the bytes of heap that one breaker takes. Arguments: whose, and how many are made.
import { createRegistry } from 'recloser'
import { Settings } from 'recloser/core'
import { breakerMachine } from 'recloser/machines'
import { createActor } from 'xstate'
import { contenders } from '../contenders.mjs'
import { samplingBreaker } from '../contenders/cockatiel.mjs'

const fn = () => Promise.resolve(1)
const settings = new Settings()
const registry = createRegistry({ defaults: { historySize: 0 } })

/** @type {Record<string, (name: string) => unknown>} */
const subjects = {
  idle: (name) => registry.get(name),
  used(name) {
    registry.get(name).tryAcquire()?.succeed()
  },
  open(name) {
    registry.get(name).trip('bench')
  },
  closedAgain(name) {
    const breaker = registry.get(name)
    breaker.trip('bench')
    breaker.reset()
    // As many as it takes to judge it.
    for (let i = 0; i < 10; i++) breaker.tryAcquire()?.succeed()
  },
  cockatiel: () => samplingBreaker(),
  opossum: () => contenders.opossum.guard(fn),
  mollitia: () => contenders.mollitia.guard(fn),
  brakes: () => contenders.brakes.guard(fn),
  actor: (name) => createActor(breakerMachine, { input: { name, options: settings } }).start(),
}

const [subject = '', count = ''] = process.argv.slice(2)
const make = subjects[subject]
if (make === undefined) throw new Error(`no such subject: ${subject}`)

const names = Array.from({ length: Number(count) }, (_, i) => `breaker ${i}`)
/** @type {unknown[]} */
const made = Array.from({ length: names.length })
// Code and shapes are not part of a breaker.
for (let i = 0; i < 100; i++) make(`warm-up ${i}`)

const before = heap()
for (const [i, name] of names.entries()) made[i] = make(name)
console.log((heap() - before) / made.length)
process.exit()

function heap() {
  for (let i = 0; i < 3; i++) globalThis.gc?.()
  return process.memoryUsage().heapUsed
}
