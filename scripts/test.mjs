// Runs every check, also after one has failed, and ends with one line that sums them up.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const folder = mkdtempSync(join(tmpdir(), 'recloser-'))
const report = join(folder, 'vitest.json')
const unitTests = `test:coverage -- --reporter=default --reporter=json --outputFile.json="${report}"`

let passed = 0
let failed = 0

step('build')
step('check:types')
step('check:lint')
step('check:format')
step(unitTests, countTests)
step('check:package')
step('check:exports')
step('check:unused')
step('check:size')

rmSync(folder, { recursive: true })
console.log(`${passed} passed, ${failed} failed`)
process.exitCode = failed > 0 ? 1 : 0

/**
 * @param {string} script
 * @param {(ok: boolean) => { passed: number, failed: number }} count
 */
function step(script, count = (ok) => ({ passed: Number(ok), failed: Number(!ok) })) {
  const [name] = script.split(' ')
  console.log(`\n── ${name}`)
  const start = performance.now()
  const { status } = spawnSync(`npm run --silent ${script}`, {
    shell: true,
    stdio: 'inherit',
    // Packing for a check must not build once more.
    env: { ...process.env, npm_config_ignore_scripts: 'true' },
  })
  const seconds = ((performance.now() - start) / 1000).toFixed(1)
  console.log(`── ${name} ${status === 0 ? 'passed' : 'FAILED'} in ${seconds} s`)
  const result = count(status === 0)
  passed += result.passed
  failed += result.failed
}

/**
 * A run can fail without a failed test: a file that does not load, an unhandled rejection, a line of
 * the engine that no test ran.
 *
 * @param {boolean} ok
 */
function countTests(ok) {
  const tests = readReport()
  const failed = tests.numFailedTests
  return { passed: tests.numPassedTests, failed: ok ? failed : Math.max(failed, 1) }
}

/** @returns {{ numPassedTests: number, numFailedTests: number }} */
function readReport() {
  try {
    return JSON.parse(readFileSync(report, 'utf8'))
  } catch {
    return { numPassedTests: 0, numFailedTests: 0 }
  }
}
