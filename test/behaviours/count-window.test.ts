import fc from 'fast-check'
import { consecutiveFailures, countWindow } from 'recloser'
import { createWindow } from 'recloser/core'
import { describe, expect, it } from 'vitest'
import { createRig, fail, play } from '../support/breakers.js'
import type { OutcomeKind } from 'recloser'

describe('a count window', () => {
  it('C1: of four holds the latest four calls', async () => {
    const { breaker } = createRig({ trip: countWindow({ size: 4, failureRatio: 1 }) })
    const read: unknown[] = []
    for (const call of 'FSSSS') {
      await play(breaker, call)
      const { failureRate, throughput } = breaker.stats()
      read.push([failureRate, throughput])
    }
    expect(read).toEqual([
      [1, 1],
      [1 / 2, 2],
      [1 / 3, 3],
      [1 / 4, 4],
      [0, 4],
    ])
  })

  it('C4: that is not full counts what it has', async () => {
    const { breaker } = createRig({ trip: countWindow({ size: 10, failureRatio: 0.5 }) })
    await play(breaker, 'SFSFSFS')
    expect(breaker.stats()).toMatchObject({ throughput: 7, failures: 3, successes: 4 })
    await play(breaker, 'SF')
    expect(breaker.state).toBe('closed')
    await play(breaker, 'F')
    expect(breaker.stats()).toMatchObject({ state: 'open', failures: 5, throughput: 10 })
  })

  it('C9: opens at two failures among the latest three calls', async () => {
    const { breaker } = createRig({
      trip: countWindow({ size: 3, failureRatio: 2 / 3, minimumThroughput: 3 }),
    })
    await play(breaker, 'FS')
    expect(breaker.state).toBe('closed')
    await play(breaker, 'F')
    expect(breaker.state).toBe('open')
  })

  it.each([1, 2, 31, 32, 33, 64, 100])(
    'C14: of %i calls equals the naive count of the latest ones',
    (size) => {
      const kinds = fc.array(
        fc.record({
          kind: fc.constantFrom<OutcomeKind>('success', 'failure', 'ignored'),
          slow: fc.boolean(),
        }),
        { minLength: 3 * size, maxLength: 3 * size },
      )
      fc.assert(
        fc.property(kinds, (calls) => {
          const window = createWindow({ by: 'count', size })
          const counted: typeof calls = []
          for (const call of calls) {
            window.record(0, call.kind, call.kind !== 'ignored' && call.slow)
            // An ignored call takes no place.
            if (call.kind !== 'ignored') counted.push(call)
            const latest = counted.slice(-size)
            const failures = latest.filter(({ kind }) => kind === 'failure').length
            expect(window.health(0)).toMatchObject({
              throughput: latest.length,
              failures,
              successes: latest.length - failures,
              slow: latest.filter(({ slow }) => slow).length,
            })
          }
        }),
        { numRuns: 20 },
      )
    },
  )
})

describe('failures in a row', () => {
  it('C6: begin anew after a success', async () => {
    // «More than five» is a count of six.
    const { breaker } = createRig({ trip: consecutiveFailures(6) })
    await play(breaker, 'FFFFF')
    expect(breaker.stats()).toMatchObject({ state: 'closed', consecutiveFailures: 5 })
    await play(breaker, 'S')
    expect(breaker.stats()).toMatchObject({ state: 'closed', consecutiveFailures: 0 })
    await play(breaker, 'F')
    expect(breaker.stats()).toMatchObject({ state: 'closed', consecutiveFailures: 1 })
    await play(breaker, 'FFFF')
    expect(breaker.state).toBe('closed')
    await play(breaker, 'F')
    expect(breaker.stats()).toMatchObject({ state: 'open', consecutiveFailures: 6 })
  })

  it('C7: open at three, not at three with a success between them', async () => {
    const { breaker } = createRig({ trip: consecutiveFailures(3) })
    await play(breaker, 'FSFF')
    expect(breaker.state).toBe('closed')
    await play(breaker, 'F')
    expect(breaker.state).toBe('open')
  })

  it('C8: never reach two when results alternate', async () => {
    const { breaker } = createRig({ trip: consecutiveFailures(2) })
    for (let i = 0; i < 20; i++) {
      await play(breaker, 'SF')
      expect(breaker.state).toBe('closed')
    }
  })

  it('C7: are not ended by an ignored call', async () => {
    const { breaker } = createRig({ trip: consecutiveFailures(3) })
    await play(breaker, 'FIFI')
    expect(breaker.stats()).toMatchObject({ state: 'closed', consecutiveFailures: 2 })
    await play(breaker, 'F')
    expect(breaker.state).toBe('open')
  })
})

describe('a number of failures within a time', () => {
  it('C11: opens at two within 200 ms, and with a break of 0 the next call is a probe', async () => {
    const { breaker, clock } = createRig({
      samplingDuration: 200,
      minimumThroughput: 2,
      failureRatio: 0.5,
      breakDuration: 0,
    })
    await play(breaker, 'FS')
    clock.advance(210)
    await play(breaker, 'FS')
    clock.advance(50)
    expect(breaker.state).toBe('closed')
    await fail(breaker)
    expect(breaker.state).toBe('open')
    expect(breaker.tryAcquire()?.isProbe).toBe(true)
  })
})
