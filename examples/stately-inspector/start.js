// Breakers whose charts can be seen moving in the Stately inspector.
import { spawn } from 'node:child_process'
import { parseArgs } from 'node:util'
import { createRegistry } from 'recloser'
import { createRelay } from 'recloser/inspect/relay'

const { values: given } = parseArgs({
  allowNegative: true,
  options: {
    open: { type: 'boolean', default: true },
    port: { type: 'string', default: '0' },
    ui: { type: 'string', default: 'https://stately.ai/inspect' },
  },
})

const relay = await createRelay({ port: Number(given.port), ui: given.ui })
const registry = createRegistry({
  inspect: relay.inspect,
  defaults: { minimumThroughput: 4, samplingDuration: 5000, breakDuration: 4000 },
})

console.log(`The charts: ${relay.url}`)
console.log(
  `The inspector in that page comes from ${new URL(given.ui).origin}. Where it cannot be reached, the page lists the charts.`,
)
if (given.open) openInBrowser(relay.url)

/** Each dependency is down for some seconds of a minute. */
const outages = { stock: [5, 15], payments: [20, 40], mail: [45, 50] }
const began = Date.now()

const calling = setInterval(() => {
  const second = ((Date.now() - began) / 1000) % 60
  for (const [name, [from = 0, to = 0]] of Object.entries(outages)) {
    void registry.get(name).attempt(() => {
      if (second >= from && second < to) throw new Error(`${name} is down`)
    })
  }
}, 1000)

process.once('SIGINT', () => {
  clearInterval(calling)
  registry.dispose()
  void relay.close()
})

/** @param {string} url */
function openInBrowser(url) {
  const openers = { darwin: 'open', win32: 'explorer' }
  const opener =
    process.platform in openers ? openers[/** @type {'darwin'} */ (process.platform)] : 'xdg-open'
  // Without a browser to open, the address that was printed has to do.
  spawn(opener, [url], { stdio: 'ignore', detached: true })
    .on('error', () => undefined)
    .unref()
}
