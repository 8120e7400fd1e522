import { once } from 'node:events'
import { createServer } from 'node:http'
import axe from 'axe-core'
import { createRegistry } from 'recloser'
import { createDashboard } from 'recloser/dashboard'
import { breakerMachine } from 'recloser/machines'
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { launchChromium, launchTimeout } from '../support/chromium.js'
import { breakCircuit } from './support.js'
import type { AddressInfo } from 'node:net'
import type { RequestListener, Server } from 'node:http'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import type { Registry, RegistryOptions } from 'recloser'
import type { Dashboard, DashboardOptions } from 'recloser/dashboard'

vi.setConfig({ testTimeout: 90_000, hookTimeout: 60_000 })

let browser: Browser
const endings: (() => unknown)[] = []

beforeAll(async () => {
  browser = await launchChromium()
  return () => browser.close()
}, launchTimeout)

afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end()
})

async function serve(listener: RequestListener, port = 0): Promise<Server> {
  const server = createServer(listener)
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  endings.push(() => {
    stop(server)
  })
  return server
}

function stop(server: Server): void {
  server.closeAllConnections()
  server.close()
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port
}

interface Scene {
  readonly registry: Registry
  readonly dashboard: Dashboard
  readonly server: Server
  readonly address: string
}

/**
 * A dashboard on a real server. Everybody may act, unless `options` say otherwise. Breaks and windows
 * outlast the slowest machine.
 */
async function openScene(
  options: DashboardOptions = {},
  registryOptions: RegistryOptions = {},
): Promise<Scene> {
  const registry = createRegistry({
    ...registryOptions,
    defaults: { breakDuration: 300_000, samplingDuration: 300_000, ...registryOptions.defaults },
  })
  const lively = { every: 50, span: 60_000, authorize: () => true }
  const dashboard = createDashboard(registry, { ...lively, ...options })
  const server = await serve(dashboard.listener)
  endings.push(() => {
    dashboard.dispose()
    registry.dispose()
  })
  return { registry, dashboard, server, address: `http://127.0.0.1:${String(portOf(server))}/` }
}

/** The page, once it shows something. A test ends with an error when the page has thrown one. */
async function visit(address: string, options: BrowserContextOptions = {}): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1300, height: 850 }, ...options })
  const page = await context.newPage()
  const errors: unknown[] = []
  page.on('pageerror', (error) => errors.push(error))
  endings.push(async () => {
    await context.close()
    expect(errors).toEqual([])
  })
  await page.goto(address)
  return page
}

/** As `expect.poll`, with time for a busy machine. */
const eventually = <T>(read: () => T) => expect.poll(read, { timeout: 20_000 })

const rowOf = (page: Page, name: string) =>
  page.locator('.lines .row').filter({ has: page.getByText(name, { exact: true }) })
const panelOf = (page: Page, name: string) => page.getByRole('region', { name })

