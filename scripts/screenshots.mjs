// Takes the pictures of the dashboard in docs/images: a made-up night in a made-up company, played on
// a fake clock, so that they are the same each time. Needs a build, and Chromium.
import { mkdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { chromium } from 'playwright-core'
import { createRegistry, exponentialBreakDuration } from 'recloser'
import { createDashboard } from 'recloser/dashboard'
import { createFakeClock } from 'recloser/testing'

const images = join(import.meta.dirname, '../docs/images')
const step = 100

const clock = createFakeClock({ wall: new Date(2026, 10, 24, 3, 2, 14).getTime() })
const random = seeded(7)
const registry = createRegistry({
  clock,
  defaults: {
    breakDuration: exponentialBreakDuration({ base: 20_000, factor: 1.5 }),
    minimumThroughput: 20,
    random,
  },
})
const dashboard = createDashboard(registry, { clock, title: 'Shop', authorize: () => true })

/**
 * Who fails when: minutes into the night, share of failing calls.
 *
 * @type {Record<string, [from: number, to: number, share: number][]>}
 */
const troubles = {
  'payments/charge': [
    [5.2, 7, 0.7],
    [9.1, 99, 0.85],
  ],
  'payments/refund': [[9.4, 99, 0.62]],
  'search/suggest': [[8.9, 99, 0.9]],
  'stock/reserve': [[9.0, 99, 0.38]],
  'mail/receipt': [[2, 2.6, 0.8]],
  'orders/place': [[3.5, 3.9, 0.6]],
}

const rates = {
  'auth/session': 42,
  'auth/token': 18,
  'catalogue/price': 61,
  'catalogue/read': 88,
  'geo/lookup': 9,
  'images/resize': 14,
  'mail/newsletter': 0,
  'mail/receipt': 4,
  'orders/place': 12,
  'orders/read': 35,
  'payments/charge': 11,
  'payments/refund': 5,
  'reviews/read': 21,
  'search/query': 54,
  'search/suggest': 38,
  'shipping/quote': 16,
  'shipping/track': 8,
  'stock/read': 47,
  'stock/reserve': 13,
  'tax/rates': 3,
}

/** @type {[name: string, message: string][]} */
const errors = [
  ['TimeoutError', 'no answer within 2 s'],
  ['TimeoutError', 'no answer within 2 s'],
  ['ConnectionError', 'connect ECONNREFUSED 10.4.3.7:443'],
  ['HttpError', 'the server answers 503 Service Unavailable'],
]

for (const name of Object.keys(rates)) registry.get(name)
registry.get('geo/lookup').isolate('Provider maintenance until 04:00, see OPS-1182')

play(588_000)
// One circuit has just begun to probe, and waits for the answer.
registry.get('search/suggest').forceHalfOpen()
registry.get('search/suggest').tryAcquire()

const server = createServer(dashboard.listener)
await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)))
const { port } = /** @type {import('node:net').AddressInfo} */ (server.address())
const time = setInterval(() => play(step), step)

mkdirSync(images, { recursive: true })
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-sync'],
})
const address = `http://127.0.0.1:${port}/`
await take('dashboard-light', 'light', { width: 1360, height: 850 }, '#breaker=payments%2Fcharge')
await take('dashboard-dark', 'dark', { width: 1360, height: 850 }, '#breaker=payments%2Fcharge')
await take('dashboard-narrow', 'dark', { width: 390, height: 844 }, '')
await browser.close()

clearInterval(time)
dashboard.dispose()
registry.dispose()
server.close()

/** Lives through so many milliseconds of the night. @param {number} ms */
function play(ms) {
  for (let t = 0; t < ms; t += step) {
    for (const [name, rate] of Object.entries(rates)) {
      const breaker = registry.get(name)
      // Its one probe is under way.
      if (breaker.state === 'halfOpen' && name === 'search/suggest') continue
      for (let calls = poisson((rate * step) / 1000); calls > 0; calls--) call(breaker)
    }
    clock.advance(step)
  }
}

/** @param {import('recloser').Breaker} breaker */
function call(breaker) {
  const permit = breaker.tryAcquire()
  if (permit === undefined) return
  const minutes = clock.now() / 60_000
  const trouble = troubles[breaker.name]?.find(([from, to]) => minutes >= from && minutes < to)
  if (random() >= (trouble?.[2] ?? 0.004)) permit.succeed()
  else {
    const [name, message] = errors[Math.floor(random() * errors.length)] ?? ['Error', '']
    permit.fail(Object.assign(new Error(message), { name }))
  }
}

/** How many events fall into a time in which `mean` are expected. @param {number} mean */
function poisson(mean) {
  const limit = Math.exp(-mean)
  let n = 0
  for (let product = random(); product > limit; product *= random()) n++
  return n
}

/** Chance that repeats itself (mulberry32). @param {number} seed */
function seeded(seed) {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}

/**
 * @param {string} name
 * @param {'light' | 'dark'} colorScheme
 * @param {{ width: number, height: number }} viewport
 * @param {string} hash
 */
async function take(name, colorScheme, viewport, hash) {
  const page = await browser.newPage({ colorScheme, viewport, deviceScaleFactor: 1.25 })
  page.on('pageerror', (error) => console.error(error))
  page.on('console', (message) => console.log(message.text()))
  await page.goto(address + hash)
  await page.locator('.line.live').waitFor()
  if (hash.includes('breaker')) await page.locator('.plot canvas').waitFor()
  await page.waitForTimeout(500)
  const picture = await page.screenshot()
  await page.close()
  writeFileSync(join(images, `${name}.webp`), await smaller(picture))
}

/** As WebP, less than half of the size: the pictures are part of the package. @param {Buffer} png */
async function smaller(png) {
  const page = await browser.newPage()
  const bytes = await page.evaluate(
    async (source) => {
      const image = await createImageBitmap(await (await fetch(source)).blob())
      const canvas = new OffscreenCanvas(image.width, image.height)
      canvas.getContext('2d')?.drawImage(image, 0, 0)
      const blob = await canvas.convertToBlob({ type: 'image/webp', quality: 0.9 })
      return [...new Uint8Array(await blob.arrayBuffer())]
    },
    `data:image/png;base64,${png.toString('base64')}`,
  )
  await page.close()
  return Buffer.from(bytes)
}
