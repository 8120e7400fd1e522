// Draws the chart into README.md, between its marks: node scripts/chart.mjs
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { tsImport } from 'tsx/esm/api'

/**
 * @typedef {import('xstate').AnyStateMachine} AnyStateMachine
 * @typedef {import('xstate').AnyStateNode} AnyStateNode
 * @typedef {{ from: string, to: string, guard: string, events: string[] }} Way
 */

const readme = fileURLToPath(new URL('../README.md', import.meta.url))
const marks = ['<!-- chart -->', '<!-- /chart -->']

/**
 * The chart as Mermaid draws it. What the root answers in every state is a note at where it leads;
 * a timer that only announces a deadline, and what leaves all as it is, are left out.
 *
 * @param {AnyStateMachine} machine
 */
export function chartToMermaid({ root }) {
  const ways = Object.values(root.states).flatMap(waysFrom)
  const arrows = ways.map(({ from, to, guard, events }) => {
    const label = [events.join(', '), guard && `[${guard}]`].filter((part) => part !== '').join(' ')
    return `${from} --> ${to}${label && `: ${label}`}`
  })
  const notes = waysFrom(root).map(
    ({ to, events }) => `note right of ${to}: ${events.join(', ')} leads here from anywhere`,
  )
  return ['stateDiagram-v2', ...arrows.map(indented), ...notes.map(indented)].join('\n')
}

/**
 * Where a state leads: one way for all the events that lead to the same state under the same guard.
 *
 * @param {AnyStateNode} state
 */
function waysFrom(state) {
  const always = state.always ?? []
  /** @type {Way[]} */
  const ways = []
  for (const transition of [...state.transitions.values(), always].flat()) {
    const [target] = transition.target ?? []
    if (target === undefined || (target === state && transition.actions.length === 0)) continue
    const to = target.key
    const guard = typeof transition.guard === 'string' ? transition.guard : ''
    const known = ways.find((way) => way.to === to && way.guard === guard)
    if (known !== undefined) known.events.push(transition.eventType)
    else if (always.length > 0) ways.push({ from: '[*]', to, guard, events: [] })
    else ways.push({ from: state.key, to, guard, events: [transition.eventType] })
  }
  return ways
}

/** @param {string} line */
function indented(line) {
  return `  ${line}`
}

/**
 * What stands between the marks of a page, and the page with something else there.
 *
 * @param {string} page
 */
export function markedIn(page) {
  const [before = '', between, after] = page.split(new RegExp(marks.join('|')))
  if (after === undefined) throw new Error(`the marks ${marks.join(' and ')} are missing`)
  return {
    text: between,
    /** @param {string} text */
    replaced: (text) => `${before}${marks[0]}${text}${marks[1]}${after}`,
  }
}

/** @param {AnyStateMachine} machine */
export function drawing(machine) {
  return `\n\n\`\`\`mermaid\n${chartToMermaid(machine)}\n\`\`\`\n\n`
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { breakerMachine } = await tsImport('../machines/index.ts', import.meta.url)
  const page = readFileSync(readme, 'utf8')
  writeFileSync(readme, markedIn(page).replaced(drawing(breakerMachine)))
}
