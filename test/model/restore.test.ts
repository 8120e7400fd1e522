import fc from 'fast-check'
import { it } from 'vitest'
import { BreakerPlayer } from './breaker-player.js'
import { assertAlike, playStep } from './compare.js'
import { ModelPlayer } from './model-player.js'
import { runs, told } from './runs.js'
import { trace } from './trace.js'
import type { Step, Trace } from './trace.js'

// Calls under way and handles of holds belong to the breaker that gave them: none of these here,
// nor begun from within a rule.
const whole = new Set<Step['do']>([
  'burst',
  'feed',
  'lapse',
  'isolate',
  'reset',
  'forceHalfOpen',
  'trip',
  'send',
  'read',
])
const withoutCallsUnderWay = trace.map((one): Trace => ({
  ...one,
  hears: { transitions: false, outcomes: false, rejections: false, aborts: false },
  rule: one.rule.map((answer) => ({ ...answer, meanwhile: undefined })),
  steps: one.steps.filter((step) => whole.has(step.do)),
}))

it(
  'TK10: a breaker that is saved and restored after every step goes on as one that never was',
  { timeout: 3_600_000 },
  async () => {
    const parameters = runs(100)
    await fc.assert(
      fc.asyncProperty(withoutCallsUnderWay, async (one) => {
        const guide = new ModelPlayer(one)
        const restored = new BreakerPlayer(one)
        const uninterrupted = new BreakerPlayer(one)
        for (const [index, step] of one.steps.entries()) {
          const where = `step ${String(index)}, ${JSON.stringify(step)}`
          await playStep(step, restored, uninterrupted, guide, where)
          restored.perform({ do: 'restore', away: 0 })
          assertAlike(restored.observe(), uninterrupted.observe(), `restored after ${where}`)
        }
      }),
      parameters,
    )
    console.log(`restore: ${told(parameters)}`)
  },
)
