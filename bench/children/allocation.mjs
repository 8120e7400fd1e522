// Prints the bytes that one successful call allocates. Arguments: whose, and how many are made.
import { bareCall, contenders } from '../contenders.mjs'

const [subject = '', count = ''] = process.argv.slice(2)
const contender = [bareCall, ...Object.values(contenders)].find(({ name }) => name === subject)
if (contender === undefined) throw new Error(`no such contender: ${subject}`)

const guard = contender.guard(() => Promise.resolve(1))
const calls = Number(count)
// Compiled code allocates less: it is what a busy service runs.
for (const end = performance.now() + 500; performance.now() < end;) await guard.repeat(100)
await guard.repeat(calls)

globalThis.gc?.()
const before = process.memoryUsage().heapUsed
await guard.repeat(calls)
console.log((process.memoryUsage().heapUsed - before) / calls)
process.exit()
