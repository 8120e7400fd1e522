import { execFile } from 'node:child_process'
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { createContext, runInContext } from 'node:vm'
import { build } from 'esbuild'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { documents, linksOf } from '../docs/markdown.js'

vi.setConfig({ testTimeout: 120_000 })

const root = resolve(import.meta.dirname, '../..')
const run = promisify(execFile)

/** An application that has installed the package as it would be published. */
let app: string
let files: string[]

beforeAll(async () => {
  app = await mkdtemp(join(tmpdir(), 'recloser-app-'))
  files = await install(app)
  await cp(join(import.meta.dirname, 'app'), app, { recursive: true })
}, 300_000)

afterAll(() => rm(app, { recursive: true }))

describe('the published package', () => {
  it('holds what its exports promise, documents, examples, and nothing from the workshop', async () => {
    const { exports } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as {
      exports: unknown
    }
    const promised = [...JSON.stringify(exports).matchAll(/"\.\/([^"]+\.[^"]+)"/g)].map(
      ([, file]) => String(file),
    )
    expect(promised.length).toBeGreaterThan(16)
    for (const file of promised) expect(files).toContain(file)
    expect(files.filter((file) => !/^(dist|docs|examples)\//.test(file)).sort()).toEqual([
      'CHANGELOG.md',
      'LICENSE',
      'README.md',
      'SECURITY.md',
      'package.json',
    ])
  })

  it('has no dead link in its documents', () => {
    const dead = documents
      .filter((document) => files.includes(document))
      .flatMap((document) =>
        linksOf(document, { upTo: '## In the repository' })
          .filter((link) => !/^([a-z]+:|#)/.test(link))
          .map((link) => join(dirname(document), link.replace(/#.*/, '')))
          .filter((path) => !files.includes(path))
          .map((path) => `${document}: ${path}`),
      )
    expect(dead).toEqual([])
  })

  it('runs its own examples', async () => {
    const example = 'node_modules/recloser/examples/isolate-and-reset.js'
    const { stdout } = await run(process.execPath, [example], { cwd: app })
    expect(stdout).toContain('reset by hand')
  })

  it.each([
    ['as ESM', 'esm.mjs'],
    ['as CommonJS', 'commonjs.cjs'],
    ['as both in one process, which know the errors of each other', 'both.mjs'],
  ])('works %s', async (_, script) => {
    await expect(run(process.execPath, [script], { cwd: app })).resolves.toEqual({
      stdout: '',
      stderr: '',
    })
  })

  /** What the compiler says of an application in TypeScript. */
  async function compiled(sources: string[], ...options: string[]): Promise<string> {
    const compiler = join(root, 'node_modules/typescript/bin/tsc')
    const common = ['--noEmit', '--strict', '--target', 'es2022', '--lib', 'es2022,dom']
    for (const source of sources)
      await cp(join(app, 'types.ts'), join(app, source), { force: true })
    const args = [compiler, ...common, ...options, ...sources]
    return run(process.execPath, args, { cwd: app }).then(
      ({ stdout }) => stdout,
      (error: unknown) => (error as { stdout: string }).stdout,
    )
  }

  it('has types for both, that need neither skipLibCheck nor a library of their own', async () => {
    expect(await compiled(['types.mts', 'types.cts'], '--module', 'nodenext')).toBe('')
  })

  it('has types for compilers that look for them as before there were exports', async () => {
    const options = ['--module', 'commonjs', '--moduleResolution', 'node10', '--skipLibCheck']
    expect(await compiled(['old.ts'], ...options)).toBe('')
  })
})

describe('a bundle for browsers', () => {
  it('runs where there is nothing of Node', async () => {
    const page = webPage()
    runInContext(await bundle(`export { main } from './browser.js'`), page)
    expect(await runInContext('page.main()', page)).toEqual({
      moves: ['closed → open', 'open → halfOpen', 'halfOpen → closed'],
      rejected: true,
      answer: 'answer',
      states: ['restoring', 'closed', 'open', 'halfOpen', 'isolated'],
    })
  })

  it.each(['recloser/core', 'recloser/testing'])(
    'of %s needs neither XState nor RxJS',
    async (name) => {
      expect(await packagesIn(`export * from '${name}'`)).toEqual(['recloser'])
    },
  )

  it('of one error check is a small part of the whole', async () => {
    const whole = await bundle(`export * from 'recloser'`)
    const part = await bundle(`export { isBrokenCircuit } from 'recloser'`)
    expect(part.length).toBeLessThan(whole.length / 4)
  })
})

/** Packs the package and installs it, with its peers from this repository: no network is needed. */
async function install(folder: string): Promise<string[]> {
  const pack = ['pack', '--ignore-scripts', '--json', '--pack-destination', folder]
  const { stdout } = await run('npm', pack, { cwd: root })
  const [packed] = JSON.parse(stdout) as [{ filename: string; files: { path: string }[] }]
  await writeFile(join(folder, 'package.json'), JSON.stringify({ name: 'app', private: true }))
  const peers = ['xstate', 'rxjs', 'tslib'].map((name) => join(root, 'node_modules', name))
  const quietly = ['--offline', '--install-links', '--ignore-scripts', '--no-audit', '--no-fund']
  await run('npm', ['install', ...quietly, `./${packed.filename}`, ...peers], { cwd: folder })
  return packed.files.map(({ path }) => path)
}

/** What esbuild makes of it for a browser; it fails on anything of Node. */
function bundled(source: string) {
  return build({
    stdin: { contents: source, resolveDir: app },
    bundle: true,
    minify: true,
    write: false,
    metafile: true,
    format: 'iife',
    globalName: 'page',
    platform: 'browser',
    target: 'es2022',
    logLevel: 'silent',
  })
}

async function bundle(source: string): Promise<string> {
  const { outputFiles } = await bundled(source)
  return String(outputFiles[0]?.text)
}

async function packagesIn(source: string): Promise<string[]> {
  const { metafile } = await bundled(source)
  const names = Object.keys(metafile.inputs).map((file) => /node_modules\/([^/]+)/.exec(file)?.[1])
  return [...new Set(names)].filter((name) => name !== undefined)
}

/** The globals of a browser that the package uses, and no others. */
function webPage() {
  return createContext({
    AbortController,
    AbortSignal,
    console,
    performance: { now: () => performance.now() },
    // A number, as in a browser.
    setTimeout: (fn: () => void, ms: number) => Number(setTimeout(fn, ms)),
    clearTimeout: (timer: number) => {
      clearTimeout(timer)
    },
  })
}
