import { Circuit, SlidingTimeBreaker } from 'mollitia'
import { usualJob } from '../job.mjs'
import { versionOf } from '../version-of.mjs'

/** @type {import('../job.mjs').Contender} */
export const mollitia = {
  name: 'mollitia',
  version: versionOf('mollitia'),
  note: 'SlidingTimeBreaker, which keeps each call of the window, at most 1,000',
  guard(fn, job = usualJob) {
    const options = {
      slidingWindowSize: job.samplingDuration,
      minimumNumberOfCalls: 10,
      failureRateThreshold: job.failureRatio * 100,
      openStateDelay: job.breakDuration,
      permittedNumberOfCallsInHalfOpenState: 1,
    }
    /* eslint-disable @typescript-eslint/no-unsafe-class-instance-assignment -- its options are typed as classes */
    const breaker = new SlidingTimeBreaker(options)
    const circuit = new Circuit({ func: fn, options: { modules: [breaker] } })
    /* eslint-enable @typescript-eslint/no-unsafe-class-instance-assignment */
    return {
      async repeat(calls) {
        let rejected = 0
        for (let i = 0; i < calls; i++) {
          try {
            await circuit.execute()
          } catch {
            rejected++
          }
        }
        return rejected
      },
      dispose() {
        circuit.dispose()
      },
    }
  },
}
