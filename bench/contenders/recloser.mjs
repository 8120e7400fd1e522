import { createBreaker } from 'recloser'
import { usualJob } from '../job.mjs'
import { versionOf } from '../version-of.mjs'

/** @type {import('../job.mjs').Contender} */
export const recloser = {
  name: 'recloser',
  version: versionOf('recloser'),
  note: '',
  guard(fn, job = usualJob) {
    const breaker = createBreaker('bench', job)
    return {
      async repeat(calls) {
        let rejected = 0
        for (let i = 0; i < calls; i++) {
          try {
            await breaker.execute(fn)
          } catch {
            rejected++
          }
        }
        return rejected
      },
      dispose() {
        breaker.dispose()
      },
    }
  },
}
