import { healthOf, noStreaks } from 'recloser/core'
import { describe, expect, it } from 'vitest'
import { createRig, fail, succeed } from '../support/breakers.js'

describe.each(['TRIP', 'ISOLATE'] as const)('%s, sent to the actor', (type) => {
  it('carries the figures of the moment', async () => {
    const { breaker, transitions } = createRig()
    await succeed(breaker, 2)
    await fail(breaker)
    breaker.actor.send({ type })
    expect(transitions[0]?.health).toMatchObject({ successes: 2, failures: 1 })
  })

  it('carries figures of its own, if it brings some', async () => {
    const { breaker, transitions } = createRig()
    await fail(breaker)
    const health = healthOf({ successes: 5, failures: 7, slow: 0, ignored: 0 }, noStreaks)
    breaker.actor.send({ type, health })
    expect(transitions[0]?.health).toMatchObject({ successes: 5, failures: 7 })
  })
})
