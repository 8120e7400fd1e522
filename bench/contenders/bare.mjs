/** @type {import('../job.mjs').Contender} */
export const bareCall = {
  name: 'bare call',
  version: '',
  note: '',
  guard: (fn) => ({
    async repeat(calls) {
      let rejected = 0
      for (let i = 0; i < calls; i++) {
        try {
          await fn()
        } catch {
          rejected++
        }
      }
      return rejected
    },
    dispose: () => undefined,
  }),
}
