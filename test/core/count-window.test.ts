import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { CountWindow } from 'recloser/core'
import type { OutcomeKind } from 'recloser/core'

interface Seen {
  readonly kind: OutcomeKind
  readonly slow: boolean
}

const outcomes = (maxLength: number) =>
  fc.array(
    fc.record({
      kind: fc.constantFrom<OutcomeKind>('success', 'failure', 'ignored'),
      slow: fc.boolean(),
    }),
    { maxLength },
  )

function recount(seen: readonly Seen[], size: number) {
  const completed = seen.filter(({ kind }) => kind !== 'ignored')
  const latest = completed.slice(-size)
  const throughput = latest.length
  const failures = latest.filter(({ kind }) => kind === 'failure').length
  const slow = latest.filter((one) => one.slow).length
  return {
    throughput,
    successes: throughput - failures,
    failures,
    slow,
    ignored: seen.length - completed.length,
    failureRate: throughput === 0 ? 0 : failures / throughput,
    slowRate: throughput === 0 ? 0 : slow / throughput,
  }
}

function record(window: CountWindow, { kind, slow }: Seen): Seen {
  const isSlow = slow && kind !== 'ignored'
  window.record(0, kind, isSlow, kind === 'failure' ? 'E' : undefined)
  return { kind, slow: isSlow }
}

describe('a count window', () => {
  it('counts what a naive list of the latest calls counts', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 }), outcomes(150), (size, calls) => {
        const window = new CountWindow(size)
        const seen: Seen[] = []
        for (const call of calls) {
          seen.push(record(window, call))
          expect(window).toMatchObject(recount(seen, size))
          expect(window.health(0)).toMatchObject(recount(seen, size))
        }
      }),
    )
  })

  it('is indifferent to time', () => {
    const window = new CountWindow(3)
    window.record(0, 'failure', false)
    window.record(1e12, 'success', false)
    expect(window.health(1e15)).toMatchObject({ throughput: 2, failureRate: 0.5 })
  })

  it('lets no ignored call take the place of another', () => {
    const window = new CountWindow(2)
    window.record(0, 'failure', false)
    window.record(0, 'ignored', false)
    window.record(0, 'ignored', false)
    window.record(0, 'ignored', false)
    expect(window.health(0)).toMatchObject({ throughput: 1, failures: 1, ignored: 3 })
  })

  it('tells the failures it still holds by name', () => {
    const window = new CountWindow(3)
    window.record(0, 'failure', false, 'A')
    window.record(0, 'failure', false, 'B')
    window.record(0, 'success', false)
    expect(Object.fromEntries(window.errors())).toEqual({ A: 1, B: 1 })
    window.record(0, 'failure', false, 'B')
    expect(Object.fromEntries(window.errors())).toEqual({ B: 2 })
  })

  it('goes on from plain data as if nothing had been in between', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 20 }),
        outcomes(60),
        outcomes(60),
        (size, before, after) => {
          const one = new CountWindow(size)
          for (const call of before) record(one, call)
          const two = new CountWindow(size)
          two.load(JSON.parse(JSON.stringify(one.save())) as { rows: [] }, one, (at) => at)
          expect(two.health(0)).toEqual(one.health(0))
          for (const call of after) {
            record(one, call)
            record(two, call)
            expect(two.health(0)).toEqual(one.health(0))
            expect(two.errors()).toEqual(one.errors())
          }
        },
      ),
    )
  })
})
