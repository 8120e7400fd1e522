import { describe, expect, it } from 'vitest'
import { createBreaker } from 'recloser'
import { createFakeClock } from 'recloser/testing'
import type { BreakContext } from 'recloser'

describe('a breaker that is saved and restored', () => {
  it('still knows the figures at the first of its breaks', () => {
    const clock = createFakeClock()
    const first = createBreaker('db', { clock, minimumThroughput: 1, breakDuration: 1000 })
    first.tryAcquire()?.fail(new Error('down'))
    const breaks: BreakContext[] = []
    const second = createBreaker('db', {
      clock,
      snapshot: first.snapshot(),
      breakDuration: (context) => {
        breaks.push(context)
        return 1000
      },
    })
    clock.advance(1000)
    second.tryAcquire()?.fail(new Error('still down'))
    expect(breaks.map(({ breaking }) => breaking)).toEqual([first.history[0]?.health])
    expect(breaks[0]?.breaking.throughput).toBe(1)
  })

  it('keeps no more of its history than it was told to, and that is the latest', () => {
    const first = createBreaker('db')
    first.trip('one')
    first.reset()
    first.trip('two')
    const second = createBreaker('db', { historySize: 2, snapshot: first.snapshot() })
    expect(second.history.map(({ cause }) => cause)).toEqual(['reset', 'tripped'])
  })
})

describe('a timeline', () => {
  it('refuses options of a timeline that it does not know by name', () => {
    const breaker = createBreaker('db')
    expect(() => breaker.timeline({ until: 1 } as never)).toThrow(
      'timeline options: unknown option "until"',
    )
  })
})
