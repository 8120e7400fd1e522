import { bareCall, contenders } from '../contenders.mjs'
import { measureBytes } from '../child.mjs'
import { figuresOf, ratioTarget, target } from '../row.mjs'

/** What peers keep is large enough to be seen with fewer of them. */
const fewer = 10_000

/**
 * Heap that one breaker takes. Its chart has run in both that are open and closed again; the latter has
 * been judged since, and has let go of its actor. No history is kept.
 *
 * @param {import('../effort.mjs').Size} size
 * @returns {Promise<import('../row.mjs').Row>}
 */
export async function heap({ breakers, repeats }) {
  const few = Math.min(fewer, breakers)
  const samples = await sample('heap', repeats, [
    ['recloser, idle in a registry', 'idle', breakers],
    ['recloser, used', 'used', breakers],
    ['recloser, open', 'open', few],
    ['recloser, closed again', 'closedAgain', few],
    ['XState actor of the chart', 'actor', few],
    ['cockatiel', 'cockatiel', few],
    ['opossum', 'opossum', few],
    ['mollitia', 'mollitia', few],
    ['brakes', 'brakes', few],
  ])
  const bytes = (/** @type {string} */ name, /** @type {number} */ limit) =>
    target(`bytes: ${name}`, samples.get(name) ?? [], limit)
  return {
    id: 'heap',
    title: `Heap of one breaker, of ${breakers.toLocaleString('en')}`,
    unit: 'bytes',
    figures: figuresOf(samples),
    targets: [
      bytes('recloser, idle in a registry', 1024),
      bytes('recloser, open', 4500),
      bytes('recloser, closed again', 4500),
    ],
  }
}

/** Calls that are measured: what they allocate fits into the young generation. */
const calls = 5_000

/**
 * Bytes that one successful call allocates.
 *
 * @param {import('../effort.mjs').Size} size
 * @returns {Promise<import('../row.mjs').Row>}
 */
export async function allocation({ repeats }) {
  const names = [bareCall, ...Object.values(contenders)].map(({ name }) => name)
  const samples = await sample(
    'allocation',
    repeats,
    names.map((name) => [name, name, calls]),
  )
  return {
    id: 'allocation',
    title: 'Bytes that a call that succeeds allocates',
    unit: 'bytes',
    figures: figuresOf(samples),
    targets: [ratioTarget(samples, 'recloser', 'cockatiel', 1)],
  }
}

/**
 * @param {'heap' | 'allocation'} script
 * @param {number} repeats
 * @param {[name: string, subject: string, count: number][]} cases
 */
async function sample(script, repeats, cases) {
  /** @type {import('../interleave.mjs').Samples} */
  const samples = new Map(cases.map(([name]) => [name, []]))
  for (let round = 0; round < repeats; round++) {
    for (const [name, subject, count] of cases) {
      samples.get(name)?.push(await measureBytes(script, subject, count))
    }
  }
  return samples
}
