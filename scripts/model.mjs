// Plays random traces on the breaker and on the model of it:
//   npm run test:model -- --runs 20000
//   npm run test:model -- --seed 1234 --path 17:2:0     the one that failed
import { spawnSync } from 'node:child_process'
import { parseArgs } from 'node:util'

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '20000' },
    seed: { type: 'string' },
    path: { type: 'string' },
  },
})

const { status } = spawnSync(
  process.execPath,
  ['node_modules/vitest/vitest.mjs', 'run', 'test/model', '--disable-console-intercept'],
  {
    stdio: 'inherit',
    env: {
      ...process.env,
      MODEL_RUNS: values.runs,
      ...(values.seed === undefined ? {} : { MODEL_SEED: values.seed }),
      ...(values.path === undefined ? {} : { MODEL_PATH: values.path }),
    },
  },
)
process.exitCode = status ?? 1
