import { createServer } from 'node:http'
import { build } from 'esbuild'
import { createBreaker } from 'recloser'
import { createRelay } from 'recloser/inspect/relay'
import { createFakeClock } from 'recloser/testing'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { fail } from '../support/breakers.js'
import { launchChromium, launchTimeout } from '../support/chromium.js'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Browser, Page } from 'playwright-core'
import type { Relay } from 'recloser/inspect/relay'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

/** The page of an inspector: what the real receiver of Stately hears in a browser, as a list. */
const inspectorPage = `
  import { createBrowserReceiver } from '@statelyai/inspect'
  const list = document.body.appendChild(document.createElement('ol'))
  createBrowserReceiver().subscribe((message) => {
    const { type, name, event, snapshot } = message
    const text = {
      '@xstate.actor': () => name + ' is there, ' + snapshot.value,
      '@xstate.event': () => 'hears ' + event.type,
      '@xstate.snapshot': () => 'is ' + snapshot.value,
    }[type]()
    const item = list.appendChild(document.createElement('li'))
    item.textContent = text
    item.dataset.message = JSON.stringify(message)
  })
`

/** A page with a breaker of its own that is inspected by the real inspector of Stately. */
const inspectedPage = `
  import { createBrowserInspector } from '@statelyai/inspect'
  import { createBreaker } from 'recloser'
  import { toInspector } from 'recloser/inspect'
  const iframe = document.body.appendChild(document.createElement('iframe'))
  const inspector = createBrowserInspector({ iframe, url: '/inspector', serialize: (event) => event })
  const breaker = createBreaker('in the page', { inspect: toInspector(inspector), minimumThroughput: 1 })
  breaker.attempt(() => Promise.reject(new Error('offline')))
`

const complaints: string[] = []
const asked = new Set<string>()
const clock = createFakeClock()
let pages: Server
let pagesUrl: string
let browser: Browser
let page: Page
let relay: Relay

beforeAll(async () => {
  const scripts = new Map([
    ['/inspector.js', await bundled(inspectorPage)],
    ['/inspected.js', await bundled(inspectedPage)],
  ])
  pages = createServer(({ url = '' }, response) => {
    const script = scripts.get(url)
    if (script !== undefined) response.setHeader('content-type', 'text/javascript').end(script)
    else
      response
        .setHeader('content-type', 'text/html')
        .end(`<link rel="icon" href="data:,"><body><script type="module" src="${url}.js"></script>`)
  })
  await new Promise<void>((listening) => pages.listen(0, '127.0.0.1', listening))
  pagesUrl = `http://127.0.0.1:${String((pages.address() as AddressInfo).port)}`
  browser = await launchChromium()
}, launchTimeout)

afterAll(async () => {
  await browser.close()
  pages.closeAllConnections()
  pages.close()
})

beforeEach(async () => {
  complaints.length = 0
  page = await browser.newPage()
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('request', (request) => asked.add(new URL(request.url()).hostname))
})
afterEach(async () => {
  await page.close()
  expect(complaints).toEqual([])
})

async function bundled(contents: string): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: import.meta.dirname },
    bundle: true,
    write: false,
    format: 'esm',
    define: { 'process.env.NODE_ENV': '"production"' },
  })
  return outputFiles[0]?.text ?? ''
}

/** Opens the page of a relay. */
async function openRelay(ui: string): Promise<void> {
  relay = await createRelay({ port: 0, ui })
}

describe('the page of a relay', () => {
  afterEach(() => relay.close())

  it('shows breakers of Node in the inspector, those that were there before and what they do then', async () => {
    await openRelay(`${pagesUrl}/inspector`)
    const breaker = createBreaker('payments', { clock, inspect: relay.inspect })
    await fail(breaker, 10)
    await page.goto(relay.url)
    const lines = page.frameLocator('iframe').locator('li')
    await lines.nth(1).waitFor()
    expect(await lines.allTextContents()).toEqual(['payments is there, open', 'is open'])
    breaker.isolate('maintenance')
    await lines.nth(3).waitFor()
    expect((await lines.allTextContents()).slice(2)).toEqual(['hears ISOLATE', 'is isolated'])
    expect(await page.locator('iframe').isVisible()).toBe(true)
  })

  it('lists the charts itself while the inspector cannot be reached', async () => {
    await openRelay('http://127.0.0.1:9/')
    const breaker = createBreaker('payments', { clock, inspect: relay.inspect })
    await page.goto(relay.url)
    await page.getByRole('row', { name: 'payments closed' }).waitFor()
    await page.getByRole('status').getByText('http://127.0.0.1:9').waitFor()
    await fail(breaker, 10)
    await page.getByRole('row', { name: 'payments open OUTCOME' }).waitFor()
    breaker.dispose()
    await page.getByRole('row', { name: 'payments open, stopped' }).waitFor()
    expect(await page.locator('iframe').isVisible()).toBe(false)
  })

  it('takes names for text', async () => {
    await openRelay('http://127.0.0.1:9/')
    const name = '<img src=x onerror="document.title = 1"></script>'
    createBreaker(name, { clock, inspect: relay.inspect })
    await page.goto(relay.url)
    await page.getByRole('cell', { name }).waitFor()
    expect(await page.locator('img').count()).toBe(0)
  })

  it('says when the connection is lost, and goes on when it is back', async () => {
    await openRelay(`${pagesUrl}/inspector`)
    const { port } = relay
    await page.goto(relay.url)
    const lines = page.frameLocator('iframe').locator('li')
    createBreaker('before', { clock, inspect: relay.inspect })
    await lines.getByText('before is there').waitFor()
    await relay.close()
    await page.getByText('The connection is lost').waitFor({ state: 'attached' })
    relay = await createRelay({ port })
    createBreaker('after', { clock, inspect: relay.inspect })
    await lines.getByText('after is there').waitFor()
  })
})

describe('a page with a breaker of its own', () => {
  it('shows it in the inspector of Stately, with the whole context', async () => {
    await page.goto(`${pagesUrl}/inspected`)
    const lines = page.frameLocator('iframe').locator('li')
    await lines.getByText('is open').waitFor()
    expect(await lines.allTextContents()).toEqual([
      'in the page is there, closed',
      'hears xstate.init',
      'is closed',
      'hears OUTCOME',
      'is open',
    ])
    const { snapshot } = JSON.parse((await lines.last().getAttribute('data-message')) ?? '') as {
      snapshot: { context: unknown }
    }
    expect(snapshot.context).toMatchObject({
      name: 'in the page',
      failure: { name: 'Error', message: 'offline' },
      decision: { cause: 'failure-rate', health: { failureRate: 1 } },
    })
  })
})

it('no page asked for anything but this machine', () => {
  expect([...asked]).toEqual(['127.0.0.1'])
})
