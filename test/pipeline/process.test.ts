import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'

const root = resolve(import.meta.dirname, '../..')

/** Runs a module in a process of its own, on what was built. Node ends with 13 when nothing is left to wait for. */
async function run(code: string): Promise<unknown> {
  const child = spawn(process.execPath, ['--input-type=module', '--eval', code], {
    cwd: root,
    stdio: 'ignore',
  })
  const [exitCode] = (await once(child, 'exit')) as unknown[]
  return exitCode
}

describe('the process stays alive for somebody who waits', () => {
  it('for a retry', async () => {
    const code = `
      import { retry } from 'recloser/retry'
      let calls = 0
      await retry({ backoff: 20 }).execute(() => {
        if (++calls === 1) throw new Error('once more')
      })`
    expect(await run(code)).toBe(0)
  }, 20_000)

  it('for a token', async () => {
    const code = `
      import { createRateLimiter } from 'recloser/rate-limiter'
      const limiter = createRateLimiter({ limit: 1, interval: 20 })
      await limiter.acquire()
      await limiter.acquire()`
    expect(await run(code)).toBe(0)
  }, 20_000)

  it('for a call that hangs, until its timeout', async () => {
    const code = `
      import { timeout } from 'recloser/timeout'
      await timeout(20).execute(() => new Promise(() => undefined)).catch(() => undefined)`
    expect(await run(code)).toBe(0)
  }, 20_000)

  it('and not for what is over', async () => {
    const code = `
      import { pipeline } from 'recloser/pipeline'
      import { createRateLimiter } from 'recloser/rate-limiter'
      import { retry } from 'recloser/retry'
      import { timeout } from 'recloser/timeout'
      const limiter = createRateLimiter({ limit: 1, interval: 600_000, whenEmpty: 'wait' })
      const calls = pipeline(retry(), limiter, timeout(600_000))
      await calls.execute((signal) => signal.aborted)
      const caller = new AbortController()
      const waiting = calls.execute(() => 1, { signal: caller.signal }).catch(() => undefined)
      caller.abort()
      await waiting`
    expect(await run(code)).toBe(0)
  }, 20_000)
})
