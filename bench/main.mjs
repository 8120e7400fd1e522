// Times recloser beside its peers: node bench/main.mjs [--quick] [--json] [--only=success,heap]
import { availableParallelism } from 'node:os'
import { parseArgs } from 'node:util'
import { contenders } from './contenders.mjs'
import { full, quick } from './effort.mjs'
import { printed } from './print.mjs'
import { rows } from './rows.mjs'
import { verify } from './verify.mjs'

/**
 * What `--json` prints.
 *
 * @typedef {object} Results
 * @property {string} node
 * @property {number} cores
 * @property {boolean} quick - then the figures mean nothing
 * @property {Participant[]} contenders
 * @property {import('./row.mjs').Row[]} rows
 */

/**
 * @typedef {{ name: string, version: string, note: string, trips: boolean, recovers: boolean }} Participant
 */

const { values: options } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    only: { type: 'string' },
  },
})
/** @param {string} text */
const say = (text) => {
  if (!options.json) console.log(text)
}

say(`Node ${process.version.slice(1)}, ${availableParallelism()} cores`)
const participants = await checkAll()
const only = options.only?.split(',')
const answers = []
for (const [id, ask] of Object.entries(rows)) {
  if (only !== undefined && !only.includes(id)) continue
  const row = await ask(options.quick ? quick : full)
  answers.push(row)
  say(printed(row))
}

/** @type {Results} */
const results = {
  node: process.version,
  cores: availableParallelism(),
  quick: options.quick,
  contenders: participants,
  rows: answers,
}
if (options.json) console.log(JSON.stringify(results, null, 2))
const targets = answers.flatMap((row) => row.targets)
say(`${targets.filter(({ reached }) => reached).length} of ${targets.length} targets reached`)
// Some contenders leave timers behind.
process.exit()

/** Nobody is timed who does not trip and recover. */
async function checkAll() {
  /** @type {Participant[]} */
  const checked = []
  for (const contender of Object.values(contenders)) {
    const { name, version, note } = contender
    const { trips, recovers } = await verify(contender)
    if (!trips || !recovers)
      throw new Error(`${name} ${trips ? 'does not recover' : 'never trips'}`)
    checked.push({ name, version, note, trips, recovers })
    say(`${name} ${version} trips and recovers${note === '' ? '' : ` (${note})`}`)
  }
  return checked
}
