import { Effect, Scope } from 'effect'
import { CircuitBreaker } from 'effect/persistence'
import { usualJob } from '../job.mjs'
import { versionOf } from '../version-of.mjs'

/** @type {import('../job.mjs').Contender} */
export const effect = {
  name: 'effect',
  version: versionOf('effect'),
  note: 'counts the latest 100 calls, for it has no time window; run by runPromise for each call',
  guard(fn, job = usualJob) {
    const scope = Effect.runSync(Scope.make())
    const breaker = Effect.runSync(
      CircuitBreaker.make({
        tripPolicy: CircuitBreaker.rate({
          threshold: job.failureRatio,
          size: 100,
          minimumCalls: 10,
        }),
        openDuration: job.breakDuration,
      }).pipe(Scope.provide(scope), Effect.provide(CircuitBreaker.layerStoreMemory())),
    )
    const guarded = Effect.tryPromise(fn).pipe(breaker.execute({ key: 'bench' }))
    return {
      async repeat(calls) {
        let rejected = 0
        for (let i = 0; i < calls; i++) {
          try {
            await Effect.runPromise(guarded)
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
