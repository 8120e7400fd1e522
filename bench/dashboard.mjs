// How the dashboard does with 1,000 circuits that all change ten times a second: what it takes of the
// server, what goes over the line, and how long the page lets a person wait. Needs a build, and
// Chromium. `node bench/dashboard.mjs [circuits] [seconds]`
import { createServer } from 'node:http'
import { chromium } from 'playwright-core'
import { createRegistry } from 'recloser'
import { createDashboard } from 'recloser/dashboard'

const circuits = Number(process.argv[2] ?? 1000)
const seconds = Number(process.argv[3] ?? 20)
const every = 100

const registry = createRegistry()
const breakers = Array.from({ length: circuits }, (_, i) =>
  registry.get(`service-${String(i).padStart(5, '0')}`),
)
/** Two calls to each circuit; one in fifty circuits sees one fail. */
function callAll() {
  for (const breaker of breakers) {
    breaker.tryAcquire()?.succeed()
    if (Math.random() < 0.02) breaker.tryAcquire()?.fail(new Error('down'))
    else breaker.tryAcquire()?.succeed()
  }
}

const traffic = setInterval(callAll, every)
const idle = await cpuShareOf(5)

const dashboard = createDashboard(registry, { every })
const server = createServer(dashboard.listener)
/** @type {import('node:net').Socket[]} */
const sockets = []
server.on('connection', (socket) => sockets.push(socket))
await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)))
const { port } = /** @type {import('node:net').AddressInfo} */ (server.address())

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-sync'],
})
const page = await browser.newPage({ viewport: { width: 1440, height: 900 } })
await page.goto(`http://127.0.0.1:${port}/`)
await page.getByText(`${circuits.toLocaleString('en')} circuits`).waitFor()
await page.evaluate(watch)

const before = written()
const use = usePage(page, seconds)
const served = await cpuShareOf(seconds)
const inputs = await use
const bytes = (written() - before) / seconds
const seen = /** @type {Seen} */ (await page.evaluate('window.seen'))
await browser.close()

clearInterval(traffic)
dashboard.dispose()
registry.dispose()
server.close()

const frames = seen.frames.sort((a, b) => a - b)
const waits = inputs.sort((a, b) => a - b)
console.log(`${circuits} circuits, each changed every ${every} ms, for ${seconds} s`)
console.log(
  `server: ${percent(idle)} of a core for the calls alone, ${percent(served)} with a page`,
)
console.log(`line: ${(bytes / 1024 / 1024).toFixed(2)} MiB a second`)
console.log(
  `page: ${(frames.length / seconds).toFixed(0)} frames a second, ` +
    `${at(frames, 0.5)} ms between two of them in the median, ${at(frames, 0.99)} ms at the 99th, ${at(frames, 1)} ms at most`,
)
console.log(`page: ${seen.longTasks} tasks longer than 50 ms, the longest ${seen.longest} ms`)
console.log(
  `inputs: ${waits.length}; from the key to the changed list ${at(waits, 0.5)} ms in the median, ${at(waits, 1)} ms at most`,
)

function written() {
  return sockets.reduce((sum, socket) => sum + socket.bytesWritten, 0)
}

/** What this process takes of one core. @param {number} seconds */
async function cpuShareOf(seconds) {
  const before = process.cpuUsage()
  const begun = performance.now()
  await new Promise((resolve) => setTimeout(resolve, seconds * 1000))
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1000 / (performance.now() - begun)
}

/**
 * @typedef {object} Seen
 * @property {number[]} frames ms between two frames
 * @property {number} longTasks
 * @property {number} longest ms
 */

/** Runs in the page: how evenly it draws. */
function watch() {
  /** @type {Seen} */
  const seen = { frames: [], longTasks: 0, longest: 0 }
  let last = performance.now()
  const frame = (/** @type {number} */ now) => {
    seen.frames.push(now - last)
    last = now
    requestAnimationFrame(frame)
  }
  requestAnimationFrame(frame)
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) {
      seen.longTasks++
      seen.longest = Math.max(seen.longest, Math.round(duration))
    }
  }).observe({ type: 'longtask' })
  Object.assign(window, { seen })
}

/**
 * Types into the filter, sorts and scrolls; how long each change of the filter took to show.
 *
 * @param {import('playwright-core').Page} page
 * @param {number} seconds
 */
async function usePage(page, seconds) {
  /** @type {number[]} */
  const waits = []
  const end = performance.now() + seconds * 1000
  for (let i = 0; performance.now() < end; i++) {
    const text = String((i * 37) % circuits).padStart(5, '0')
    waits.push(await page.evaluate(filterBy, text))
    waits.push(await page.evaluate(filterBy, ''))
    await page.getByLabel('Sort').selectOption(['Calls', 'Urgency', 'Failure rate'][i % 3] ?? '')
    await page.mouse.move(400, 500)
    await page.mouse.wheel(0, 3000)
    await page.waitForTimeout(200)
  }
  return waits
}

/**
 * Runs in the page: ms from an input to the frame that shows what it asked for.
 *
 * @param {string} text
 * @returns {Promise<number>}
 */
function filterBy(text) {
  const input = /** @type {HTMLInputElement} */ (document.querySelector('.search input'))
  const begun = performance.now()
  input.value = text
  input.dispatchEvent(new Event('input', { bubbles: true }))
  return new Promise((resolve) => {
    const look = () => {
      const rows = document.querySelectorAll('.lines .row')
      const isShown = text === '' ? rows.length > 1 : rows.length === 1
      if (isShown) resolve(performance.now() - begun)
      else requestAnimationFrame(look)
    }
    requestAnimationFrame(look)
  })
}

/** @param {number[]} sorted @param {number} share */
function at(sorted, share) {
  return (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN).toFixed(1)
}

/** @param {number} share */
function percent(share) {
  return `${(share * 100).toFixed(0)}%`
}
