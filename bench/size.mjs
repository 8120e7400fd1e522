// How large the package is in an application, and whether that keeps to size-budget.json:
// node bench/size.mjs
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'

/**
 * @typedef {object} Budget
 * @property {string} name
 * @property {string} code - what an application imports
 * @property {boolean} [withPeers] - whether xstate and rxjs count
 * @property {number} limit - bytes
 */

const peers = ['xstate', 'rxjs']

/** @type {Budget[]} */
export const budgets = JSON.parse(
  readFileSync(new URL('size-budget.json', import.meta.url), 'utf8'),
)

/**
 * Bytes of a module as an application ships it: bundled, minified and gzipped.
 *
 * @param {string} code
 * @param {readonly string[]} external - packages that are not counted
 * @returns {Promise<number>}
 */
export async function sizeOf(code, external = []) {
  const { outputFiles } = await build({
    stdin: { contents: code, resolveDir: fileURLToPath(new URL('..', import.meta.url)) },
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    platform: 'browser',
    define: { 'process.env.NODE_ENV': '"production"' },
    external: [...external],
    write: false,
    logLevel: 'error',
  })
  return gzipSync(outputFiles[0]?.contents ?? '', { level: 9 }).length
}

/** @param {Budget} budget */
export function sizeIn({ code, withPeers = false }) {
  return sizeOf(code, withPeers ? [] : peers)
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const budget of budgets) {
    const size = await sizeIn(budget)
    const kept = size <= budget.limit
    if (!kept) process.exitCode = 1
    const verdict = kept ? 'at most' : 'TOO LARGE, at most'
    console.log(
      `${budget.name.padEnd(38)} ${kilobytes(size)}, ${verdict} ${kilobytes(budget.limit)}`,
    )
  }
}

/** @param {number} bytes */
function kilobytes(bytes) {
  return `${(bytes / 1000).toFixed(1).padStart(5)} kB`
}
