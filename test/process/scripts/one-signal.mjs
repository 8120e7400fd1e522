// Ten thousand calls with one signal, one after the other and at once, in every state of a circuit.
import { getEventListeners } from 'node:events'
import { createBreaker } from 'recloser'

/** @type {string[]} */
const warnings = []
/** @type {string[]} */
const unhandled = []
process.on('warning', (warning) => warnings.push(String(warning)))
process.on('unhandledRejection', (reason) => unhandled.push(String(reason)))

const { signal } = new AbortController()
const leaving = new AbortController()
const calls = 10_000
const breaker = createBreaker('one-signal', { minimumThroughput: 1e9 })
const works = () => Promise.resolve('works')
const fails = () => Promise.reject(new Error('down'))
const hangs = () => new Promise(() => {})
const quiet = () => undefined

for (let i = 0; i < calls; i++)
  await breaker.execute(i % 2 === 0 ? works : fails, { signal }).catch(quiet)
const afterSequence = getEventListeners(signal, 'abort').length

await Promise.allSettled(
  Array.from({ length: calls }, (_, i) => breaker.execute(i % 2 === 0 ? works : fails, { signal })),
)
const hanging = Array.from({ length: calls }, () =>
  breaker.execute(hangs, { signal: leaving.signal }),
)
const duringAbort = getEventListeners(leaving.signal, 'abort').length
leaving.abort(new Error('the caller left'))
const left = await Promise.allSettled(hanging)

breaker.trip('a test')
for (let i = 0; i < calls; i++) await breaker.attempt(works, { signal })
breaker.forceHalfOpen()
await Promise.allSettled(Array.from({ length: calls }, () => breaker.attempt(fails, { signal })))

// Warnings and unhandled rejections are told in a later turn.
await new Promise((resolve) => setTimeout(resolve, 50))
const { totals } = breaker.stats()
console.log(
  JSON.stringify({
    warnings,
    unhandled,
    afterSequence,
    duringAbort,
    afterAll: getEventListeners(signal, 'abort').length,
    afterAbort: getEventListeners(leaving.signal, 'abort').length,
    left: left.filter(({ status }) => status === 'rejected').length,
    totals,
  }),
)
