import { SamplingBreaker, circuitBreaker, handleAll } from 'cockatiel'
import { usualJob } from '../job.mjs'
import { versionOf } from '../version-of.mjs'

/** @type {import('../job.mjs').Contender} */
export const cockatiel = {
  name: 'cockatiel',
  version: versionOf('cockatiel'),
  note: 'SamplingBreaker; the least throughput is given per second',
  guard(fn, job = usualJob) {
    const policy = samplingBreaker(job)
    return {
      async repeat(calls) {
        let rejected = 0
        for (let i = 0; i < calls; i++) {
          try {
            await policy.execute(fn)
          } catch {
            rejected++
          }
        }
        return rejected
      },
      dispose: () => undefined,
    }
  },
}

/** The breaker for the job, also for rows of their own. */
export function samplingBreaker(job = usualJob) {
  const { samplingDuration, failureRatio, breakDuration } = job
  return circuitBreaker(handleAll, {
    halfOpenAfter: breakDuration,
    breaker: new SamplingBreaker({
      threshold: failureRatio,
      duration: samplingDuration,
      minimumRps: 10_000 / samplingDuration,
    }),
  })
}
