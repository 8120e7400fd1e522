import { mergeConfig } from 'vitest/config'
import base from './vitest.config.js'

// The quick tests of the engine: those that a mutant of it can be shown to in a moment. No process,
// no browser, no network, no document, no layer or edge.
const config = mergeConfig(base, {
  test: {
    exclude: ['test/behaviours/{packaging,table}.test.ts', 'test/chart/documents.test.ts'],
    // Changed code that hangs is Stryker's to end.
    testTimeout: 120_000,
    // The same few traces for every mutant.
    env: { MODEL_RUNS: '40', MODEL_SEED: '1' },
  },
})
config.test.include = ['test/{behaviours,breaker,chart,core,machines,model,stories}/**/*.test.ts']

export default config
