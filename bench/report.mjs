// Writes the tables of docs/performance.md from the results of two runs:
// node bench/main.mjs --json > bench/results.json
// node bench/latest.mjs --json > bench/results-latest.json
// node bench/report.mjs
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { shortened } from './print.mjs'

const page = new URL('../docs/performance.md', import.meta.url)

/**
 * A page with its tables brought up to date: each stands between two marks that name it.
 *
 * @param {string} text
 * @param {import('./main.mjs').Results} run
 * @param {import('./main.mjs').Results} latest - beside the newest majors, under a newer Node
 */
export function filledIn(text, run, latest) {
  const tables = tablesOf(run).set('latest', latestTable(latest))
  return text.replaceAll(
    /(<!-- bench: ([\w-]+) -->\n)[^]*?(<!-- \/bench -->)/g,
    (_, /** @type {string} */ begin, /** @type {string} */ name, /** @type {string} */ end) => {
      const table = tables.get(name)
      if (table === undefined) throw new Error(`the page asks for ${name}, which is not measured`)
      return `${begin}\n${table}\n\n${end}`
    },
  )
}

/**
 * The tables by name: one of all targets, one of who took part, one for each row.
 *
 * @param {import('./main.mjs').Results} run
 */
function tablesOf({ node, cores, contenders, rows }) {
  const tables = new Map([
    ['machine', `Node ${node.slice(1)}, ${cores} cores.`],
    ['targets', targetTable(rows)],
    ['contenders', contenderTable(contenders)],
  ])
  for (const row of rows) tables.set(row.id, figureTable(row))
  return tables
}

/** @param {readonly import('./row.mjs').Row[]} rows */
function targetTable(rows) {
  const lines = rows.flatMap(({ title, targets }) =>
    targets.map(({ claim, value, spread, limit, reached }) => [
      title,
      claim,
      `${shortened(value)} ± ${shortened(spread)}`,
      shortened(limit),
      reached ? 'yes' : '**no**',
    ]),
  )
  return table(['what', 'of what', 'measured', 'at most', 'reached'], lines)
}

/**
 * What was measured beside peers, and beside which.
 *
 * @param {import('./main.mjs').Results} run
 */
function latestTable({ node, contenders, rows }) {
  const versions = new Map(contenders.map(({ name, version }) => [name, version]))
  const peers = ['cockatiel', 'opossum'].map((name) => `${name} ${versions.get(name) ?? 'missing'}`)
  const besidePeers = rows.map((row) => ({
    ...row,
    targets: row.targets.filter(({ claim }) => /cockatiel|opossum/.test(claim)),
  }))
  return `Node ${node.slice(1)}, ${peers.join(', ')}.\n\n${targetTable(besidePeers)}`
}

/** @param {readonly import('./main.mjs').Participant[]} contenders */
function contenderTable(contenders) {
  return table(
    ['package', 'version', 'set up'],
    contenders.map(({ name, version, note }) => [name, version, note]),
  )
}

/** @param {import('./row.mjs').Row} row */
function figureTable({ title, unit, figures }) {
  return table(
    [title, `median, ${unit}`, 'spread'],
    figures.map(({ name, median, spread }) => [name, shortened(median), `± ${shortened(spread)}`]),
  )
}

/**
 * @param {readonly string[]} heads
 * @param {readonly (readonly string[])[]} lines
 */
function table(heads, lines) {
  return [heads, heads.map(() => '---'), ...lines]
    .map((cells) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`)
    .join('\n')
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [run, latest] = [resultsIn('results.json'), resultsIn('results-latest.json')]
  writeFileSync(page, filledIn(readFileSync(page, 'utf8'), run, latest))
}

/** @param {string} file */
function resultsIn(file) {
  /** @type {import('./main.mjs').Results} */
  const run = JSON.parse(readFileSync(new URL(file, import.meta.url), 'utf8'))
  if (run.quick) throw new Error(`figures of a quick run mean nothing: ${file}`)
  return run
}
