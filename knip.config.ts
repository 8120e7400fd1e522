import type { KnipConfig } from 'knip'
import { entries } from './tsup.config.js'

const config: KnipConfig = {
  entry: [
    ...Object.values(entries),
    'test/**/*.test-d.ts',
    'test/behaviours/rows-*.ts',
    'test/package/app/*',
    'test/process/scripts/*.mjs',
    'test/outage/soak.ts',
    'examples/**/*.{js,mjs,ts,tsx}',
    'bench/**/*.{js,mjs,ts}',
    'scripts/*.mjs',
    'src/dashboard/page/main.tsx',
  ],
  project: ['{src,machines,test,examples,bench,scripts}/**/*.{ts,tsx,js,mjs}'],
  // A workspace of its own, with dependencies of its own.
  ignore: ['test/inspect/legacy/**'],
  // Of the system: browser tests install a browser where one is missing.
  ignoreBinaries: ['flock'],
}

export default config
