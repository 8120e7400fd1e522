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
  const alone = inRegistry(1)
  const among = inRegistry(breakers)
  const samples = await interleave([alone, among, inTurn(breakers)], effort)
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

/** @param {number} count */
function usedRegistry(count) {
  const registry = createRegistry()
  const names = Array.from({ length: count }, (_, i) => `breaker ${i}`)
  for (const name of names) registry.get(name).tryAcquire()?.succeed()
  return { registry, names }
}

/**
 * @param {number} count
 * @returns {import('../interleave.mjs').Case}
 */
function inRegistry(count) {
  const { registry, names } = usedRegistry(count)
  const name = names[count >> 1] ?? ''
  return {
    name: `one of ${count.toLocaleString('en')}`,
    async repeat(calls) {
      for (let i = 0; i < calls; i++) await registry.get(name).execute(fn)
    },
  }
}

/**
 * @param {number} count
 * @returns {import('../interleave.mjs').Case}
 */
function inTurn(count) {
  const { registry, names } = usedRegistry(count)
  let next = 0
  return {
    name: `${count.toLocaleString('en')} in turn`,
    async repeat(calls) {
      for (let i = 0; i < calls; i++) {
        next = next + 1 < count ? next + 1 : 0
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
