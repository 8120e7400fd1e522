import { createActor } from 'xstate'
import type * as XState from 'xstate'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import type { BreakerActorRef } from 'recloser'
import { createRig, fail, moves, succeed } from '../support/breakers.js'

// Only to count the actors that are made.
vi.mock('xstate', async (original) => {
  const xstate = await original<typeof XState>()
  return { ...xstate, createActor: vi.fn(xstate.createActor) }
})
const made = vi.mocked(createActor)

const isStopped = (actor: BreakerActorRef) => actor.getSnapshot().status === 'stopped'

beforeEach(() => {
  made.mockClear()
})

describe('a circuit that is closed again', () => {
  it('lets go of its actor with the next call, and has another when it moves again', async () => {
    const { breaker } = createRig()
    breaker.trip('test')
    breaker.reset()
    breaker.trip('test')
    breaker.reset()
    expect(made).toHaveBeenCalledTimes(1)
    await succeed(breaker)
    await succeed(breaker)
    expect(made.mock.results[0]?.value).toSatisfy(isStopped)
    breaker.trip('test')
    expect(made).toHaveBeenCalledTimes(2)
  })

  it('goes on from what its chart has decided', async () => {
    const options = { minimumThroughput: 2, breakDuration: 1000 }
    const { breaker, clock, transitions } = createRig(options)
    const { id } = breaker.isolate('first')
    breaker.reset()
    await succeed(breaker)
    expect(breaker.isolate('second').id).toBe(id + 1)
    breaker.reset()
    await fail(breaker, 2)
    expect(breaker.state).toBe('open')
    clock.advance(1000)
    expect(moves(transitions).slice(-2)).toEqual(['closed>open', 'open>halfOpen'])
  })

  it('keeps an actor that was handed out', async () => {
    const { breaker } = createRig()
    const { actor } = breaker
    breaker.trip('test')
    breaker.reset()
    await succeed(breaker)
    expect(breaker.actor).toBe(actor)
    breaker.trip('test')
    expect(actor.getSnapshot().value).toBe('open')
    expect(made).toHaveBeenCalledTimes(1)
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
    const { breaker } = createRig()
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
