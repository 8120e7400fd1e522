import { formatRate } from 'recloser/core'
import { describeState, describeTransition, elapsed, summary } from './view.js'

/**
 * @import { Breaker } from 'recloser'
 * @import { Run, View } from './view.js'
 */

/**
 * Lines, for files and pipes: each transition, and every second how things stand.
 *
 * @param {Run} run
 * @returns {View}
 */
export function createPlainView(run) {
  console.log(run.introduction)
  return {
    period: 1000,
    transition: (transition) => {
      console.log(describeTransition(run, transition))
    },
    tick: () => {
      const states = [...run.registry].map(describe)
      console.log(`${elapsed(run).padStart(6)}  ${states.join(' · ')}`)
    },
    end: () => {
      console.log(['', ...summary(run)].join('\n'))
    },
  }
}

/** A closed circuit by its failure rate, another one by its state. @param {Breaker} breaker */
function describe(breaker) {
  const { name, state } = breaker
  if (state !== 'closed') return `${name} ${state} (${describeState(breaker)})`
  return `${name} ${formatRate(Math.round(breaker.stats().failureRate * 100) / 100)}`
}
