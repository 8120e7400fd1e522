import { setTimeout as sleep } from 'node:timers/promises'
import { usualJob } from './job.mjs'

/** Long enough for a slow machine to see the circuit open, short enough to wait for. */
const breakDuration = 300

/** Beyond this many failing calls a breaker is no breaker. */
const patience = 500

/**
 * Lets a contender trip and recover for real, so that nobody is timed doing nothing: it trips when
 * a failing function is no longer called, it has recovered when ten calls in a row get through.
 *
 * @param {import('./job.mjs').Contender} contender
 * @returns {Promise<{ trips: boolean, recovers: boolean }>}
 */
export async function verify(contender) {
  let fails = true
  let runs = 0
  const fn = () => {
    runs++
    return fails ? Promise.reject(new Error('down')) : Promise.resolve('up')
  }
  const guard = contender.guard(fn, { ...usualJob, breakDuration })
  try {
    const trips = await eventually(async () => {
      const before = runs
      await guard.repeat(1)
      return runs === before
    })
    fails = false
    await sleep(breakDuration + 100)
    let inARow = 0
    const recovers = await eventually(async () => {
      const before = runs
      const rejected = await guard.repeat(1)
      inARow = rejected === 0 && runs === before + 1 ? inARow + 1 : 0
      return inARow === 10
    })
    return { trips, recovers }
  } finally {
    await guard.dispose()
  }
}

/** @param {() => Promise<boolean>} attempt */
async function eventually(attempt) {
  for (let tries = 0; tries < patience; tries++) if (await attempt()) return true
  return false
}
