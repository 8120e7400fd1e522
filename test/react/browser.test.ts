import { once } from 'node:events'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { launchChromium, launchTimeout } from '../support/chromium.js'
import { startScript } from '../support/script.js'
import type { Browser, Page } from 'playwright-core'
import type { Script } from '../support/script.js'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

let server: Script
let url: string
let browser: Browser
let page: Page
const complaints: string[] = []
const asked = new Set<string>()

beforeAll(async () => {
  server = startScript('examples/react/server.js')
  const [printed] = (await once(server.process.stdout as NodeJS.ReadableStream, 'data')) as [string]
  url = printed.trim()
  browser = await launchChromium()
  page = await browser.newPage()
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('request', (request) => asked.add(new URL(request.url()).origin))
  // The time of the page stands still but for the steps of the tests.
  await page.clock.install({ time: 0 })
  await page.clock.pauseAt(1000)
  await page.goto(url)
}, launchTimeout)

afterAll(async () => {
  await browser.close()
  server.process.kill()
  await server.ending
})

const banner = (state: string) => page.locator(`[role=status][data-state=${state}]`)
const callsOfThePage = async () => Number(await (await fetch(`${url}calls`)).text())

/** Lets time pass in the page. */
const wait = (ms: number) => page.clock.runFor(ms)

/** What the page asks for while `act` goes on, and the answer. */
async function answerTo(path: string, act: Promise<unknown>): Promise<void> {
  await Promise.all([page.waitForResponse(url + path), act])
}

/** The page calls every half second: the next call. */
const nextCall = () => answerTo('price', wait(500))

const press = (name: string, path: string) =>
  answerTo(path, page.getByRole('button', { name }).click())

describe('a page whose breaker guards its own calls', () => {
  it('shows that all is well while its server answers', async () => {
    await nextCall()
    await banner('closed').waitFor()
    await page.getByText(/A coffee is \d\.\d\d €/).waitFor()
  })

  it('says so when the server fails, and counts down to the next try', async () => {
    await press('Break the server', 'break')
    for (let failure = 1; failure <= 3; failure++) await nextCall()
    await page.getByText('Trying again in 5 s').waitFor()
    await page.getByText('closed → open: failure rate 75% reached 50%').waitFor()
    await wait(2000)
    await page.getByText('Trying again in 3 s').waitFor()
    expect(await callsOfThePage()).toBe(4)
  })

  it('leaves the server alone until the break is over, and then tries once', async () => {
    await wait(2500)
    expect(await callsOfThePage()).toBe(4)
    await nextCall()
    await page.getByText('halfOpen → open: 1 of 1 probe failed').waitFor()
    await wait(4500)
    expect(await callsOfThePage()).toBe(5)
  })

  it('goes on by itself when the server is well again', async () => {
    await press('Repair it', 'repair')
    await nextCall()
    await banner('closed').waitFor()
    await page.getByText('halfOpen → closed: 1 of 1 needed probe succeeded').waitFor()
    expect(await callsOfThePage()).toBe(6)
  })

  it('had no error, and asked no other server', () => {
    expect(complaints).toEqual([])
    expect([...asked]).toEqual([new URL(url).origin])
  })
})
