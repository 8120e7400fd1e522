import { figure, target } from '../row.mjs'
import { budgets, sizeIn, sizeOf } from '../size.mjs'

/** What a peer's users import for a breaker alone. */
const peers = {
  cockatiel: `export { circuitBreaker, handleAll, SamplingBreaker } from 'cockatiel'`,
  opossum: `export { default } from 'opossum'`,
  mollitia: `export { Circuit, SlidingTimeBreaker } from 'mollitia'`,
  effect: `export { Effect } from 'effect'; export { CircuitBreaker } from 'effect/persistence'`,
}

/** @type {Record<string, number>} */
const limits = { createBreaker: 6_000, 'createBreaker, with xstate and rxjs': 24_000 }

/**
 * Bytes in an application, minified and gzipped; without xstate and rxjs where they are not named.
 *
 * @returns {Promise<import('../row.mjs').Row>}
 */
export async function size() {
  const figures = []
  for (const budget of budgets) figures.push(figure(budget.name, [await sizeIn(budget)]))
  const targets = figures.flatMap(({ name, median }) =>
    limits[name] === undefined ? [] : [target(`bytes: ${name}`, [median], limits[name])],
  )
  for (const [name, code] of Object.entries(peers)) {
    figures.push(figure(name, [await sizeOf(code, ['node:*', 'events', 'crypto', 'perf_hooks'])]))
  }
  return { id: 'size', title: 'Size, minified and gzipped', unit: 'bytes', figures, targets }
}
