import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Actor } from 'xstate'
import { createRig, fail, moves, succeed } from '../support/breakers.js'
import type { MockInstance } from 'vitest'
import type { BreakerActorRef } from 'recloser'

let started: MockInstance<(this: BreakerActorRef) => unknown>

beforeEach(() => {
  started = vi.spyOn(Actor.prototype, 'start')
})

afterEach(() => {
  started.mockRestore()
})

describe('a circuit that is closed again', () => {
  it('lets go of its actor once it has been judged, and has another when it moves again', async () => {
    const { breaker } = createRig({ minimumThroughput: 3 })
    const status = () => started.mock.contexts[0]?.getSnapshot().status
    breaker.trip('test')
    breaker.reset()
    await succeed(breaker, 2)
    expect(status()).toBe('active')
    await succeed(breaker)
    expect(status()).toBe('stopped')
    expect(started).toHaveBeenCalledTimes(1)
    breaker.trip('test')
    expect(started).toHaveBeenCalledTimes(2)
  })

  it('keeps its actor when it breaks before that', async () => {
    const { breaker, clock } = createRig({ minimumThroughput: 3, breakDuration: 1000 })
    for (let i = 0; i < 3; i++) {
      await fail(breaker, 3)
      clock.advance(1000)
      await succeed(breaker)
      expect(breaker.state).toBe('closed')
    }
    expect(started).toHaveBeenCalledTimes(1)
  })

  it('goes on from what its chart has decided', async () => {
    const options = { minimumThroughput: 2, breakDuration: 1000 }
    const { breaker, clock, transitions } = createRig(options)
    const { id } = breaker.isolate('first')
    breaker.reset()
    await succeed(breaker, 2)
    expect(breaker.isolate('second').id).toBe(id + 1)
    breaker.reset()
    await fail(breaker, 2)
    expect(breaker.state).toBe('open')
    clock.advance(1000)
    expect(moves(transitions).slice(-2)).toEqual(['closed>open', 'open>halfOpen'])
  })

  it('keeps an actor that was handed out', async () => {
    const { breaker } = createRig({ minimumThroughput: 1 })
    const { actor } = breaker
    breaker.trip('test')
    breaker.reset()
    await succeed(breaker)
    expect(breaker.actor).toBe(actor)
    breaker.trip('test')
    expect(actor.getSnapshot().value).toBe('open')
    expect(started).toHaveBeenCalledTimes(1)
  })

  it('keeps its actor while the chart is at work', () => {
    const { breaker } = createRig({
      minimumThroughput: 1,
      breakDuration: () => {
        late?.succeed()
        return 1000
      },
    })
    const late = breaker.tryAcquire()
    breaker.tryAcquire()?.fail(new Error('down'))
    expect(breaker.state).toBe('open')
    expect(breaker.stats().totals).toMatchObject({ successes: 1, failures: 1, stale: 0 })
  })

  it('is heard of in order, also when it moves on before all was told', () => {
    const { breaker } = createRig({ minimumThroughput: 1 })
    const seen: string[] = []
    breaker.transitions$.subscribe(({ to }) => {
      if (to !== 'halfOpen') return
      breaker.reset()
      breaker.tryAcquire()?.succeed()
      breaker.trip('test')
      breaker.state$.subscribe((state) => seen.push(state))
    })
    breaker.forceHalfOpen()
    breaker.trip('test')
    breaker.forceHalfOpen()
    expect(seen).toEqual(['halfOpen', 'closed', 'open'])
  })
})
