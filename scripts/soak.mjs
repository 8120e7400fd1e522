// Outages for as long as one likes: npm run soak -- --minutes 10
import { parseArgs } from 'node:util'
import { tsImport } from 'tsx/esm/api'

const { values } = parseArgs({ options: { minutes: { type: 'string', default: '1' } } })
const minutes = Number(values.minutes)
if (!(minutes > 0)) {
  console.error(`--minutes must be a number above 0, got ${values.minutes}`)
  process.exit(2)
}
const { soak } = await tsImport('../test/outage/soak.ts', import.meta.url)
const complaints = await soak(minutes, console.log)
process.exit(complaints === 0 ? 0 : 1)
