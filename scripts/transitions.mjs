// Writes docs/transitions.md: what each event does in each state. node scripts/transitions.mjs
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { tsImport } from 'tsx/esm/api'

export const page = fileURLToPath(new URL('../docs/transitions.md', import.meta.url))

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { transitionsPage } = await tsImport('../test/chart/transitions-page.ts', import.meta.url)
  writeFileSync(page, transitionsPage())
}
