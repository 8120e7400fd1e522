import { beforeAll, describe, expect, it, vi } from 'vitest'
import { runScript, startScript } from '../support/script.js'
import type { Transition } from 'recloser'
import type { Ending, Script } from '../support/script.js'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

const run = (...args: string[]) => runScript('examples/start.js', ...args)

/** A short run that tells the whole story, also where the machine halts for two seconds. */
const short = ['--seconds', '12']

describe('the main job', () => {
  let json: Ending
  let plain: Ending

  beforeAll(async () => {
    ;[json, plain] = await Promise.all([run(...short, '--json'), run(...short)])
  })

  it('ends by itself, with exit code 0 and nothing on stderr', () => {
    expect(json).toMatchObject({ code: 0, stderr: '' })
    expect(plain).toMatchObject({ code: 0, stderr: '' })
  })

  it('prints nothing but transitions as lines of JSON with --json', () => {
    const transitions = transitionsIn(json)
    expect(transitions.length).toBeGreaterThan(8)
    for (const transition of transitions) {
      expect(transition).toMatchObject({
        breaker: expect.any(String) as string,
        from: expect.stringMatching(/^(closed|open|halfOpen|isolated)$/) as string,
        to: expect.stringMatching(/^(closed|open|halfOpen|isolated)$/) as string,
        at: expect.any(Number) as number,
        reason: expect.any(String) as string,
      })
    }
  })

  it('breaks the circuit of a failing dependency, and closes it when the dependency is well', () => {
    for (const failing of ['payments', 'search']) {
      const path = pathOf(failing, json)
      expect(path.slice(0, 3), failing).toEqual(['open', 'halfOpen', 'open'])
      expect(path.slice(-2), failing).toEqual(['halfOpen', 'closed'])
    }
  })

  it('resets the circuit of a dependency that is well long before its break is over', () => {
    const transitions = transitionsIn(json).filter(({ breaker }) => breaker === 'mail')
    expect(transitions.map(({ cause }) => cause)).toEqual(['failure-rate', 'reset'])
  })

  it('isolates one dependency for a while', () => {
    const transitions = transitionsIn(json).filter(({ breaker }) => breaker === 'accounts')
    expect(transitions.map(({ cause }) => cause)).toEqual(['isolated', 'released'])
  })

  it('says as much for people: each transition, a line a second, and a summary', () => {
    expect(plain.stdout).toMatch(/payments: closed → open, failure rate .* reached 50%/)
    expect(plain.stdout).toMatch(/mail: open → closed, reset by hand/)
    expect(plain.stdout).toMatch(
      /accounts: closed → isolated, isolated by hand: Scheduled maintenance/,
    )
    expect(plain.stdout).toMatch(/next try in \d\.\d s/)
    expect(plain.stdout).toMatch(/^payments +\d+ +\d+ +\d+ +\d+ +\d+% +closed/m)
  })

  it('makes no call while a circuit is not closed: the server saw those that were made', () => {
    const [, calls, seen] = /^payments +(\d+) .* (\d+)$/m.exec(plain.stdout) ?? []
    expect(Number(calls)).toBeGreaterThan(0)
    // The end may have come over a call that was on its way.
    expect(Number(calls) - Number(seen)).toBeOneOf([0, 1])
  })

  it('writes no escape codes where there is no terminal', () => {
    expect(plain.stdout).not.toContain('\x1b')
  })
})

describe('the arguments of the main job', () => {
  it.each([
    [['--bogus'], '--bogus'],
    [['something'], 'something'],
    [['--url', 'ftp://host/'], '--url must be an http or https address, got "ftp://host/"'],
    [['--rps', '0'], '--rps must be a number from 1 to 500, got "0"'],
    [['--rps', 'many'], '--rps must be a number from 1 to 500, got "many"'],
    [['--rps'], '--rps'],
    [['--dashboard', '70000'], '--dashboard must be a number from 0 to 65535, got "70000"'],
    [['--seconds', '41'], '--seconds must be a number from 10 to 40, got "41"'],
  ])('%j is refused on stderr with exit code 2', async (args, complaint) => {
    const { code, stdout, stderr } = await run(...args)
    expect(code).toBe(2)
    expect(stdout).toBe('')
    expect(stderr.split('\n')[0]).toContain(complaint)
  })

  it('are listed by --help, with exit code 0', async () => {
    const { code, stdout } = await run('--help')
    expect(code).toBe(0)
    for (const name of ['--url', '--rps', '--seconds', '--dashboard', '--json'])
      expect(stdout).toContain(name)
  })

  it('--url guards another server, here one where nobody listens', async () => {
    const args = ['--url', 'http://127.0.0.1:9/', '--rps', '50', '--seconds', '4']
    const { code, stdout } = await run(...args)
    expect(code).toBe(0)
    expect(stdout).toMatch(/127\.0\.0\.1:9: closed → open/)
  })
})

describe('Ctrl-C', () => {
  it('ends the main job and its dashboard early, with the summary and exit code 0', async () => {
    const script = startScript('examples/start.js')
    const address = await addressOf(script)
    expect(await (await fetch(address)).text()).toContain('<div id="app">')
    // A page that is open keeps nobody from leaving.
    const page = await fetch(`${address}events`)
    script.process.kill('SIGINT')
    const { code, stdout } = await script.ending
    expect(code).toBe(0)
    expect(stdout).toContain('requests the server saw')
    await page.body?.cancel().catch(() => undefined)
  })
})

describe('--dashboard', () => {
  it('goes on until Ctrl-C; the page of the dashboard may act, no other site may', async () => {
    const script = startScript('examples/start.js', ['--dashboard', '0'])
    const address = await addressOf(script)
    const reset = (origin: string) =>
      fetch(`${address}actions`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', origin },
        body: '{"action":"reset","breaker":"weather"}',
      })
    expect((await reset('http://evil.example')).status).toBe(403)
    expect((await reset(new URL(address).origin)).status).toBe(200)

    const { port } = new URL(address)
    const second = await run('--dashboard', port)
    expect(second.code).toBe(2)
    expect(second.stderr).toContain(`--dashboard: port ${port} of this machine cannot be had`)

    script.process.kill('SIGINT')
    const { code, stdout } = await script.ending
    expect(code).toBe(0)
    expect(stdout).toContain('requests the server saw')
  })
})

/** Where the dashboard is, once a script has said it. */
async function addressOf({ process }: Script): Promise<string> {
  let said = ''
  process.stdout?.on('data', (text) => (said += String(text)))
  const address = () => /Dashboard: (\S+)\n/.exec(said)?.[1] ?? ''
  await expect.poll(address, { timeout: 40_000 }).not.toBe('')
  return address()
}

type PrintedTransition = Pick<Transition, 'breaker' | 'from' | 'to' | 'cause'>

function transitionsIn({ stdout }: Ending): PrintedTransition[] {
  const lines = stdout.split('\n').filter((line) => line !== '')
  return lines.map((line) => JSON.parse(line) as PrintedTransition)
}

/** The states a circuit went through. */
function pathOf(name: string, ending: Ending): string[] {
  return transitionsIn(ending)
    .filter(({ breaker }) => breaker === name)
    .map(({ to }) => to)
}