describe('an operator', () => {
  it('sees a failing server break its circuit: the row turns red, with the reason', async () => {
    const dependency = await serve((_, response) => response.writeHead(500).end())
    const { registry, address } = await openScene()
    const payments = registry.get('payments')
    const page = await visit(address)
    const row = rowOf(page, 'payments')
    await row.getByText('Closed').waitFor()
    const borderOf = () => row.evaluate((element) => getComputedStyle(element).borderLeftColor)
    expect(await borderOf()).toBe('rgba(0, 0, 0, 0)')

    const call = () =>
      payments.attempt(async (signal) => {
        const url = `http://127.0.0.1:${String(portOf(dependency))}`
        const { ok, status } = await fetch(url, { signal })
        if (!ok) throw new Error(`the server answers ${String(status)}`)
      })
    for (let i = 0; i < 10; i++) await call()

    await row.getByText('Open', { exact: true }).waitFor()
    await row.getByText('failure rate 100% reached 50% over 10 calls in 5 min').waitFor()
    await row.getByText('until a probe').waitFor()
    expect(await borderOf()).toBe('rgb(194, 38, 45)')
    await call()
    await row.click()
    const panel = panelOf(page, 'payments')
    await panel.getByText('Next probe in').waitFor()
    await panel.locator('.last-error').getByText('Error: the server answers 500').waitFor()
    await eventually(() => page.title()).toBe('(1) Circuit breakers')
  })

  it('isolates by button, with a reason, and calls are rejected until the hold is released', async () => {
    const { registry, address } = await openScene()
    const payments = registry.get('payments')
    const page = await visit(address)
    await rowOf(page, 'payments').click()
    const panel = panelOf(page, 'payments')
    await panel.getByRole('button', { name: 'Isolate' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('Reason').fill('a move to another data centre')
    await dialog.getByRole('button', { name: '15 min' }).click()
    await dialog.getByRole('button', { name: 'Isolate' }).click()
    await page.getByText('payments is isolated.').waitFor()

    await panel.getByText('Calls are rejected by hand').waitFor()
    await panel.getByText('a move to another data centre', { exact: true }).waitFor()
    await panel.getByText(/ends in 1[45] min/).waitFor()
    await expect(payments.execute(() => 'fine')).rejects.toThrow('a move to another data centre')

    await panel.getByRole('button', { name: 'Release' }).click()
    await dialog.getByRole('button', { name: 'Release' }).click()
    await panel.getByText('Calls pass').waitFor()
    await expect(payments.execute(() => 'fine')).resolves.toBe('fine')
  })

  it('lets probes through, and resets', async () => {
    const { registry, address } = await openScene()
    const payments = registry.get('payments')
    breakCircuit(payments)
    const page = await visit(address)
    await rowOf(page, 'payments').click()
    const panel = panelOf(page, 'payments')
    await panel.getByRole('button', { name: 'Force half-open' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Force half-open' }).click()
    await panel.getByText('Waiting for a probe to decide').waitFor()
    expect(payments.state).toBe('halfOpen')

    await panel.getByRole('button', { name: 'Reset' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Reset' }).click()
    await panel.getByText('Calls pass').waitFor()
    expect(payments.state).toBe('closed')
    expect(await panel.getByRole('button', { name: 'Force half-open' }).isDisabled()).toBe(true)
  })

  it('changes their mind', async () => {
    const { registry, address } = await openScene()
    const page = await visit(address)
    registry.get('payments')
    await rowOf(page, 'payments').click()
    await page.getByRole('button', { name: 'Isolate…' }).click()
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    expect(await panelOf(page, 'payments').isVisible()).toBe(true)
    expect(registry.get('payments').state).toBe('closed')
  })

  it('is refused without authorisation, and may use a token', async () => {
    const { registry, address } = await openScene({
      authorize: (request) => request.headers.get('authorization') === 'Bearer sesame',
    })
    const payments = registry.get('payments')
    const page = await visit(address)
    await rowOf(page, 'payments').click()
    await page.getByRole('button', { name: 'Isolate…' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('Reason').fill('because')
    await dialog.getByRole('button', { name: 'Isolate' }).click()
    await dialog.getByRole('alert').getByText('Refused: you may not do this').waitFor()
    expect(payments.state).toBe('closed')

    await dialog.getByLabel('Token').fill('sesame')
    await dialog.getByRole('button', { name: 'Isolate' }).click()
    await dialog.waitFor({ state: 'detached' })
    expect(payments.isolation?.reasons).toEqual(['because'])
  })

  it('finds no buttons where nobody may act', async () => {
    const registry = createRegistry()
    registry.get('payments').isolate('maintenance')
    const dashboard = createDashboard(registry)
    endings.push(() => {
      dashboard.dispose()
    })
    const server = await serve(dashboard.listener)
    const page = await visit(`http://127.0.0.1:${String(portOf(server))}`)
    await page.getByText('Read only').waitFor()
    await rowOf(page, 'payments').click()
    const panel = panelOf(page, 'payments')
    await panel.getByText('maintenance', { exact: true }).waitFor()
    expect(await panel.getByRole('button', { name: /Isolate|Reset|Release|Force/ }).count()).toBe(0)
  })

  it('signs in with a token where reading needs one', async () => {
    const { registry, address } = await openScene({
      authorizeReading: (request) => request.headers.get('authorization') === 'Bearer sesame',
    })
    registry.get('payments')
    const page = await visit(address)
    await page.getByLabel('Token').fill('sesame')
    await page.getByRole('button', { name: 'Continue' }).click()
    await rowOf(page, 'payments').waitFor()
  })

  it('is told that the connection is lost, and sees what is when the server is back', async () => {
    const { registry, server, address } = await openScene()
    breakCircuit(registry.get('payments'))
    const page = await visit(address)
    await rowOf(page, 'payments').getByText('Open', { exact: true }).waitFor()
    const port = portOf(server)
    stop(server)
    await page.getByRole('alert').getByText('Connection lost').waitFor()
    await page.getByRole('status').getByText('Disconnected').waitFor()
    await rowOf(page, 'payments').waitFor()

    const restarted = createRegistry()
    restarted.get('payments')
    restarted.get('search')
    const dashboard = createDashboard(restarted)
    endings.push(() => {
      dashboard.dispose()
    })
    await serve(dashboard.listener, port)
    await page.getByRole('alert').waitFor({ state: 'detached' })
    await rowOf(page, 'search').waitFor()
    await rowOf(page, 'payments').getByText('Closed').waitFor()
  })
})

describe('the page', () => {
  it('shows names, reasons and errors as text, whatever they contain', async () => {
    const { registry, address } = await openScene()
    const html = (n: number) => `<img src=x onerror="window.hacked=${String(n)}">`
    const broken = registry.get(html(1), { minimumThroughput: 1 })
    broken.tryAcquire()?.fail(Object.assign(new Error(html(2)), { name: html(3) }))
    broken.isolate(html(4))
    const page = await visit(address)
    await page.getByText(html(1)).first().click()
    await page.locator('.last-error').getByText(html(3)).waitFor()
    await page.locator('.errors').getByText(html(3)).waitFor()
    await page.locator('.holds').getByText(html(4)).waitFor()
    expect(await page.locator('img').count()).toBe(0)
    expect(await page.evaluate('window.hacked')).toBeUndefined()
  })

  it('keeps to its policy, and asks its own server alone', async () => {
    const { registry, address } = await openScene()
    breakCircuit(registry.get('payments'))
    const context = await browser.newContext()
    endings.push(() => context.close())
    const page = await context.newPage()
    const said: string[] = []
    const asked = new Set<string>()
    page.on('console', (message) => said.push(message.text()))
    page.on('request', (request) => asked.add(new URL(request.url()).origin))
    await page.goto(address)
    await rowOf(page, 'payments').click()
    await page.locator('.plot canvas').waitFor()
    await page.getByRole('button', { name: 'Isolate…' }).click()
    await page.getByRole('dialog').waitFor()
    expect(said).toEqual([])
    expect([...asked].filter((origin) => origin !== 'null')).toEqual([new URL(address).origin])
    const evaluated = await page.evaluate(() => {
      const script = document.createElement('script')
      script.textContent = 'window.hacked = true'
      document.head.append(script)
      return 'hacked' in window
    })
    expect(evaluated).toBe(false)
  })

  it('draws the chart of the machine, with the state lit and the last transition marked', async () => {
    const { registry, address } = await openScene()
    const payments = registry.get('payments')
    breakCircuit(payments)
    const page = await visit(`${address}#breaker=payments`)
    const chart = page.locator('svg.chart')
    await chart.waitFor()
    const edges = await chart.locator('path[data-from]').evaluateAll((paths) =>
      paths.map((path) => {
        const { from = '', to = '', events = '' } = (path as SVGPathElement).dataset
        return `${from} → ${to}: ${events}`
      }),
    )
    expect(edges.sort()).toEqual(edgesOfTheMachine().sort())
    const states = await chart
      .locator('[data-state]')
      .evaluateAll((nodes) => nodes.map((node) => (node as SVGElement).dataset.state))
    expect(states.sort()).toEqual(['closed', 'halfOpen', 'isolated', 'open'])

    const lit = chart.locator('.node.active')
    const marked = chart.locator('.edge.last path')
    expect(await lit.getAttribute('data-state')).toBe('open')
    expect(await marked.getAttribute('data-events')).toBe('OUTCOME TRIP')
    payments.forceHalfOpen()
    await chart.locator('.node.active[data-state=halfOpen]').waitFor()
    expect(await marked.getAttribute('data-from')).toBe('open')
    expect(await chart.getAttribute('aria-label')).toContain('Open to Half-open, forced half-open')
  })

  it('plots calls, lists errors by name, and tells the transitions newest first', async () => {
    const { registry, address } = await openScene()
    const payments = registry.get('payments')
    for (let i = 0; i < 7; i++) payments.tryAcquire()?.fail(new TypeError('no route'))
    breakCircuit(payments, new RangeError('far'))
    payments.reset()
    payments.tryAcquire()?.fail(new TypeError('no route'))
    const page = await visit(`${address}#breaker=payments`)
    const panel = panelOf(page, 'payments')
    await panel.locator('.plot canvas').waitFor()
    await panel.getByText('Succeeding').waitFor()
    await panel.locator('.errors').getByText('TypeError').waitFor()
    const told = await panel.locator('.transitions .reason').allTextContents()
    expect(told).toEqual(['reset by hand', 'failure rate 100% reached 50% over 10 calls in 5 min'])
  })

  it('filters, sorts and groups, and keeps that in the address', async () => {
    const { registry, address } = await openScene()
    for (const name of ['shop/cart', 'shop/pay', 'mail/send', 'mail/read'])
      registry.get(name).tryAcquire()?.succeed()
    breakCircuit(registry.get('shop/pay'), new Error('card reader is on fire'))
    registry.get('mail/read').isolate('moving')
    const page = await visit(address)
    const names = () => page.locator('.lines [role=row] .name').allTextContents()
    await eventually(names).toEqual(['shop/pay', 'mail/read', 'mail/send', 'shop/cart'])

    await page.getByRole('columnheader', { name: 'Circuit' }).getByRole('button').click()
    await eventually(names).toEqual(['mail/read', 'mail/send', 'shop/cart', 'shop/pay'])
    await page.getByRole('columnheader', { name: 'Circuit' }).getByRole('button').click()
    await eventually(names).toEqual(['shop/pay', 'shop/cart', 'mail/send', 'mail/read'])

    await page.getByLabel('Group').selectOption('By prefix')
    await eventually(names).toEqual([
      'mail',
      'mail/send',
      'mail/read',
      'shop',
      'shop/pay',
      'shop/cart',
    ])
    await page.getByLabel('Group').selectOption('By state')
    await eventually(names).toEqual([
      'Open',
      'shop/pay',
      'Isolated',
      'mail/read',
      'Closed',
      'shop/cart',
      'mail/send',
    ])

    await page.keyboard.press('/')
    await page.keyboard.type('fire card')
    await eventually(names).toEqual(['Open', 'shop/pay'])
    await page.getByText('1 of 4').waitFor()
    await page.reload()
    await eventually(names).toEqual(['Open', 'shop/pay'])

    await page.getByRole('button', { name: 'Show all' }).click()
    await page.getByLabel('Group').selectOption('No groups')
    await page.getByRole('button', { name: /Isolated/, pressed: false }).click()
    await eventually(names).toEqual(['mail/read'])
  })

  it('is usable by keyboard alone', async () => {
    const { registry, address } = await openScene()
    for (let i = 0; i < 300; i++) registry.get(`service-${String(i).padStart(3, '0')}`)
    const page = await visit(address)
    await rowOf(page, 'service-000').focus()
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('End')
    await page.keyboard.press('ArrowUp')
    const focused = page.locator('[role=row]:focus .name')
    await eventually(() => focused.textContent()).toBe('service-298')
    await page.keyboard.press('Enter')
    const title = page.getByRole('heading', { name: 'service-298' })
    await title.waitFor()
    await eventually(() => title.evaluate((h) => h === document.activeElement)).toBe(true)
    await page.keyboard.press('Escape')
    await title.waitFor({ state: 'detached' })
    await eventually(() => focused.textContent()).toBe('service-298')
    await page.keyboard.press('Home')
    await eventually(() => focused.textContent()).toBe('service-000')
  })

  it('gives the keyboard back after a dialog: to its button, or to the circuit that was acted on', async () => {
    const { registry, address } = await openScene()
    registry.get('payments')
    const page = await visit(`${address}#breaker=payments`)
    const focused = () => page.evaluate(() => document.activeElement?.textContent.slice(0, 20))
    const isolate = page.getByRole('button', { name: 'Isolate…' })
    await isolate.focus()
    await page.keyboard.press('Enter')
    await page.getByRole('button', { name: 'Cancel' }).click()
    await eventually(focused).toBe('Isolate…')

    await page.keyboard.press('Enter')
    await page.getByRole('textbox', { name: 'Reason' }).fill('maintenance')
    await page.keyboard.press('Enter')
    await eventually(focused).toBe('payments')
    await page.getByRole('button', { name: 'Release' }).focus()
    await page.keyboard.press('Enter')
    await page.getByRole('dialog').getByRole('button', { name: 'Release' }).click()
    await panelOf(page, 'payments').getByText('Calls pass').waitFor()
    expect(await focused()).toBe('payments')
  })

  it('goes back from a circuit with the button of the browser', async () => {
    const { registry, address } = await openScene()
    registry.get('payments')
    const page = await visit(address)
    await rowOf(page, 'payments').click()
    await panelOf(page, 'payments').waitFor()
    await page.goBack()
    await panelOf(page, 'Latest transitions').waitFor()
  })

  it('says aloud what has moved', async () => {
    const { registry, address } = await openScene()
    const payments = registry.get('payments')
    const page = await visit(address)
    await rowOf(page, 'payments').waitFor()
    breakCircuit(payments)
    await page
      .getByRole('log')
      .getByText('payments is open: failure rate 100% reached 50% over 10 calls in 5 min.')
      .waitFor()
  })

  it.each(['light', 'dark'] as const)('has no barrier that axe finds, %s', async (colorScheme) => {
    const { registry, address } = await openScene()
    breakCircuit(registry.get('payments'), new Error('down'))
    registry.get('geo').isolate('maintenance')
    breakCircuit(registry.get('search'))
    registry.get('search').forceHalfOpen()
    registry.get('mail').tryAcquire()?.fail()
    const page = await visit(`${address}#group=prefix`, { colorScheme, reducedMotion: 'reduce' })
    await rowOf(page, 'payments').waitFor()
    await checkBarriers(page)
    await rowOf(page, 'geo').click()
    await panelOf(page, 'geo').locator('.plot canvas').waitFor()
    await checkBarriers(page)
    await page.getByRole('button', { name: 'Isolate…' }).click()
    await page.getByRole('dialog').waitFor()
    await checkBarriers(page)
  })

  it('changes its colours when asked to, and remembers', async () => {
    const { address } = await openScene()
    const page = await visit(address, { colorScheme: 'light' })
    const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor)
    const light = await background()
    await page.getByRole('button', { name: /^Colours/ }).click()
    await page.getByRole('button', { name: 'Colours: light' }).click()
    await page.getByRole('button', { name: 'Colours: dark' }).waitFor()
    expect(await background()).not.toBe(light)
    await page.reload()
    await page.getByRole('button', { name: 'Colours: dark' }).waitFor()
    expect(await background()).not.toBe(light)
  })

  it('fits a telephone: nothing sticks out, and a circuit takes the whole screen', async () => {
    const { registry, address } = await openScene()
    breakCircuit(registry.get('payments'))
    registry.get('a-service-with-a-name-that-is-longer-than-any-screen-of-a-telephone-could-show')
    const page = await visit(address, { viewport: { width: 360, height: 740 } })
    await rowOf(page, 'payments').waitFor()
    const overflow = () =>
      page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
    expect(await overflow()).toBe(0)
    await rowOf(page, 'payments').click()
    const panel = panelOf(page, 'payments')
    await panel.waitFor()
    await eventually(() => panel.boundingBox()).toEqual({ x: 0, y: 0, width: 360, height: 740 })
    expect(await overflow()).toBe(0)
    registry.get('payments').isolate('i'.repeat(200))
    await panel.locator('.holds').waitFor()
    const sideways = () =>
      panel.locator('.panel-body').evaluate((body) => body.scrollWidth - body.clientWidth)
    expect(await sideways()).toBe(0)
    await panel.getByRole('button', { name: 'Back' }).click()
    await page.getByRole('button', { name: 'Transitions' }).click()
    await panelOf(page, 'Latest transitions').getByText('payments').first().waitFor()
  })

  it('stays usable with 1,000 circuits that change ten times a second', async () => {
    const { registry, address } = await openScene({ every: 100 })
    const breakers = Array.from({ length: 1000 }, (_, i) =>
      registry.get(`service-${String(i).padStart(4, '0')}`),
    )
    const traffic = setInterval(() => {
      for (const breaker of breakers) breaker.tryAcquire()?.succeed()
    }, 100)
    endings.push(() => {
      clearInterval(traffic)
    })
    const page = await visit(address)
    await page.getByText('1,000 circuits').waitFor()
    // Only what is in sight is in the document, and yet everything is counted.
    expect(await page.locator('.lines [role=row]').count()).toBeLessThan(60)
    expect(await page.getByRole('grid').getAttribute('aria-rowcount')).toBe('1001')

    await page.getByLabel('Filter').pressSequentially('0777')
    await eventually(() => page.locator('.lines [role=row] .name').allTextContents()).toEqual([
      'service-0777',
    ])
    const calls = page.locator('.lines .cell-rate .quiet')
    const before = await calls.textContent()
    await eventually(() => calls.textContent()).not.toBe(before)

    breakCircuit(registry.get('service-0777'))
    registry.get('service-0777').trip('test')
    await rowOf(page, 'service-0777').getByText('Open', { exact: true }).waitFor()
    await page.getByLabel('Filter').fill('')
    await page.getByLabel('Sort').selectOption('Calls')
    await page.getByLabel('Sort').selectOption('Urgency')
    await eventually(() => page.locator('.lines [role=row] .name').first().textContent()).toBe(
      'service-0777',
    )
  })
})

/** The ways between two different states, with what leads along them. */
function edgesOfTheMachine(): string[] {
  const { root } = breakerMachine
  const states = Object.values(root.states).filter(({ key }) => key !== 'restoring')
  return states.flatMap((from) => {
    const events = new Map([...root.transitions, ...from.transitions])
    return states
      .filter((to) => to !== from)
      .map((to) => {
        const leading = [...events]
          .filter(([, transitions]) => transitions.some(({ target }) => target?.includes(to)))
          .map(([event]) => event)
        return { to, leading: leading.sort() }
      })
      .filter(({ leading }) => leading.length > 0)
      .map(({ to, leading }) => `${from.key} → ${to.key}: ${leading.join(' ')}`)
  })
}

async function checkBarriers(page: Page): Promise<void> {
  await page.evaluate(axe.source)
  const found = await page.evaluate(async () => {
    const { axe } = window as unknown as { axe: { run(): Promise<{ violations: Violation[] }> } }
    const { violations } = await axe.run()
    return violations.map(
      ({ id, nodes }) =>
        `${id}: ${nodes.map(({ html, failureSummary }) => `${html} ${failureSummary}`).join(' | ')}`,
    )
  })
  expect(found).toEqual([])
}

interface Violation {
  readonly id: string
  readonly nodes: { readonly html: string; readonly failureSummary: string }[]
}
