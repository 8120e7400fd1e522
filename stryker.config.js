// Mutation testing: changes the engine in thousands of small ways and looks whether a test fails.
// npm run mutation, or npm run mutation -- --mutate src/core/time-window.ts, or, to run only what has
// changed since: npm run mutation -- --incremental

export default {
  testRunner: 'vitest',
  plugins: ['@stryker-mutator/vitest-runner'],
  vitest: { configFile: 'vitest.mutation.config.ts', related: false },
  mutate: ['machines/**/*.ts', 'src/core/**/*.ts', 'src/breaker/**/*.ts'],
  // What no test of these needs.
  ignorePatterns: ['/dist', '/bench', '/docs', '/examples', '/.ci', '/coverage', '/reports'],
  coverageAnalysis: 'perTest',
  // The chart is made when its module is loaded: its mutants each run every test.
  ignoreStatic: false,
  concurrency: 2,
  timeoutMS: 10_000,
  reporters: ['progress', 'clear-text', 'html', 'json'],
  clearTextReporter: { allowColor: false, reportTests: false },
  htmlReporter: { fileName: 'reports/mutation.html' },
  jsonReporter: { fileName: 'reports/mutation.json' },
  incrementalFile: 'reports/mutation-incremental.json',
  thresholds: { high: 98, low: 95, break: 95 },
  tempDirName: '.stryker-tmp',
}
