// @vitest-environment happy-dom
import { act } from 'react'
import { renderToString } from 'react-dom/server'
import { createBreaker } from 'recloser'
import { RegistryProvider, useBreaker, useRegistry, useTransitions } from 'recloser/react'
import { createFakeClock } from 'recloser/testing'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createRig, openCircuit } from '../support/breakers.js'
import { hydratePage } from './render.js'
import type { Breaker } from 'recloser'

let complaints: ReturnType<typeof vi.spyOn>

beforeEach(() => {
  complaints = vi.spyOn(console, 'error').mockReturnValue(undefined)
})
afterEach(() => {
  vi.restoreAllMocks()
})

function Banner({ of }: { of: Breaker }) {
  const { state, stats } = useBreaker(of)
  const transitions = useTransitions(of)
  return (
    <p>
      {state}, {stats.failures} failed, moved {transitions.length} times
    </p>
  )
}

const textOf = (html: string) => html.replace(/<.*?>/g, '')

describe('a server', () => {
  it('renders what the breaker is at that moment', async () => {
    const { breaker } = await openCircuit()
    expect(textOf(renderToString(<Banner of={breaker} />))).toBe('open, 10 failed, moved 1 times')
  })

  it('renders another state for the next request, and arms no timer', () => {
    const { breaker, clock } = createRig()
    renderToString(<Banner of={breaker} />)
    breaker.isolate()
    expect(textOf(renderToString(<Banner of={breaker} />))).toMatch(/^isolated/)
    expect(clock.pendingTimers).toBe(0)
  })
})

describe('a browser', () => {
  it('takes over the page when its breaker goes on from the snapshot of the server', async () => {
    const { breaker } = await openCircuit()
    const html = renderToString(<Banner of={breaker} />)
    const sent = JSON.parse(JSON.stringify(breaker.snapshot())) as unknown

    const inBrowser = createBreaker('payments-api', { clock: createFakeClock(), snapshot: sent })
    const page = await hydratePage(html, <Banner of={inBrowser} />)
    expect(complaints).not.toHaveBeenCalled()
    expect(page.text()).toBe('open, 10 failed, moved 1 times')
    act(() => {
      inBrowser.reset()
    })
    expect(page.text()).toBe('closed, 0 failed, moved 2 times')
  })
})

describe('a mistake', () => {
  const breaker = createBreaker('payments-api')

  it.each([
    ['a name without a provider', () => useBreaker('payments-api'), /RegistryProvider/],
    ['no source and no provider', () => useTransitions(), /RegistryProvider/],
    ['no provider', () => useRegistry(), /RegistryProvider/],
    ['a rate of 0', () => useBreaker(breaker, { every: 0 }), /every must be above 0, got 0/],
    ['a misspelt option', () => useBreaker(breaker, { evry: 1 } as never), /evry/],
    [
      'no transitions at all',
      () => useTransitions(breaker, { limit: 0 }),
      /limit must be an integer, at least 1/,
    ],
  ])('is reported when the component renders: %s', (_, useMistake, complaint) => {
    const Mistaken = () => {
      useMistake()
      return null
    }
    expect(() => renderToString(<Mistaken />)).toThrow(complaint)
  })

  it('leaves the provider as it was', () => {
    expect(() => renderToString(<RegistryProvider registry={undefined as never} />)).not.toThrow()
  })
})
