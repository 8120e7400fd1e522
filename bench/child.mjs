import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** Young enough a heap for a slice of calls: nothing is collected while it is measured. */
const flags = ['--expose-gc', '--min-semi-space-size=256', '--max-semi-space-size=256']

/**
 * Bytes measured by a script of `children/`, in a process of its own, so that nothing else is on
 * the heap.
 *
 * @param {'heap' | 'allocation'} script
 * @param {string} subject
 * @param {number} count
 * @returns {Promise<number>}
 */
export async function measureBytes(script, subject, count) {
  const file = fileURLToPath(new URL(`children/${script}.mjs`, import.meta.url))
  const { stdout } = await run(process.execPath, [...flags, file, subject, String(count)])
  return Number(stdout)
}
