// Builds, and runs every test under another version of Node, which npm brings, as are the processes
// that tests start: node scripts/test-on-node.mjs 22
// What is given after the version goes to vitest: npm run test:node22 -- test/breaker
import { spawnSync } from 'node:child_process'

const [version, ...rest] = process.argv.slice(2)
if (version === undefined) {
  console.error('which version of Node?')
  process.exit(2)
}
/**
 * @param {string} command
 * @param {string[]} args
 */
const run = (command, args) => spawnSync(command, args, { stdio: 'inherit' }).status ?? 1
const under = ['-y', '-p', `node@${version}`, 'node']

process.exitCode =
  run('npm', ['run', '--silent', 'build']) ||
  run('npx', [...under, '--version']) ||
  run('npx', [...under, 'node_modules/vitest/vitest.mjs', 'run', ...rest])
