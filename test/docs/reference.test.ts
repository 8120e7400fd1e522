import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, it, vi } from 'vitest'
import { entries } from '../../tsup.config.js'
import { read, root } from './markdown.js'

vi.setConfig({ testTimeout: 180_000 })

const run = promisify(execFile)

it('the reference covers every subpath of the package', () => {
  const { entryPoints } = JSON.parse(read('typedoc.json')) as { entryPoints: string[] }
  expect(entryPoints.sort()).toEqual(Object.values(entries).sort())
})

it('the reference has no warning: every export is documented', async () => {
  const typedoc = 'node_modules/typedoc/bin/typedoc'
  // The compiler has a check of its own.
  const quickly = ['--emit', 'none', '--logLevel', 'Warn', '--skipErrorChecking']
  await expect(run(process.execPath, [typedoc, ...quickly], { cwd: root })).resolves.toEqual({
    stdout: '',
    stderr: '',
  })
})
