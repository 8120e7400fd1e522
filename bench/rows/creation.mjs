import { createBreaker, createRegistry } from 'recloser'
import { contenders } from '../contenders.mjs'
import { samplingBreaker } from '../contenders/cockatiel.mjs'
import { interleave } from '../interleave.mjs'
import { usualJob } from '../job.mjs'
import { figuresOf, ratioTarget } from '../row.mjs'

/** Created in one slice: few enough for most slices to meet no garbage collection. */
const most = 200

/** Breakers that make a registry no longer new. */
const few = 100

/**
 * Making a breaker, with its options, of nothing. Breakers whose options say the same share what was
 * read from them.
 *
 * @param {import('../effort.mjs').Size} size
 * @returns {Promise<import('../row.mjs').Row>}
 */
export async function creation({ effort }) {
  const fn = () => Promise.resolve(1)
  let made = 0
  const samples = await interleave(
    [
      created('recloser', () => createBreaker('bench', usualJob)),
      created('recloser, other options each time', () => {
        const breakDuration = usualJob.breakDuration + (made++ % 2)
        return createBreaker('bench', { ...usualJob, breakDuration })
      }),
      created('cockatiel', () => samplingBreaker()),
      created(
        'opossum',
        () => contenders.opossum.guard(fn),
        (guard) => guard.dispose(),
      ),
    ],
    effort,
  )
  return {
    id: 'creation',
    title: 'Making a breaker',
    unit: 'ns',
    figures: figuresOf(samples),
    targets: [
      ratioTarget(samples, 'recloser', 'cockatiel', 1.2),
      ratioTarget(samples, 'recloser', 'opossum', 0.3),
    ],
  }
}

/**
 * @template T
 * @param {string} name
 * @param {() => T} create
 * @param {(made: T) => unknown} [dispose]
 * @returns {import('../interleave.mjs').Case}
 */
function created(name, create, dispose = () => undefined) {
  /** @type {T[]} */
  let made = []
  return {
    name,
    most,
    repeat(calls) {
      for (let i = 0; i < calls; i++) made.push(create())
    },
    after() {
      for (const one of made) dispose(one)
      made = []
    },
  }
}

/**
 * Makes as many breakers in one registry, and times some of the first and the last of them. A bare
 * Map is there to compare: a large one is slower to add to, for it no longer fits into the caches
 * of the machine. So are small registries, as many breakers in all: they tell its share from that of
 * a large heap.
 *
 * @param {import('../effort.mjs').Size} size
 * @returns {Promise<import('../row.mjs').Row>}
 */
export async function growth({ effort, breakers }) {
  const early = `from the ${few}th on`
  const late = `up to the ${breakers.toLocaleString('en')}th`
  const names = Array.from({ length: breakers }, (_, i) => `breaker ${i}`)
  /** @type {import('../interleave.mjs').Samples} */
  const samples = new Map()
  for (const container of containers.keys()) {
    samples.set(`${container}, ${early}`, [])
    samples.set(`${container}, ${late}`, [])
  }
  const rounds = Math.ceil(effort.rounds / 10)
  for (let round = -2; round < rounds; round++) {
    for (const [container, make] of containers) {
      const [first, last] = await grow(names, make())
      if (round < 0) continue
      samples.get(`${container}, ${early}`)?.push(first)
      samples.get(`${container}, ${late}`)?.push(last)
    }
  }
  return {
    id: 'growth',
    title: 'One more breaker',
    unit: 'ns',
    figures: figuresOf(samples),
    targets: [ratioTarget(samples, `in a registry, ${late}`, `in a registry, ${early}`, 1.1)],
  }
}

/**
 * What breakers are kept in, each made anew: a function that adds one by name.
 *
 * @type {ReadonlyMap<string, () => (name: string) => void>}
 */
const containers = new Map([
  ['in a registry', inRegistry],
  ['in registries of a thousand', inSmallRegistries],
  ['in a bare Map', inMap],
])

function inRegistry() {
  const registry = createRegistry()
  return (/** @type {string} */ name) => void registry.get(name)
}

function inSmallRegistries() {
  const registries = [createRegistry()]
  let made = 0
  return (/** @type {string} */ name) => {
    if (++made % 1000 === 0) registries.push(createRegistry())
    registries.at(-1)?.get(name)
  }
}

/** Looked up first, as in a registry; the values are as large as an idle breaker. */
function inMap() {
  const map = new Map()
  return (/** @type {string} */ name) => {
    if (map.get(name) === undefined) map.set(name, new Array(32).fill(name))
  }
}

/**
 * Nanoseconds for each of the first, and for each of the last.
 *
 * @param {readonly string[]} names
 * @param {(name: string) => void} add
 * @returns {Promise<[first: number, last: number]>}
 */
async function grow(names, add) {
  const slice = Math.min(1000, Math.floor(names.length / 4))
  const time = (/** @type {readonly string[]} */ some) => {
    const start = process.hrtime.bigint()
    for (const name of some) add(name)
    return Number(process.hrtime.bigint() - start) / some.length
  }
  time(names.slice(0, few))
  const first = time(names.slice(few, few + slice))
  time(names.slice(few + slice, -slice))
  const last = time(names.slice(-slice))
  await new Promise(setImmediate)
  return [first, last]
}
