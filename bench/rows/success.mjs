import { bareCall, contenders } from '../contenders.mjs'
import { interleave } from '../interleave.mjs'
import { figuresOf, ratioTarget } from '../row.mjs'

/**
 * A call that succeeds, in a closed circuit.
 *
 * @param {import('../effort.mjs').Size} size
 * @returns {Promise<import('../row.mjs').Row>}
 */
export async function success({ effort }) {
  const fn = () => Promise.resolve(1)
  const guards = [bareCall, ...Object.values(contenders)].map((contender) => ({
    name: contender.name,
    ...contender.guard(fn),
  }))
  const samples = await interleave(guards, effort)
  for (const { dispose } of guards) await dispose()
  return {
    id: 'success',
    title: 'A call that succeeds',
    unit: 'ns',
    figures: figuresOf(samples),
    targets: [
      ratioTarget(samples, 'recloser', 'cockatiel', 0.8),
      ratioTarget(samples, 'recloser', 'opossum', 0.4),
    ],
  }
}
