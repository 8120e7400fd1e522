import { describe, expect, it } from 'vitest'
import { runScript } from './run-script.js'

// Each runs in a process of its own, on the package as it is built: npm run build.
const limit = { timeout: 240_000 }

describe('a process', limit, () => {
  it('ends at once although breaks, leases, holds and streams of figures are to come', async () => {
    const { lingered, ...ended } = await runScript('open-breaker', [], 60_000)
    expect(ended).toEqual({
      code: 0,
      stderr: '',
      told: ['open', 'halfOpen', 'open', 'halfOpen', 'isolated', 'closed'],
    })
    // Its shortest timers are a break and a lease of 30 s, the defaults; this leaves time to a busy machine.
    expect(lingered).toBeLessThan(15_000)
  })

  it('hears no warning and no unhandled rejection of 10,000 calls on one signal', async () => {
    expect(await runScript('one-signal')).toMatchObject({
      code: 0,
      stderr: '',
      told: {
        warnings: [],
        unhandled: [],
        afterSequence: 0,
        duringAbort: 1,
        afterAll: 0,
        afterAbort: 0,
        left: 10_000,
        totals: { successes: 10_000, failures: 10_001, ignored: 10_000, rejected: 19_999 },
      },
    })
  })

  it('is as small after 100,000 more breakers as before, dropped or forgotten by a registry', async () => {
    const { code, told } = await runScript('many-breakers', ['--expose-gc'])
    const { growth } = told as { growth: Record<'dropped' | 'forgotten', number> }
    expect(code).toBe(0)
    expect(growth.dropped).toBeLessThan(2_000_000)
    expect(growth.forgotten).toBeLessThan(2_000_000)
  })

  it('is as small after a million calls by each trip policy as before, whatever their errors are called', async () => {
    const { code, told } = await runScript('million-calls', ['--expose-gc'])
    const { growth, states } = told as { growth: Record<string, number>; states: string[] }
    expect(code).toBe(0)
    expect(states).toEqual(['closed', 'closed', 'closed'])
    expect(Object.values(growth).filter((bytes) => bytes > 500_000)).toEqual([])
  })

  it('may block its event loop for longer than the window, a break or a lease', async () => {
    expect(await runScript('blocked-loop')).toMatchObject({
      code: 0,
      told: {
        window: { state: 'closed', expired: true },
        break: { before: 'open', admitted: true },
        lease: { state: 'open', aborted: true, stale: 1 },
      },
    })
  })

  it('may set its wall clock back and forth by an hour', async () => {
    expect(await runScript('wall-clock')).toMatchObject({
      code: 0,
      told: {
        admitted: true,
        stillOpen: true,
        minutes: [1, 1],
        toldByTheWall: true,
        timeInState: true,
      },
    })
  })

  it('may wait for longer than a timer can', async () => {
    const states = Array.from({ length: 5 }, () => ['open', 'halfOpen', 'isolated']).flat()
    expect(await runScript('long-durations', [], 60_000)).toMatchObject({
      code: 0,
      stderr: '',
      told: { warnings: [], states, admitted: 0, retryAfter: true, forever: true },
    })
  })
})
