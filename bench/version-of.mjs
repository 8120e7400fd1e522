import { existsSync, readFileSync } from 'node:fs'

/**
 * The installed version of a package, also of one whose `package.json` cannot be imported.
 *
 * @param {string} name
 * @returns {string}
 */
export function versionOf(name) {
  for (let folder = new URL('.', import.meta.resolve(name)); ; folder = new URL('..', folder)) {
    const file = new URL('package.json', folder)
    if (existsSync(file)) {
      /** @type {{ name: string, version: string }} */
      const manifest = JSON.parse(readFileSync(file, 'utf8'))
      if (manifest.name === name) return manifest.version
    }
    if (folder.pathname === '/') throw new Error(`${name} has no package.json`)
  }
}
