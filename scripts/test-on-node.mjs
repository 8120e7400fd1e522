// The test command under another version of Node, which npm brings, as are the processes that it
// starts: node scripts/test-on-node.mjs 22
// What is given after the version goes to vitest alone: npm run test:node22 -- test/breaker
import { spawnSync } from 'node:child_process'

const [version, ...rest] = process.argv.slice(2)
if (version === undefined) {
  console.error('which version of Node?')
  process.exit(2)
}
/** @param {string[]} command */
const run = (...command) =>
  spawnSync('npx', ['-y', '-p', `node@${version}`, ...command], { stdio: 'inherit' }).status ?? 1

process.exitCode =
  run('node', '--version') ||
  (rest.length === 0 ? run('npm', 'test', '--silent') : run('vitest', 'run', ...rest))
