import { formatRate } from 'recloser/core'
import { table } from './table.js'
import { describeState, describeTransition, elapsed, formatSeconds, summary } from './view.js'

/**
 * @import { Breaker } from 'recloser'
 * @import { Run, View } from './view.js'
 * @import { WriteStream } from 'node:tty'
 */

const eraseBelow = '\x1b[J'
const hideCursor = '\x1b[?25l'
const showCursor = '\x1b[?25h'

/** @type {Record<string, number>} */
const colours = { closed: 32, open: 31, halfOpen: 33, isolated: 35 }

const barLength = 16

/**
 * A panel that stays below while the transitions scroll by above it.
 *
 * @param {Run} run
 * @param {WriteStream} terminal
 * @returns {View}
 */
export function createLiveView(run, terminal) {
  let height = 0
  terminal.write(`${run.introduction}\n${hideCursor}`)

  /** @param {string[]} lines what to leave above the panel for good */
  const draw = (lines, panel = panelOf(run)) => {
    const up = height > 0 ? `\x1b[${height}A` : ''
    // A line that wraps would be two, and the panel would creep.
    const fitted = [...lines, ...panel].map((line) => line.slice(0, terminal.columns - 1))
    terminal.write(`\r${up}${eraseBelow}${fitted.map(paint).join('\n')}\n`)
    height = panel.length
  }

  return {
    period: 100,
    transition: (transition) => {
      draw([describeTransition(run, transition)])
    },
    tick: () => {
      draw([])
    },
    end: () => {
      draw(['', ...summary(run)], [])
      terminal.write(showCursor)
    },
  }
}

/** @param {Run} run */
function panelOf(run) {
  const head = ['dependency', 'state', 'failure rate, limit', '', 'calls', 'rejected', '']
  const rows = [...run.registry].map((breaker) => {
    const { failureRate, limits, throughput, rejected } = breaker.stats()
    return [
      breaker.name,
      breaker.state.padEnd('halfOpen'.length),
      bar(failureRate, limits.failureRatio),
      formatRate(Math.round(failureRate * 100) / 100),
      throughput,
      rejected,
      describeState(breaker),
    ]
  })
  const whole = run.length === Infinity ? '' : ` of ${formatSeconds(run.length)}`
  const time = `${elapsed(run)}${whole}, Ctrl-C ends it`
  return ['', ...table(head, rows), '', time]
}

/**
 * @param {number} rate
 * @param {number} limit
 */
function bar(rate, limit) {
  const filled = Math.round(rate * barLength)
  const cells = '█'.repeat(filled) + '·'.repeat(barLength - filled)
  const mark = Math.round(limit * barLength)
  return `${cells.slice(0, mark)}|${cells.slice(mark)}`
}

/** Colours the names of states, unless the environment asks for none. @param {string} line */
function paint(line) {
  if (process.env.NO_COLOR) return line
  return line.replace(/\b(closed|open|halfOpen|isolated)\b/g, (state) => {
    return `\x1b[${colours[state]}m${state}\x1b[0m`
  })
}
