import { defineConfig } from 'tsup'
import manifest from './package.json' with { type: 'json' }

/** The subpaths of the package. A new one also wants its line under `exports` in package.json. */
export const entries = {
  index: 'src/index.ts',
  machines: 'src/machines.ts',
  core: 'src/core/index.ts',
  testing: 'src/testing/index.ts',
  retry: 'src/retry/index.ts',
  'rate-limiter': 'src/rate-limiter/index.ts',
  timeout: 'src/timeout/index.ts',
  bulkhead: 'src/bulkhead/index.ts',
  fallback: 'src/fallback/index.ts',
  pipeline: 'src/pipeline/index.ts',
  opentelemetry: 'src/opentelemetry/index.ts',
  dashboard: 'src/dashboard/index.ts',
  prometheus: 'src/prometheus/index.ts',
  react: 'src/react/index.ts',
  inspect: 'src/inspect/index.ts',
  'inspect/relay': 'src/inspect/relay.ts',
}

for (const name of Object.keys(entries)) {
  const subpath = name === 'index' ? '.' : `./${name}`
  if (!(subpath in manifest.exports)) throw new Error(`package.json does not export ${subpath}`)
}

export default defineConfig({
  entry: entries,
  format: ['esm', 'cjs'],
  target: 'es2022',
  platform: 'neutral',
  // One copy of each class, whichever subpaths an application imports.
  splitting: true,
  // Rollup then writes the CJS chunks. Without it Sucrase does, and turns every `?.` and `??` into
  // a helper call.
  treeshake: true,
  // For the edges that need one; lint keeps them out of everything else.
  external: [/^node:/],
  removeNodeProtocol: false,
  // So that types need nothing but the package: dispose methods are of a library that few name.
  dts: { banner: '/// <reference lib="esnext.disposable" />' },
  sourcemap: true,
  clean: true,
})
