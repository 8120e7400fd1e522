import { describe, expect, it } from 'vitest'
import { createRig, fail, outage, succeed } from '../support/breakers.js'
import type { Outcome } from 'recloser'

describe('an outcome', () => {
  it('carries an error where something was thrown, and only there', async () => {
    const { breaker } = createRig({
      classify: ({ status }) => (status === 'fulfilled' ? 'failure' : 'ignored'),
    })
    const heard: Outcome[] = []
    breaker.outcomes$.subscribe((outcome) => heard.push(outcome))
    await succeed(breaker)
    await fail(breaker)
    breaker.tryAcquire()?.succeed()
    breaker.tryAcquire()?.fail()
    expect(heard.map(({ kind }) => kind)).toEqual(['failure', 'ignored', 'success', 'failure'])
    expect(heard.map((outcome) => 'error' in outcome)).toEqual([false, true, false, false])
    expect(heard[1]?.error).toBe(outage)
  })
})
