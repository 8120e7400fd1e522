import fc from 'fast-check'
import { createBreaker } from 'recloser'
import { expect, it, vi } from 'vitest'
import { BreakerPlayer } from './breaker-player.js'
import { playStep } from './compare.js'
import { ModelPlayer } from './model-player.js'
import { runs, told } from './runs.js'
import { trace } from './trace.js'

interface Inspection {
  readonly type: string
  readonly event?: { readonly type: string }
}

// With an inspector every outcome becomes an event of the chart, also those that cannot move it. If
// the filter before the chart let too little through, the two would come apart.
it(
  'a chart that is sent every outcome moves as one that is sent only those that may move it',
  { timeout: 3_600_000 },
  async () => {
    const parameters = runs(100)
    let events = 0
    let outcomes = 0
    const count = (inspection: Inspection) => {
      if (inspection.type === '@xstate.event' && inspection.event?.type === 'OUTCOME') events++
    }
    await fc.assert(
      fc.asyncProperty(trace, async (one) => {
        const guide = new ModelPlayer(one)
        const filtered = new BreakerPlayer(one)
        const unfiltered = new BreakerPlayer(one, count)
        for (const [index, step] of one.steps.entries()) {
          const where = `step ${String(index)}, ${JSON.stringify(step)}`
          await playStep(step, unfiltered, filtered, guide, where)
        }
        const { successes, ignored } = guide.model.totals
        outcomes += successes + ignored
      }),
      parameters,
    )
    console.log(`feeds: ${told(parameters)}`)
    expect(events).toBeGreaterThanOrEqual(outcomes)
  },
)

it.each([
  ['', false],
  [', also when somebody hears of it', true],
])('an outcome that cannot move the circuit is not sent to its chart%s', (_, heard) => {
  const breaker = createBreaker('filtered', { minimumThroughput: 4, failureRatio: 0.5 })
  if (heard) breaker.outcomes$.subscribe()
  const send = vi.spyOn(breaker.actor, 'send')
  const end = (kind: 'succeed' | 'fail' | 'ignore') => breaker.tryAcquire()?.[kind]()
  for (const kind of ['fail', 'ignore', 'fail', 'succeed', 'succeed', 'succeed'] as const) end(kind)
  expect(breaker.stats()).toMatchObject({ state: 'closed', failures: 2, successes: 3, ignored: 1 })
  expect(send).not.toHaveBeenCalled()
  end('fail')
  expect(breaker.state).toBe('open')
  expect(send).toHaveBeenCalledTimes(1)
  breaker.dispose()
})
