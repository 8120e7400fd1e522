import { declared, edges, stateOf, states } from './exploration.js'
import type { AnyTransitionDefinition } from 'xstate'
import type { Edge } from './exploration.js'

/** docs/transitions.md: what was found when the chart was explored, and what it declares. */
export function transitionsPage(): string {
  const graph = edges()
  const situations = new Set(graph.map(({ from }) => from)).size
  return `# Transitions

Written by \`node scripts/transitions.mjs\`; a test fails when it is out of date. The chart
(\`machines/breaker.machine.ts\`) was explored with \`xstate/graph\`: every event in each of the
${String(situations)} situations that a circuit of three probes can come into, told apart by what may follow.

## What each event does

«→» leads to another state; «counts» changes the round of probes, the leases or the holds; «begins
anew» drops what was counted; «–» changes nothing. Where there are several, the guards below decide.

${table(
  ['event', ...states],
  [...new Set(graph.map(({ kind }) => kind.name))].map((name) => [
    name,
    ...states.map((state) =>
      answers(graph.filter(({ kind, from }) => kind.name === name && stateOf(from) === state)),
    ),
  ]),
)}

## What the chart declares

Of the lines of one state and event, the first whose guard is true is taken. \`breaker\` is every state
that does not answer the event itself.

${table(
  ['from', 'event', 'guard', 'to', 'action'],
  declared().map((transition) => [
    transition.source.key,
    eventOf(transition),
    code(transition.guard),
    transition.target?.map(({ key }) => key).join() ?? '–',
    transition.actions.map((action) => code(nameOf(action))).join(),
  ]),
)}
`
}

function answers(graph: readonly Edge[]): string {
  return [...new Set(graph.map(answer))].sort().join(' or ')
}

function answer({ from, to }: Edge): string {
  if (stateOf(to) !== stateOf(from)) return `→ ${stateOf(to)}`
  if (to.context.epoch !== from.context.epoch) return 'begins anew'
  const { round, leases, holds } = from.context
  const counts =
    to.context.round !== round ||
    to.context.leases.length !== leases.length ||
    to.context.holds.length !== holds.length
  return counts ? 'counts' : '–'
}

function eventOf({ eventType }: AnyTransitionDefinition): string {
  const name = String(eventType)
  const delay = /^xstate\.after\.(\w+)/.exec(name)?.[1]
  return delay === undefined ? code(name === '' ? 'always' : name) : `after ${code(delay)}`
}

function nameOf(action: unknown): string {
  return typeof action === 'string' ? action : ((action as { type?: string }).type ?? '')
}

function code(name: unknown): string {
  return typeof name === 'string' ? `\`${name}\`` : ''
}

/** As prettier sets it. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((cell, column) =>
    Math.max(cell.length, 3, ...rows.map((row) => row[column]?.length ?? 0)),
  )
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n')
}
