import { availableParallelism } from 'node:os'
import { resolve } from 'node:path'
import { defineConfig } from 'vitest/config'
import { entries } from './tsup.config.js'

// Nothing may hold only in Greenwich.
process.env.TZ = 'Asia/Kathmandu'

export default defineConfig({
  resolve: {
    // The package by its name, but from source: tests need no build.
    alias: Object.entries(entries).map(([name, file]) => ({
      find: new RegExp(name === 'index' ? '^recloser$' : `^recloser/${name}$`),
      replacement: resolve(import.meta.dirname, file),
    })),
  },
  test: {
    include: ['test/**/*.test.{ts,tsx}'],
    // A limit for what hangs, not for what a busy machine takes its time over.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Many tests wait for browsers and processes: left to itself, vitest keeps one of two cores idle.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    coverage: {
      provider: 'v8',
      include: ['machines/**/*.ts', 'src/core/**/*.ts', 'src/breaker/**/*.ts'],
      reporter: [['text', { skipFull: true }], 'html'],
      reportsDirectory: 'reports/coverage',
      thresholds: { lines: 100, branches: 100, functions: 100, statements: 100 },
    },
  },
})
