import Brakes from 'brakes'
import { usualJob } from '../job.mjs'
import { versionOf } from '../version-of.mjs'

/** @type {import('../job.mjs').Contender} */
export const brakes = {
  name: 'brakes',
  version: versionOf('brakes'),
  note: 'cannot do without a timeout; closes by itself after the break',
  guard(fn, job = usualJob) {
    const brakes = new Brakes(fn, {
      isPromise: true,
      bucketNum: 10,
      bucketSpan: job.samplingDuration / 10,
      threshold: 1 - job.failureRatio,
      waitThreshold: 9,
      circuitDuration: job.breakDuration,
      registerGlobal: false,
      modifyError: false,
    })
    return {
      async repeat(calls) {
        let rejected = 0
        for (let i = 0; i < calls; i++) {
          try {
            await brakes.exec()
          } catch {
            rejected++
          }
        }
        return rejected
      },
      dispose() {
        brakes.destroy()
      },
    }
  },
}
