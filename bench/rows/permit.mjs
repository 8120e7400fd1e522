import { createBreaker } from 'recloser'
import { bareCall, contenders } from '../contenders.mjs'
import { interleave } from '../interleave.mjs'
import { figuresOf, target } from '../row.mjs'

/**
 * A permit taken and ended by hand: what a call costs without its promise.
 *
 * @param {import('../effort.mjs').Size} size
 * @returns {Promise<import('../row.mjs').Row>}
 */
export async function permit({ effort }) {
  const fn = () => Promise.resolve(1)
  const bare = { name: bareCall.name, ...bareCall.guard(fn) }
  const guard = { name: 'recloser', ...contenders.recloser.guard(fn) }
  const breaker = createBreaker('bench')
  const byHand = {
    name: 'tryAcquire and succeed',
    /** @param {number} calls */
    repeat(calls) {
      for (let i = 0; i < calls; i++) breaker.tryAcquire()?.succeed()
    },
  }
  const samples = await interleave([bare, guard, byHand], effort)
  breaker.dispose()
  await guard.dispose()
  return {
    id: 'permit',
    title: 'tryAcquire and succeed',
    unit: 'ns',
    figures: figuresOf(samples),
    targets: [
      target(
        'tryAcquire and succeed / (recloser − bare call)',
        (samples.get(byHand.name) ?? []).map(
          (cost, round) =>
            cost /
            ((samples.get(guard.name)?.[round] ?? NaN) - (samples.get(bare.name)?.[round] ?? NaN)),
        ),
        0.5,
      ),
    ],
  }
}
