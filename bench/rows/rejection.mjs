import { createBreaker } from 'recloser'
import { contenders } from '../contenders.mjs'
import { interleave } from '../interleave.mjs'
import { usualJob } from '../job.mjs'
import { figuresOf, ratioTarget } from '../row.mjs'

/** Longer than any run. */
const breakDuration = 24 * 60 * 60 * 1000

/**
 * A call that an open circuit rejects.
 *
 * @param {import('../effort.mjs').Size} size
 * @returns {Promise<import('../row.mjs').Row>}
 */
export async function rejection({ effort }) {
  const guards = []
  for (const contender of Object.values(contenders)) guards.push(await openGuard(contender))
  const ours = [attempt(), tryAcquire()]
  const samples = await interleave([...guards, ...ours], effort)
  for (const one of [...guards, ...ours]) await one.dispose()
  return {
    id: 'rejection',
    title: 'A call that an open circuit rejects',
    unit: 'ns',
    figures: figuresOf(samples),
    targets: ['cockatiel', 'opossum'].flatMap((other) => [
      ratioTarget(samples, 'recloser', other, 0.4),
      ...ours.map(({ name }) => ratioTarget(samples, name, other, 0.1)),
    ]),
  }
}

/**
 * A contender whose circuit is open, and which is held to it.
 *
 * @param {import('../job.mjs').Contender} contender
 */
async function openGuard(contender) {
  let runs = 0
  const fn = () => {
    runs++
    return Promise.reject(new Error('down'))
  }
  const guard = contender.guard(fn, { ...usualJob, breakDuration })
  await guard.repeat(500)
  return {
    name: contender.name,
    /** @param {number} calls */
    async repeat(calls) {
      const before = runs
      await guard.repeat(calls)
      if (runs !== before) throw new Error(`${contender.name} let a call through`)
    },
    dispose: guard.dispose,
  }
}

function openBreaker() {
  const breaker = createBreaker('bench', { breakDuration, maxBreakDuration: breakDuration })
  breaker.trip('bench')
  return breaker
}

/** @typedef {import('../interleave.mjs').Case & { dispose: () => unknown }} Disposable */

/** @returns {Disposable} */
function attempt() {
  const breaker = openBreaker()
  const fn = () => Promise.resolve(1)
  return {
    name: 'recloser, attempt',
    async repeat(calls) {
      for (let i = 0; i < calls; i++) {
        if ((await breaker.attempt(fn)).status !== 'rejected') throw new Error('not rejected')
      }
    },
    dispose() {
      breaker.dispose()
    },
  }
}

/** @returns {Disposable} */
function tryAcquire() {
  const breaker = openBreaker()
  return {
    name: 'recloser, tryAcquire',
    repeat(calls) {
      for (let i = 0; i < calls; i++) {
        if (breaker.tryAcquire() !== undefined) throw new Error('not rejected')
      }
    },
    dispose() {
      breaker.dispose()
    },
  }
}
