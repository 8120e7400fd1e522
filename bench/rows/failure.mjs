import { bareCall, contenders } from '../contenders.mjs'
import { interleave } from '../interleave.mjs'
import { usualJob } from '../job.mjs'
import { figuresOf, ratioTarget } from '../row.mjs'

const { recloser, cockatiel, opossum, opossumLean, mollitia, brakes } = contenders
const counting = [recloser, cockatiel, opossum, opossumLean, mollitia, brakes]

/** So long that nothing expires meanwhile, and a ratio that is not reached. */
const job = { ...usualJob, samplingDuration: 60 * 60 * 1000, failureRatio: 0.95 }

/** Of the calls in the window, one succeeds for so many that fail: enough to stay closed. */
const failuresPerSuccess = 9

/** Failing calls in one slice: more of them would be another window before long. */
const most = 90

/**
 * A call that fails in a closed circuit, below the limit, while the window holds many failures.
 * Effect is not here: it holds the latest hundred calls.
 *
 * @param {import('../effort.mjs').Size} size
 * @returns {Promise<import('../row.mjs').Row>}
 */
export async function failure({ effort, failures }) {
  const guards = []
  for (const contender of [bareCall, ...counting]) {
    guards.push(await failingGuard(contender, failures))
  }
  const samples = await interleave(guards, effort)
  for (const { dispose } of guards) await dispose()
  return {
    id: 'failure',
    title: `A call that fails, with ${failures.toLocaleString('en')} failures in the window`,
    unit: 'ns',
    figures: figuresOf(samples),
    targets: [
      ratioTarget(samples, 'recloser', 'cockatiel', 1),
      ratioTarget(samples, 'recloser', 'opossum', 0.02),
    ],
  }
}

/**
 * @param {import('../job.mjs').Contender} contender
 * @param {number} failures
 */
async function failingGuard(contender, failures) {
  const error = new Error('down')
  let fails = false
  let runs = 0
  const guard = contender.guard(() => {
    runs++
    return fails ? Promise.reject(error) : Promise.resolve(1)
  }, job)
  /** @param {number} calls */
  const succeed = async (calls) => {
    fails = false
    await guard.repeat(Math.ceil(calls / failuresPerSuccess))
  }
  /** @param {number} calls */
  const fail = async (calls) => {
    fails = true
    const before = runs
    await guard.repeat(calls)
    if (runs !== before + calls) throw new Error(`${contender.name} opened`)
  }
  for (let filled = 0; filled < failures; filled += most) {
    await succeed(most)
    await fail(Math.min(most, failures - filled))
  }
  return { name: contender.name, repeat: fail, after: succeed, most, dispose: guard.dispose }
}
