import { afterEach, describe, expect, it, vi } from 'vitest'
import { startScript } from '../support/script.js'
import { listenTo, refusalOf } from './support.js'
import type { Script } from '../support/script.js'

vi.setConfig({ testTimeout: 60_000 })

const scripts: Script[] = []

afterEach(async () => {
  for (const script of scripts.splice(0)) {
    script.process.kill('SIGKILL')
    await script.ending
  }
})

/** Starts a script, and waits until it has said what `expected` matches. */
async function start(path: string, args: string[], expected: RegExp): Promise<RegExpExecArray> {
  const script = startScript(path, args)
  scripts.push(script)
  let said = ''
  script.process.stdout?.on('data', (text) => (said += String(text)))
  return await Promise.race([
    expect
      .poll(() => expected.exec(said), { timeout: 40_000 })
      .not.toBeNull()
      .then(() => expected.exec(said) as RegExpExecArray),
    script.ending.then(({ stderr }) => Promise.reject(new Error(`it ended: ${stderr}`))),
  ])
}

function act(address: string, body: object, headers: Record<string, string> = {}) {
  return fetch(`${address}actions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  })
}

describe('the dashboard in', () => {
  it.each(['node-http', 'express', 'fastify', 'hono'])(
    '%s shows the page and the events, acts for the token alone, and leaves the rest to the server',
    async (name) => {
      const [, address = '', token = ''] = await start(
        `examples/dashboard/${name}.js`,
        ['0'],
        /dashboard: (http\S+)\ntoken for its buttons: (\S+)\n/,
      )
      for (const page of [address, address.slice(0, -1)]) {
        expect(await (await fetch(page)).text()).toContain('<div id="app">')
      }
      const events = listenTo(await fetch(`${address}events`))
      expect(await events.next()).toMatchObject({ type: 'everything', control: true })
      await events.leave()

      const isolate = { action: 'isolate', breaker: 'stock', reason: 'stocktaking' }
      const authorization = `Bearer ${token}`
      expect(await refusalOf(await act(address, isolate))).toBe('403 unauthorized')
      const crossSite = { authorization, origin: 'http://evil.example' }
      expect(await refusalOf(await act(address, isolate, crossSite))).toBe('403 cross-site')
      const { origin } = new URL(address)
      expect((await act(address, isolate, { authorization, origin })).status).toBe(200)
      const detail = await fetch(`${address}breaker?name=stock`)
      expect(await detail.json()).toMatchObject({
        transitions: [{ to: 'isolated', reason: 'isolated by hand: stocktaking' }],
      })

      expect(await (await fetch(`${origin}/`)).text()).toBe('the shop\n')
    },
  )
})
