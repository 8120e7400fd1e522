import { mergeConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'
import base from './vitest.config.js'

// The quick tests of the engine: those that a mutant of it can be shown to in a moment. No process,
// no browser, no network, no document, no layer or edge.

/** Plain rules first, random histories last: a mutant is let go of at the first test that fails. */
class QuickestFirst extends BaseSequencer {
  override sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const order = ['core', 'machines', 'breaker', 'behaviours', 'stories', 'chart', 'model']
    const place = ({ moduleId }: TestSpecification) =>
      order.findIndex((folder) => moduleId.includes(`/test/${folder}/`))
    return Promise.resolve([...files].sort((one, other) => place(one) - place(other)))
  }
}

const config = mergeConfig(base, {
  test: {
    exclude: ['test/behaviours/{packaging,table}.test.ts', 'test/chart/documents.test.ts'],
    // One worker loads the engine once for all files, not once for each.
    isolate: false,
    sequence: { sequencer: QuickestFirst },
    // Changed code that hangs is Stryker's to end.
    testTimeout: 120_000,
    // The same few traces for every mutant.
    env: { MODEL_RUNS: '25', MODEL_SEED: '1' },
  },
})
config.test.include = ['test/{behaviours,breaker,chart,core,machines,model,stories}/**/*.test.ts']

export default config
