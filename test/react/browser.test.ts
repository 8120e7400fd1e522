import { once } from 'node:events'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { launchChromium, launchTimeout } from '../support/chromium.js'
import { startScript } from '../support/script.js'
import type { Browser, Page } from 'playwright-core'
import type { Script } from '../support/script.js'

let server: Script
let url: string
let browser: Browser
let page: Page
const complaints: string[] = []
const asked = new Set<string>()
let callsUntilBroken = 0

beforeAll(async () => {
  server = startScript('examples/react/server.js')
  const [printed] = (await once(server.process.stdout as NodeJS.ReadableStream, 'data')) as [string]
  url = printed.trim()
  browser = await launchChromium()
  page = await browser.newPage()
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('request', (request) => asked.add(new URL(request.url()).origin))
  await page.goto(url)
}, launchTimeout)

afterAll(async () => {
  await browser.close()
  server.process.kill()
  await server.ending
})

const banner = (state: string) => page.locator(`[role=status][data-state=${state}]`)
const press = (name: string) => page.getByRole('button', { name }).click()
const callsOfThePage = async () => Number(await (await fetch(`${url}calls`)).text())

describe('a page whose breaker guards its own calls', () => {
  it('shows that all is well while its server answers', async () => {
    await banner('closed').waitFor()
    await page.getByText(/A coffee is \d\.\d\d €/).waitFor()
  })

  it('says so when the server fails, and counts down to the next try', async () => {
    await press('Break the server')
    await page.getByText('Trying again in 5 s').waitFor()
    callsUntilBroken = await callsOfThePage()
    await page.getByText('Trying again in 3 s').waitFor()
    await page.getByText(/closed → open: failure rate .* reached 50%/).waitFor()
  }, 20_000)

  it('leaves the server alone until the break is over, and then tries once', async () => {
    await page.getByText(/halfOpen → open: 1 of 1 probe failed/).waitFor()
    expect(await callsOfThePage()).toBe(callsUntilBroken + 1)
  }, 20_000)

  it('goes on by itself when the server is well again', async () => {
    await press('Repair it')
    await banner('closed').waitFor()
    await page.getByText(/halfOpen → closed: 1 of 1 needed probe succeeded/).waitFor()
  }, 20_000)

  it('had no error, and asked no other server', () => {
    expect(complaints).toEqual([])
    expect([...asked]).toEqual([new URL(url).origin])
  })
})
