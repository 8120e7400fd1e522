import { createInterface } from 'node:readline'
import { createWebSocketReceiver } from '@statelyai/inspect'
import { expect, it, vi } from 'vitest'
import { startScript } from '../support/script.js'
import type { Readable } from 'node:stream'

it('the example shows three charts that move, says what needs the network, and ends with Ctrl-C', async () => {
  const script = startScript('examples/stately-inspector/start.js', ['--no-open'])
  const printed: string[] = []
  createInterface({ input: script.process.stdout as Readable }).on('line', (line) =>
    printed.push(line),
  )
  await vi.waitFor(
    () => {
      expect(printed).toHaveLength(2)
    },
    { timeout: 30_000 },
  )
  const url = /http:\S+/.exec(printed[0] ?? '')?.[0] ?? ''
  expect(printed[1]).toContain('comes from https://stately.ai. Where it cannot be reached')
  expect(await (await fetch(url)).text()).toContain('https://stately.ai/inspect')

  const events = new Map<string, number>()
  createWebSocketReceiver({ server: url.replace('http', 'ws') }).subscribe((message) => {
    if (message.type === '@xstate.event')
      events.set(message.sessionId, (events.get(message.sessionId) ?? 0) + 1)
  })
  await vi.waitFor(
    () => {
      expect([...events.values()].filter((count) => count > 1)).toHaveLength(3)
    },
    { timeout: 30_000 },
  )

  script.process.kill('SIGINT')
  expect(await script.ending).toMatchObject({ code: 0, stderr: '' })
}, 90_000)
