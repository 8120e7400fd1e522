// Writes docs/behaviours.md: each rule of test/behaviours/rows-*.ts, and the tests that show it.
// A test shows a rule when its name contains the rule's id.
import { readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import ts from 'typescript'

/**
 * `omitted` says why there is no test of it here.
 *
 * @typedef {{ id: string, rule: string, test?: string, omitted?: string }} Row
 * @typedef {{ id: string, rule: string, tests: string[], omitted: string | undefined }} Shown
 */

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..')
const page = join(root, 'docs', 'behaviours.md')

/** What the letters of an id stand for. */
const subjects = new Map([
  ['W', 'Time window'],
  ['C', 'Count window and failures in a row'],
  ['O', 'From closed to open'],
  ['T', 'Open, and how long'],
  ['H', 'Half-open'],
  ['G', 'Late results'],
  ['B', 'Break duration'],
  ['M', 'Control by hand'],
  ['S', 'Shadow and disabled modes'],
  ['L', 'Slow calls'],
  ['X', 'Judging a call, and its abort'],
  ['E', 'Observers'],
  ['RL', 'Rate limiter'],
  ['RT', 'Retry and budget'],
  ['N', 'Fleet'],
  ['Q', 'Crowds and properties'],
  ['U', 'Ejection and recovery ramp'],
  ['TA', 'Closed, and its limits'],
  ['TB', 'Time window, continued'],
  ['TC', 'Open'],
  ['TD', 'Probes'],
  ['TE', 'Epochs'],
  ['TF', 'Classification'],
  ['TG', 'Abort and timeout'],
  ['TH', 'Clock, timers, process'],
  ['TI', 'Events and user callbacks'],
  ['TJ', 'Manual control and isolation'],
  ['TK', 'Snapshots'],
  ['TL', 'Break duration, continued'],
  ['TM', 'Composition'],
  ['TN', 'Streams in and out'],
  ['TO', 'Statistics and metrics'],
  ['TP', 'Construction, types, packaging'],
])
const others = 'More'

/**
 * Every rule with the tests that show it, in the order of the data.
 *
 * @param {(url: string) => Promise<Record<string, unknown>>} load - imports a TypeScript module
 * @returns {Promise<Shown[]>}
 */
export async function readBehaviours(load) {
  const folder = join(root, 'test', 'behaviours')
  const files = readdirSync(folder).filter((name) => /^rows-.*\.ts$/.test(name))
  /** @type {Row[]} */
  const rows = []
  for (const name of files.sort()) {
    const module = await load(pathToFileURL(join(folder, name)).href)
    rows.push(.../** @type {Row[]} */ (Object.values(module).filter(Array.isArray).flat()))
  }
  const titles = readTitles()
  return rows.map(({ id, rule, test, omitted }) => {
    const tests = titles.filter(({ title }) => contains(title, id)).map(({ file }) => file)
    if (test !== undefined) tests.push(test)
    return { id, rule, tests: [...new Set(tests)].sort(), omitted }
  })
}

/**
 * The page for people.
 *
 * @param {Shown[]} behaviours
 */
export function pageOf(behaviours) {
  const lines = [
    '# Behaviours',
    '',
    'What this package does, rule by rule, and the test file that shows it: search there for the id.',
    'Written by `node scripts/behaviours.mjs`; a test fails while this page is not up to date.',
  ]
  const groups = groupBy(behaviours, subjectOf)
  for (const subject of [...subjects.values(), others]) {
    const rows = groups.get(subject)
    if (rows === undefined) continue
    lines.push('', `## ${subject}`, '', '| id | rule | shown by |', '| --- | --- | --- |')
    for (const row of rows) lines.push(`| ${row.id} | ${cell(row.rule)} | ${proofOf(row)} |`)
  }
  return `${lines.join('\n')}\n`
}

/** The page as it was last written; empty when there is none. */
export function writtenPage() {
  try {
    return readFileSync(page, 'utf8')
  } catch {
    return ''
  }
}

/**
 * The names of the tests in a source text. What is skipped or still to be written shows nothing.
 *
 * @param {string} source
 */
export function titlesIn(source) {
  /** @type {string[]} */
  const titles = []
  /** @param {ts.Node} node */
  const visit = (node) => {
    if (ts.isCallExpression(node) && isTest(node.expression)) {
      const title = textOf(node.arguments[0])
      if (title !== undefined) titles.push(title)
    }
    ts.forEachChild(node, visit)
  }
  visit(ts.createSourceFile('source.tsx', source, ts.ScriptTarget.Latest))
  return titles
}

/**
 * `it`, `test`, and what hangs on them: `it.each(…)`, `it.for(…)`.
 *
 * @param {ts.Expression} callee
 * @returns {boolean}
 */
function isTest(callee) {
  if (ts.isIdentifier(callee)) return ['it', 'test'].includes(callee.text)
  if (ts.isCallExpression(callee)) return isTest(callee.expression)
  if (ts.isTaggedTemplateExpression(callee)) return isTest(callee.tag)
  if (!ts.isPropertyAccessExpression(callee)) return false
  return !['skip', 'todo', 'skipIf'].includes(callee.name.text) && isTest(callee.expression)
}

/** @param {ts.Expression | undefined} title */
function textOf(title) {
  if (title === undefined) return undefined
  if (ts.isStringLiteralLike(title)) return title.text
  if (!ts.isTemplateExpression(title)) return undefined
  return [title.head, ...title.templateSpans.map(({ literal }) => literal)]
    .map(({ text }) => text)
    .join('…')
}

/** @returns {{ file: string, title: string }[]} */
function readTitles() {
  const files = readdirSync(join(root, 'test'), { recursive: true })
    .map((name) => `test/${String(name).replaceAll('\\', '/')}`)
    .filter((name) => /\.test\.tsx?$/.test(name) && !name.includes('/node_modules/'))
  return files.flatMap((file) =>
    titlesIn(readFileSync(join(root, file), 'utf8')).map((title) => ({ file, title })),
  )
}

/**
 * Whether a name speaks of an id: `T1` is neither in `T12` nor in `TT1`.
 *
 * @param {string} title
 * @param {string} id
 */
function contains(title, id) {
  return new RegExp(`(?<![A-Za-z0-9])${id}(?![A-Za-z0-9])`).test(title)
}

/** @param {Shown} row */
function subjectOf({ id }) {
  const letters = /^[A-Z]+/.exec(id)?.[0] ?? ''
  return subjects.get(letters) ?? others
}

/** @param {Shown} row */
function proofOf({ tests, omitted }) {
  if (tests.length === 0) return cell(omitted ?? 'nothing yet')
  return tests.map((file) => `[${file.replace(/^test\//, '')}](../${file})`).join(', ')
}

/** @param {string} text */
function cell(text) {
  return text.replaceAll('|', '\\|')
}

/**
 * @template T
 * @param {T[]} items
 * @param {(item: T) => string} keyOf
 * @returns {Map<string, T[]>}
 */
function groupBy(items, keyOf) {
  /** @type {Map<string, T[]>} */
  const groups = new Map()
  for (const item of items) {
    const key = keyOf(item)
    groups.set(key, [...(groups.get(key) ?? []), item])
  }
  return groups
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { tsImport } = await import('tsx/esm/api')
  const behaviours = await readBehaviours((url) => tsImport(url, import.meta.url))
  writeFileSync(page, pageOf(behaviours))
  const missing = behaviours.filter(({ tests, omitted }) => tests.length === 0 && !omitted)
  console.log(`${behaviours.length} rules, ${missing.length} not shown by a test`)
  for (const { id, rule } of missing) console.log(`${id}: ${rule}`)
}
