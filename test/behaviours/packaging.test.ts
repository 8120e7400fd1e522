import { existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { runInNewContext } from 'node:vm'
import { build } from 'esbuild'
import { describe, expect, it } from 'vitest'
import { entries } from '../../tsup.config.js'

const root = resolve(import.meta.dirname, '../..')

interface Manifest {
  readonly sideEffects: boolean
  readonly engines: { readonly node: string }
  readonly exports: Record<
    string,
    string | Record<'import' | 'require', { types: string; default: string }>
  >
  readonly peerDependencies: Record<string, string>
}
const manifest = JSON.parse(readFileSync(resolve(root, 'package.json'), 'utf8')) as Manifest

/** The package as a bundler for browsers makes it: no module of Node may be in it. */
async function bundle(format: 'esm' | 'cjs'): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents: "export * from './src/index.ts'", resolveDir: root, loader: 'ts' },
    bundle: true,
    write: false,
    platform: 'browser',
    format,
    logLevel: 'silent',
  })
  return outputFiles[0]?.text ?? ''
}

describe('the package', () => {
  it('TP5: has every entry for import and for require, with types of its own', () => {
    const { './package.json': json, ...subpaths } = manifest.exports
    expect(json).toBe('./package.json')
    const built = Object.keys(entries).map((name) => (name === 'index' ? '.' : `./${name}`))
    expect(built).toEqual(expect.arrayContaining(['.', './machines', './core', './testing']))
    for (const [subpath, conditions] of Object.entries(subpaths)) {
      const name = subpath === '.' ? 'index' : subpath.slice(2)
      if (!(name in entries)) continue
      expect(conditions).toMatchObject({
        import: { types: `./dist/${name}.d.ts`, default: `./dist/${name}.js` },
        require: { types: `./dist/${name}.d.cts`, default: `./dist/${name}.cjs` },
      })
      expect(existsSync(resolve(root, entries[name as keyof typeof entries]))).toBe(true)
    }
    expect(built.filter((subpath) => !(subpath in manifest.exports))).toEqual([])
  })

  it('TP5: may be shaken, and asks for Node 20.20 or 22 and later, XState 5 and RxJS 7', () => {
    expect(manifest.sideEffects).toBe(false)
    expect(manifest.engines.node).toBe('^20.20 || >=22')
    expect(manifest.peerDependencies).toMatchObject({ xstate: '^5.20', rxjs: '^7.8' })
  })

  it('TP5: can be bundled for a browser, and works there', async () => {
    expect(await bundle('esm')).not.toMatch(/from\s*["']node:|require\(["']node:/)
    const module = { exports: {} as { createBreaker?: unknown } }
    const result: unknown = await runInNewContext(
      `${await bundle('cjs')};
      const breaker = module.exports.createBreaker('api', { minimumThroughput: 1 })
      breaker.attempt(() => { throw new Error('down') })
        .then(() => breaker.attempt(() => 'made'))
        .then(({ status }) => status)`,
      // What a browser has, and no more.
      {
        module,
        exports: module.exports,
        performance,
        setTimeout: () => 1,
        clearTimeout: () => undefined,
        AbortController,
        queueMicrotask,
        console,
      },
    )
    expect(result).toBe('rejected')
  })
})
