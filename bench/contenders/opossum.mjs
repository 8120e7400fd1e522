import CircuitBreaker from 'opossum'
import { usualJob } from '../job.mjs'
import { versionOf } from '../version-of.mjs'

/** As it comes: it also measures percentiles of latency. */
export const opossum = contenderOf('opossum', true, 'also measures percentiles, as by default')

/** Only what the others do. */
export const opossumLean = contenderOf('opossum, lean', false, 'without percentiles')

/**
 * @param {string} name
 * @param {boolean} rollingPercentilesEnabled
 * @param {string} note
 * @returns {import('../job.mjs').Contender}
 */
function contenderOf(name, rollingPercentilesEnabled, note) {
  return {
    name,
    version: versionOf('opossum'),
    note,
    guard(fn, job = usualJob) {
      const breaker = new CircuitBreaker(fn, {
        timeout: false,
        errorThresholdPercentage: job.failureRatio * 100,
        volumeThreshold: 10,
        rollingCountTimeout: job.samplingDuration,
        rollingCountBuckets: 10,
        resetTimeout: job.breakDuration,
        rollingPercentilesEnabled,
      })
      return {
        async repeat(calls) {
          let rejected = 0
          for (let i = 0; i < calls; i++) {
            try {
              await breaker.fire()
            } catch {
              rejected++
            }
          }
          return rejected
        },
        dispose() {
          breaker.shutdown()
        },
      }
    },
  }
}
