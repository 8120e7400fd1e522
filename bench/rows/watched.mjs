import { createBreaker } from 'recloser'
import { samplingBreaker } from '../contenders/cockatiel.mjs'
import { contenders } from '../contenders.mjs'
import { interleave } from '../interleave.mjs'
import { figuresOf, ratioTarget } from '../row.mjs'

const fn = () => Promise.resolve(1)

/**
 * A call that succeeds, and somebody hears of it.
 *
 * @param {import('../effort.mjs').Size} size
 * @returns {Promise<import('../row.mjs').Row>}
 */
export async function watched({ effort }) {
  const ours = subscribed()
  const plain = { name: 'cockatiel, unheard', ...contenders.cockatiel.guard(fn) }
  const samples = await interleave([ours, plain, listenedTo()], effort)
  return {
    id: 'watched',
    title: 'A call that succeeds, and an observer hears of it',
    unit: 'ns',
    figures: figuresOf(samples),
    targets: [ratioTarget(samples, ours.name, plain.name, 1.1)],
  }
}

/** @returns {import('../interleave.mjs').Case} */
function subscribed() {
  const breaker = createBreaker('bench')
  const heard = counter()
  breaker.outcomes$.subscribe(heard.count)
  return {
    name: 'recloser, outcomes$',
    async repeat(calls) {
      for (let i = 0; i < calls; i++) await breaker.execute(fn)
    },
    after: heard.check,
  }
}

/** @returns {import('../interleave.mjs').Case} */
function listenedTo() {
  const policy = samplingBreaker()
  const heard = counter()
  policy.onSuccess(heard.count)
  return {
    name: 'cockatiel, onSuccess',
    async repeat(calls) {
      for (let i = 0; i < calls; i++) await policy.execute(fn)
    },
    after: heard.check,
  }
}

/** Makes sure that the observer is told of every call. */
function counter() {
  let heard = 0
  return {
    count: () => {
      heard++
    },
    check: (/** @type {number} */ calls) => {
      if (heard !== calls) throw new Error(`${calls} calls, but heard of ${heard}`)
      heard = 0
    },
  }
}
