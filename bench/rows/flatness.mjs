import { createBreaker, createRegistry } from 'recloser'
import { interleave } from '../interleave.mjs'
import { figuresOf, ratioTarget } from '../row.mjs'

const limit = 1.1

const fn = () => Promise.resolve(1)

/**
 * What a call costs when there are many breakers. All in turn is there to compare: it is the memory
 * of the machine that is slow then, for no two calls in a row meet the same breaker.
 *
 * @param {import('../effort.mjs').Size} size
 * @returns {Promise<import('../row.mjs').Row>}
 */
export async function manyBreakers({ effort, breakers }) {
  const one = usedRegistry(1)
  const many = usedRegistry(breakers)
  const alone = held(one)
  const among = held(many)
  const samples = await interleave(
    [alone, among, lookedUp(one), lookedUp(many), inTurn(many)],
    effort,
  )
  return {
    id: 'many-breakers',
    title: 'A call, with few and with many breakers',
    unit: 'ns',
    figures: figuresOf(samples),
    targets: [ratioTarget(samples, among.name, alone.name, limit)],
  }
}

/**
 * What a call costs when there are many in the window.
 *
 * @param {import('../effort.mjs').Size} size
 * @returns {Promise<import('../row.mjs').Row>}
 */
export async function manyCalls({ effort, calls }) {
  const few = withWindow(10)
  const many = withWindow(calls)
  const samples = await interleave([few, many], effort)
  return {
    id: 'many-calls',
    title: 'A call, with few and with many calls in the window',
    unit: 'ns',
    figures: figuresOf(samples),
    targets: [ratioTarget(samples, many.name, few.name, limit)],
  }
}

/**
 * @typedef {object} Crowd
 * @property {import('recloser').Registry} registry
 * @property {string[]} names
 * @property {string} size
 */

/**
 * Breakers that have all made a call.
 *
 * @param {number} count
 * @returns {Crowd}
 */
function usedRegistry(count) {
  const registry = createRegistry()
  const names = Array.from({ length: count }, (_, i) => `breaker ${i}`)
  for (const name of names) registry.get(name).tryAcquire()?.succeed()
  return { registry, names, size: count.toLocaleString('en') }
}

/**
 * @param {Crowd} crowd
 * @returns {import('../interleave.mjs').Case}
 */
function held({ registry, names, size }) {
  const breaker = registry.get(names[names.length >> 1] ?? '')
  return {
    name: `one of ${size}`,
    async repeat(calls) {
      for (let i = 0; i < calls; i++) await breaker.execute(fn)
    },
  }
}

/**
 * @param {Crowd} crowd
 * @returns {import('../interleave.mjs').Case}
 */
function lookedUp({ registry, names, size }) {
  const name = names[names.length >> 1] ?? ''
  return {
    name: `one of ${size}, looked up for each call`,
    async repeat(calls) {
      for (let i = 0; i < calls; i++) await registry.get(name).execute(fn)
    },
  }
}

/**
 * @param {Crowd} crowd
 * @returns {import('../interleave.mjs').Case}
 */
function inTurn({ registry, names, size }) {
  let next = 0
  return {
    name: `${size} in turn`,
    async repeat(calls) {
      for (let i = 0; i < calls; i++) {
        next = next + 1 < names.length ? next + 1 : 0
        await registry.get(/** @type {string} */ (names[next])).execute(fn)
      }
    },
  }
}

/**
 * @param {number} count - calls that are in the window before each slice
 * @returns {import('../interleave.mjs').Case}
 */
function withWindow(count) {
  const breaker = createBreaker('bench', { samplingDuration: 60 * 60 * 1000 })
  const fill = () => {
    while (breaker.stats().throughput < count) {
      const missing = Math.min(count - breaker.stats().throughput, 100_000)
      for (let i = 0; i < missing; i++) breaker.tryAcquire()?.succeed()
    }
  }
  breaker.reset()
  fill()
  return {
    name: `${count.toLocaleString('en')} in the window`,
    most: Math.max(count, 1000),
    async repeat(calls) {
      for (let i = 0; i < calls; i++) await breaker.execute(fn)
    },
    after() {
      // Some thousand more make no difference to millions, but they do to ten.
      if (breaker.stats().throughput < 2 * count) return
      breaker.reset()
      fill()
    },
  }
}
