// Options that must and must not compile. `tsc` is the test: an expected error that does not come is
// an error.
import { consecutiveFailures, countWindow, createBreaker, exponentialBreakDuration } from 'recloser'
import { createFakeClock } from 'recloser/testing'
import type { BreakerOptions, Settled } from 'recloser'

createBreaker('api')
createBreaker('api', {})
createBreaker('api', { failureRatio: 0.3, minimumThroughput: 5, samplingDuration: 1000 })
createBreaker('api', { slowCall: { duration: 100 }, halfOpen: { probes: 3, successes: 2 } })
createBreaker('api', { trip: consecutiveFailures(5) })
createBreaker('api', { trip: countWindow({ size: 20 }) })
createBreaker('api', { breakDuration: 1000 })
createBreaker('api', { breakDuration: exponentialBreakDuration({ factor: 2 }) })
createBreaker('api', { breakDuration: ({ consecutiveBreaks }) => consecutiveBreaks * 1000 })
createBreaker('api', { mode: 'shadow', clock: createFakeClock(), random: () => 0.5 })
createBreaker('api', { snapshot: JSON.parse('{}') as unknown })
createBreaker('api', {
  classify: (settled, { duration }) =>
    settled.status === 'rejected' && duration > 10 ? 'ignored' : 'success',
})

// @ts-expect-error a breaker has a name
createBreaker()
// @ts-expect-error which is a text
createBreaker(1)
// @ts-expect-error an option that does not exist
createBreaker('api', { failureRate: 0.5 })
// @ts-expect-error a number, not a text
createBreaker('api', { failureRatio: '0.5' })
// @ts-expect-error no other mode
createBreaker('api', { mode: 'off' })
// @ts-expect-error a slow call says what slow is
createBreaker('api', { slowCall: { ratio: 0.5 } })
// @ts-expect-error an option that does not exist, one level down
createBreaker('api', { halfOpen: { probe: 1 } })
// @ts-expect-error a policy is made by its factory
createBreaker('api', { trip: 5 })
// @ts-expect-error a count window has a size
countWindow({})
// @ts-expect-error a rule is synchronous
createBreaker('api', { breakDuration: () => Promise.resolve(1000) })
// @ts-expect-error a classifier says one of three words
createBreaker('api', { classify: () => 'ok' })
// @ts-expect-error and is synchronous as well
createBreaker('api', { classify: () => Promise.resolve('success' as const) })
// @ts-expect-error a clock has timers
createBreaker('api', { clock: { now: () => 0 } })
// @ts-expect-error left out or given, never undefined
createBreaker('api', { failureRatio: undefined })

declare const options: BreakerOptions
// @ts-expect-error options are not changed once they are made
options.failureRatio = 0.5

declare const settled: Settled<number>
// @ts-expect-error a call that threw has no value
void settled.value
if (settled.status === 'fulfilled') settled.value.toFixed()
else void settled.reason
