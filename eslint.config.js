import js from '@eslint/js'
import { defineConfig, globalIgnores } from 'eslint/config'
import tseslint from 'typescript-eslint'

const layers = ['retry', 'rate-limiter', 'timeout', 'bulkhead', 'fallback', 'pipeline']

// An edge and its own peer. What else it needs, any user of the package can import.
const edges = {
  inspect: ['ws', 'node:'],
  dashboard: ['node:'],
  react: ['react'],
  opentelemetry: ['@opentelemetry/api'],
  prometheus: ['prom-client'],
  undici: ['undici'],
  redis: ['redis'],
}
const publicEntries = ['../index.js', '../machines.js', '../core/index.js', '../testing/index.js']

// Which folder may import what. A name that ends in `/` or `:` stands for all that begins with it.
const arrows = [
  allow('src/core', ['./']),
  allow('machines', ['./', '../src/core/', 'xstate']),
  allow('src/streams', ['./', 'rxjs']),
  allow('src/breaker', ['./', '../core/', '../streams/', '../../machines/', 'xstate', 'rxjs']),
  allow('src/testing', ['./', '../core/']),
  allow('src/layer', ['./', '../core/', '../streams/', 'rxjs']),
  ...layers.map((layer) =>
    allow(`src/${layer}`, ['./', '../layer/', '../core/', '../streams/', 'rxjs']),
  ),
  ...Object.entries(edges).map(([edge, peer]) =>
    allow(`src/${edge}`, ['./', ...publicEntries, ...peer]),
  ),
  // Built for browsers by itself: of the server it knows what both say to each other.
  allow('src/dashboard/page', [
    './',
    '../wire.js',
    'preact',
    'preact/hooks',
    'uplot',
    'uplot/dist/',
  ]),
]

/**
 * @param {string} folder
 * @param {string[]} names
 * @returns {import('eslint').Linter.Config}
 */
function allow(folder, names) {
  const allowed = names.map((name) => {
    const literal = name.replaceAll('.', '\\.')
    return /[/:]$/.test(name) ? `${literal}(?!.*\\.\\./)` : `${literal}$`
  })
  return {
    files: [`${folder}/**/*.{ts,tsx}`],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            {
              regex: `^(?!${allowed.join('|')})`,
              message: `${folder} may import only ${names.join(' ')}`,
            },
          ],
        },
      ],
      'no-restricted-syntax': [
        'error',
        {
          selector: 'ImportExpression, TSImportType',
          message: 'Import at the top of the file, where the rule on imports sees it.',
        },
      ],
    },
  }
}

export default defineConfig(
  globalIgnores([
    'dist/',
    'coverage/',
    'reports/',
    '.stryker-tmp/',
    'src/dashboard/page.built.ts',
    // A workspace of its own: what it imports is not installed in this one.
    'test/inspect/legacy/',
  ]),
  js.configs.recommended,
  tseslint.configs.strictTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true } },
    rules: {
      // The compiler knows it better, in JavaScript files too.
      'no-undef': 'off',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/no-floating-promises': [
        'error',
        // The runner waits for them.
        { allowForKnownSafeCalls: [{ from: 'package', name: 'test', package: 'node:test' }] },
      ],
    },
  },
  {
    files: ['scripts/**', '*.config.{js,ts}', 'test/types/**'],
    extends: [tseslint.configs.disableTypeChecked],
  },
  arrows,
  {
    files: ['{test,examples,bench}/**/*.{ts,tsx,js,mjs}'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            {
              regex: '/(src|machines|dist)/',
              message: 'Import the package by its name, as users do.',
            },
          ],
        },
      ],
    },
  },
  // What JSON.parse gives is typed by JSDoc there.
  { files: ['bench/**'], rules: { '@typescript-eslint/no-unsafe-assignment': 'off' } },
)
