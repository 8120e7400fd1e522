// @vitest-environment happy-dom
import { act } from 'react'
import { createRegistry } from 'recloser'
import { RegistryProvider, useTransitions } from 'recloser/react'
import { createFakeClock } from 'recloser/testing'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createRig, moves } from '../support/breakers.js'
import { renderNow, renderPage } from './render.js'
import type { Breaker, Registry } from 'recloser'
import type { Page } from './render.js'

let complaints: ReturnType<typeof vi.spyOn>

beforeEach(() => {
  complaints = vi.spyOn(console, 'error')
})
afterEach(() => {
  expect(complaints).not.toHaveBeenCalled()
  vi.restoreAllMocks()
})

let renders = 0

function Timeline({ of, limit = 20 }: { of?: Breaker | Registry; limit?: number }) {
  renders++
  const transitions = useTransitions(of, { limit })
  return transitions.map(({ breaker, to }) => `${breaker} ${to}`).join(', ')
}

describe('the transitions of a breaker', () => {
  it('are those of its history, then each new one', async () => {
    const { breaker } = createRig()
    breaker.trip('before')
    const page = await renderPage(<Timeline of={breaker} />)
    expect(page.text()).toBe('payments-api open')
    act(() => {
      breaker.reset()
    })
    expect(page.text()).toBe('payments-api open, payments-api closed')
  })

  it('are as many as are wanted, the latest', async () => {
    const { breaker } = createRig()
    breaker.trip('first')
    breaker.reset()
    const page = await renderPage(<Timeline of={breaker} limit={1} />)
    expect(page.text()).toBe('payments-api closed')
    act(() => {
      breaker.isolate()
    })
    expect(page.text()).toBe('payments-api isolated')
  })

  it('are shown once each, also when the page is mounted while the news of one is still to come', () => {
    const { breaker } = createRig()
    let page: Page | undefined
    breaker.state$.subscribe((state) => {
      if (state !== 'open') return
      breaker.reset()
      page = renderNow(<Timeline of={breaker} />)
    })
    breaker.trip('test')
    expect(page?.text()).toBe('payments-api open, payments-api closed')
  })

  it('that happen while no component is mounted are there when one is', async () => {
    const { breaker } = createRig()
    const first = await renderPage(<Timeline of={breaker} />)
    await first.unmount()
    renders = 0
    breaker.trip('test')
    expect(renders).toBe(0)
    const second = await renderPage(<Timeline of={breaker} />)
    expect(second.text()).toBe('payments-api open')
  })

  it('are told with reason and cause', async () => {
    const { breaker } = createRig()
    let seen: readonly unknown[] = []
    const Spy = () => {
      seen = useTransitions(breaker)
      return null
    }
    await renderPage(<Spy />)
    act(() => {
      breaker.isolate('maintenance')
    })
    expect(seen).toEqual(breaker.history)
    expect(moves(breaker.history)).toEqual(['closed>isolated'])
  })
})

describe('the transitions of a registry', () => {
  it('are those of all its breakers in the order of time, also of breakers to come', async () => {
    const clock = createFakeClock()
    const registry = createRegistry({ clock })
    registry.get('one').isolate()
    clock.advance(1)
    registry.get('two').isolate()
    clock.advance(1)
    registry.get('one').reset()
    const page = await renderPage(<Timeline of={registry} />)
    expect(page.text()).toBe('one isolated, two isolated, one closed')
    act(() => {
      registry.get('three').isolate()
    })
    expect(page.text()).toBe('one isolated, two isolated, one closed, three isolated')
  })

  it('are the default within a provider', async () => {
    const registry = createRegistry({ clock: createFakeClock() })
    const page = await renderPage(
      <RegistryProvider registry={registry}>
        <Timeline />
      </RegistryProvider>,
    )
    act(() => {
      registry.get('one').isolate()
    })
    expect(page.text()).toBe('one isolated')
  })
})
