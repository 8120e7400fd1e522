// The bench with the current majors of cockatiel and opossum, which ask for a newer Node than this
// package does: node bench/latest.mjs [--node=24] [arguments of main.mjs]
// Packs what was built, and installs all of it into a temporary folder.
import { execFileSync } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
/** @type {{ name: string, devDependencies: Record<string, string | undefined> }} */
const { name, devDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))

const given = process.argv.slice(2)
const node = given.find((argument) => argument.startsWith('--node='))?.slice(7) ?? '22'
const rest = given.filter((argument) => !argument.startsWith('--node='))

const folder = mkdtempSync(join(tmpdir(), 'recloser-latest-'))
try {
  /** @type {{ filename: string }[]} */
  const [packed] = JSON.parse(
    npm(root, 'pack', '--json', '--ignore-scripts', `--pack-destination=${folder}`),
  )
  const same = ['brakes', 'effect', 'esbuild', 'mollitia', 'rxjs', 'xstate']
  const dependencies = {
    ...Object.fromEntries(same.map((peer) => [peer, devDependencies[peer]])),
    cockatiel: '^4',
    opossum: '^10',
    node: `^${node}`,
    [name]: `file:${packed?.filename ?? ''}`,
  }
  // Newer versions of npm run an install script only where it is allowed; this one fetches Node.
  const manifest = { private: true, type: 'module', dependencies, allowScripts: { node: true } }
  writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest))
  npm(folder, 'install', '--no-audit', '--no-fund', '--engine-strict=false')
  cpSync(join(root, 'bench'), join(folder, 'bench'), { recursive: true })
  const binary = join(folder, 'node_modules/node/bin/node')
  execFileSync(binary, ['bench/main.mjs', ...rest], { cwd: folder, stdio: 'inherit' })
} finally {
  rmSync(folder, { recursive: true })
}

/**
 * @param {string} cwd
 * @param {string[]} args
 */
function npm(cwd, ...args) {
  return execFileSync('npm', args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] })
}
