// Runs the tests under another version of Node, which npm brings: node scripts/test-on-node.mjs 22
// What is given after the version goes to vitest: npm run test:node22 -- test/breaker
import { spawnSync } from 'node:child_process'

const [version, ...rest] = process.argv.slice(2)
if (version === undefined) {
  console.error('which version of Node?')
  process.exit(2)
}
const { status } = spawnSync(
  'npx',
  ['-y', '-p', `node@${version}`, 'node', 'node_modules/vitest/vitest.mjs', 'run', ...rest],
  { stdio: 'inherit' },
)
process.exitCode = status ?? 1
