import { createBreaker } from 'recloser'
import { createWindow, systemClock } from 'recloser/core'
import { Subject } from 'rxjs'
import { bareCall, contenders } from '../contenders.mjs'
import { interleave } from '../interleave.mjs'
import { figuresOf } from '../row.mjs'

const fn = () => Promise.resolve(1)

/**
 * What a guarded call is made of, each part by itself. The sum is not the whole: together they are
 * compiled otherwise.
 *
 * @param {import('../effort.mjs').Size} size
 * @returns {Promise<import('../row.mjs').Row>}
 */
export async function parts({ effort }) {
  const guard = contenders.recloser.guard(fn)
  const samples = await interleave(
    [
      { name: 'the whole call', repeat: guard.repeat },
      { name: 'the function itself, awaited', repeat: bareCall.guard(fn).repeat },
      promise(),
      clock(),
      record(),
      stream(),
      permit(),
    ],
    effort,
  )
  await guard.dispose()
  return {
    id: 'parts',
    title: 'Where the time of a call goes',
    unit: 'ns',
    figures: figuresOf(samples),
    targets: [],
  }
}

/** @returns {import('../interleave.mjs').Case} */
function promise() {
  return {
    name: 'the function, and a promise that ends after it',
    async repeat(calls) {
      for (let i = 0; i < calls; i++) {
        const permit = { ended: false }
        await fn().then(
          (value) => {
            permit.ended = true
            return value
          },
          (/** @type {unknown} */ error) => {
            permit.ended = true
            throw error
          },
        )
      }
    },
  }
}

/** @returns {import('../interleave.mjs').Case} */
function clock() {
  let sum = 0
  return {
    name: 'clock: one reading',
    repeat(calls) {
      for (let i = 0; i < calls; i++) sum += systemClock.now()
      return sum
    },
  }
}

/** @returns {import('../interleave.mjs').Case} */
function record() {
  const window = createWindow({ by: 'time', duration: 10_000 })
  const start = systemClock.now()
  return {
    name: 'window: one outcome recorded',
    repeat(calls) {
      for (let i = 0; i < calls; i++) window.record(start, 'success', false)
    },
  }
}

/** @returns {import('../interleave.mjs').Case} */
function stream() {
  const subject = new Subject()
  let heard = 0
  subject.subscribe(() => {
    heard++
  })
  return {
    name: 'stream: one value through a plain RxJS subject',
    repeat(calls) {
      for (let i = 0; i < calls; i++) subject.next(i)
      return heard
    },
  }
}

/** @returns {import('../interleave.mjs').Case} */
function permit() {
  const breaker = createBreaker('bench')
  return {
    name: 'permit, clock, stream and window: tryAcquire and succeed',
    repeat(calls) {
      for (let i = 0; i < calls; i++) breaker.tryAcquire()?.succeed()
    },
  }
}
