import { countWindow } from 'recloser'
import { describe, expect, it } from 'vitest'
import { createRig, fail } from '../support/breakers.js'
import type { Classifier, OutcomeKind } from 'recloser'
import type { Rig } from '../support/breakers.js'

/** Workers that each make their calls one after the other, all of them at the same time. */
async function crowd(
  { breaker }: Pick<Rig, 'breaker'>,
  workers: number,
  calls: number,
  kindOf: (call: number) => OutcomeKind,
  after: () => void = () => undefined,
): Promise<void> {
  const work = async () => {
    for (let call = 0; call < calls; call++) {
      await breaker.execute(() => Promise.resolve(kindOf(call)))
      after()
    }
  }
  await Promise.all(Array.from({ length: workers }, work))
}

const asSaid: Classifier = (settled) =>
  settled.status === 'fulfilled' ? (settled.value as OutcomeKind) : 'failure'

describe('concurrent calls', () => {
  it('Q1: are each counted exactly once', async () => {
    const rig = createRig({ classify: asSaid })
    await crowd(rig, 10, 10_000, (call) => (call % 2 === 0 ? 'success' : 'ignored'))
    const counts = { successes: 50_000, ignored: 50_000, failures: 0 }
    expect(rig.breaker.stats()).toMatchObject({ ...counts, totals: { ...counts, stale: 0 } })
  })

  it('Q2: are neither lost nor counted below 0 while the window rolls', async () => {
    const rig = createRig({
      classify: asSaid,
      samplingDuration: 100,
      failureRatio: 1,
      minimumThroughput: 10_000,
    })
    const { breaker, clock } = rig
    const kinds = ['success', 'failure', 'ignored'] as const
    let most = 0
    let rolled = false
    await crowd(
      rig,
      12,
      100,
      (call) => kinds[call % 3] as OutcomeKind,
      () => {
        clock.advance(3)
        const { successes, failures, ignored, totals } = breaker.stats()
        expect(Math.min(successes, failures, ignored)).toBeGreaterThanOrEqual(0)
        rolled ||= successes < totals.successes
        most = Math.max(most, successes + failures + ignored)
      },
    )
    expect(breaker.stats().totals).toMatchObject({ successes: 408, failures: 396, ignored: 396 })
    expect(rolled).toBe(true)
    expect(most).toBeLessThan(1200)
    clock.advance(100)
    expect(breaker.stats()).toMatchObject({ successes: 0, failures: 0, ignored: 0 })
  })

  it('Q3: fill a count window to its size, at every read', async () => {
    const rig = createRig({
      classify: asSaid,
      trip: countWindow({ size: 10, failureRatio: 1 }),
    })
    let made = 0
    const odd = new Set<string>()
    await crowd(
      rig,
      50,
      1000,
      () => (made++ % 3 === 0 ? 'success' : 'failure'),
      () => {
        const { throughput, successes, failures, totals } = rig.breaker.stats()
        const expected = Math.min(10, totals.successes + totals.failures)
        if (throughput !== expected || successes + failures !== expected)
          odd.add(`${String(successes)} + ${String(failures)} of ${String(expected)}`)
      },
    )
    expect([...odd]).toEqual([])
    expect(made).toBe(50_000)
    expect(rig.breaker.stats()).toMatchObject({ throughput: 10, state: 'closed' })
  })
})

describe('breakers of one name, as on the nodes of a fleet', () => {
  it('N1c: do not add up what they count', async () => {
    const nodes = Array.from({ length: 20 }, () => createRig({ minimumThroughput: 20 }, 'service'))
    for (const { breaker } of nodes) await fail(breaker)
    for (const { breaker } of nodes)
      expect(breaker.stats()).toMatchObject({ state: 'closed', throughput: 1 })
  })

  it('N17: are isolated each for itself', () => {
    const [here, there] = [createRig({}, 'service').breaker, createRig({}, 'service').breaker]
    here.isolate('maintenance')
    expect([here.state, there.state]).toEqual(['isolated', 'closed'])
    expect(there.rejection()).toBeUndefined()
  })
})
