// @vitest-environment happy-dom
import { StrictMode, act } from 'react'
import { createRegistry } from 'recloser'
import { RegistryProvider, useBreaker, useRegistry, useTransitions } from 'recloser/react'
import { createFakeClock } from 'recloser/testing'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createRig, fail, openCircuit, succeed } from '../support/breakers.js'
import { renderPage } from './render.js'
import type { Breaker } from 'recloser'
import type { UseBreakerOptions } from 'recloser/react'

let complaints: ReturnType<typeof vi.spyOn>

beforeEach(() => {
  complaints = vi.spyOn(console, 'error')
})
afterEach(() => {
  expect(complaints).not.toHaveBeenCalled()
  vi.restoreAllMocks()
})

let renders = 0

function Banner({ of, ...options }: { of: Breaker | string } & UseBreakerOptions) {
  renders++
  const { state, stats, retryAfter } = useBreaker(of, options)
  return `${state} ${String(stats.failures)}/${String(stats.throughput)} ${String(retryAfter)}`
}

describe('a component', () => {
  it('shows the state, the figures, and when to try again', async () => {
    const { breaker } = await openCircuit({ breakDuration: 5000 })
    const page = await renderPage(<Banner of={breaker} />)
    expect(page.text()).toBe('open 10/10 5000')
  })

  it('follows the circuit at once', async () => {
    const { breaker, clock } = createRig({ breakDuration: 1000 })
    const page = await renderPage(<Banner of={breaker} />)
    expect(page.text()).toBe('closed 0/0 0')
    await act(() => fail(breaker, 10))
    expect(page.text()).toBe('open 10/10 1000')
    await act(async () => {
      clock.advance(1000)
      await succeed(breaker)
    })
    expect(page.text()).toBe('closed 0/0 0')
    act(() => {
      breaker.isolate('maintenance')
    })
    expect(page.text()).toBe('isolated 0/0 undefined')
  })

  it('reads the figures every second, or as often as it wants', async () => {
    const { breaker, clock } = createRig()
    const page = await renderPage(
      <>
        <Banner of={breaker} /> | <Banner of={breaker} every={100} />
      </>,
    )
    await act(() => fail(breaker))
    expect(page.text()).toBe('closed 0/0 0 | closed 0/0 0')
    act(() => {
      clock.advance(100)
    })
    expect(page.text()).toBe('closed 0/0 0 | closed 1/1 0')
    act(() => {
      clock.advance(900)
    })
    expect(page.text()).toBe('closed 1/1 0 | closed 1/1 0')
  })

  it('reads them only when the circuit moves, without a timer, if it wants them every Infinity', async () => {
    const { breaker, clock } = createRig()
    const page = await renderPage(<Banner of={breaker} every={Infinity} />)
    expect(clock.pendingTimers).toBe(0)
    await act(() => fail(breaker, 9))
    act(() => {
      clock.advance(1000)
    })
    expect(page.text()).toBe('closed 0/0 0')
    await act(() => fail(breaker))
    expect(page.text()).toBe('open 10/10 30000')
  })

  it.each([200, 1000, 60_000, Infinity])(
    'counts down by the second while the circuit is open, with figures every %d ms',
    async (every) => {
      const { breaker, clock } = createRig({ breakDuration: 5000 })
      const page = await renderPage(<Banner of={breaker} every={every} />)
      await act(() => fail(breaker, 10))
      for (const left of [4000, 3000, 2000, 1000]) {
        act(() => {
          clock.advance(1000)
        })
        expect(page.text()).toBe(`open 10/10 ${String(left)}`)
      }
      act(() => {
        clock.advance(1000)
      })
      expect(page.text()).toMatch(/^halfOpen/)
      act(() => {
        breaker.reset()
      })
      // What is left is the timer of the figures.
      expect(clock.pendingTimers).toBe(every === Infinity ? 0 : 1)
    },
  )

  it('may want its figures all the time: React reads the same in one render', async () => {
    const { breaker, clock } = createRig()
    const page = await renderPage(
      <StrictMode>
        <Banner of={breaker} every={0.001} />
      </StrictMode>,
    )
    await act(() => fail(breaker))
    act(() => {
      clock.advance(1)
    })
    expect(page.text()).toBe('closed 1/1 0')
  })

  it('is not rendered again while nothing is new', async () => {
    const { breaker } = createRig()
    renders = 0
    await renderPage(<Banner of={breaker} />)
    expect(renders).toBe(1)
    breaker.outcomes$.subscribe()
    await succeed(breaker, 5)
    expect(renders).toBe(1)
  })

  it('shows another breaker when it is given another, and forgets the first', async () => {
    const first = createRig({}, 'first')
    const second = await openCircuit()
    const page = await renderPage(<Banner of={first.breaker} />)
    await page.render(<Banner of={second.breaker} />)
    expect(page.text()).toBe('open 10/10 1000')
    expect(first.clock.pendingTimers).toBe(0)
    renders = 0
    first.breaker.isolate()
    expect(renders).toBe(0)
  })

  it('that is mounted later begins with the figures of that moment', async () => {
    const { breaker } = createRig()
    const now = vi.spyOn(performance, 'now')
    const first = await renderPage(<Banner of={breaker} />)
    await first.unmount()
    await fail(breaker, 3)
    now.mockReturnValue(performance.now() + 1000)
    const second = await renderPage(<Banner of={breaker} />)
    expect(second.text()).toBe('closed 3/3 0')
  })

  it('goes on to show a breaker that was disposed of', async () => {
    const { breaker, clock } = createRig()
    const page = await renderPage(<Banner of={breaker} />)
    act(() => {
      breaker.dispose()
    })
    expect(page.text()).toBe('closed 0/0 0')
    expect(clock.pendingTimers).toBe(0)
    await page.unmount()
  })

  it('works twice over under the strict mode of React', async () => {
    const { breaker, clock } = createRig()
    const page = await renderPage(
      <StrictMode>
        <Banner of={breaker} />
      </StrictMode>,
    )
    act(() => {
      breaker.trip('test')
    })
    expect(page.text()).toMatch(/^open/)
    await page.unmount()
    act(() => {
      breaker.reset()
    })
    expect(clock.pendingTimers).toBe(0)
  })
})

describe('after unmount', () => {
  it('nothing is rendered, and no timer and no subscription is left', async () => {
    const { breaker, clock } = await openCircuit({ breakDuration: Infinity })
    const page = await renderPage(<Banner of={breaker} every={5000} />)
    expect(clock.pendingTimers).toBe(2)
    await page.unmount()
    renders = 0
    breaker.reset()
    clock.advance(10_000)
    expect(renders).toBe(0)
    expect(clock.pendingTimers).toBe(0)
  })

  it('nobody keeps a registry from letting go of an idle breaker', async () => {
    const clock = createFakeClock()
    const registry = createRegistry({ clock, maxIdle: 1000 })
    const Both = () => [useBreaker('idle').state, useTransitions(registry.get('idle')).length]
    const page = await renderPage(
      <RegistryProvider registry={registry}>
        <Both />
      </RegistryProvider>,
    )
    const makeAnother = () => {
      clock.advance(2000)
      registry.get(`made at ${String(clock.now())}`)
      return registry.has('idle')
    }
    let isKept = false
    act(() => {
      isKept = makeAnother()
    })
    expect(isKept).toBe(true)
    await page.unmount()
    expect(makeAnother()).toBe(false)
  })

  it('of one component another of the same breaker goes on', async () => {
    const { breaker } = createRig()
    const page = await renderPage([
      <Banner key="1" of={breaker} />,
      <Banner key="2" of={breaker} />,
    ])
    await page.render([<Banner key="2" of={breaker} />])
    act(() => {
      breaker.isolate()
    })
    expect(page.text()).toBe('isolated 0/0 undefined')
  })

  it('in the middle of the news nothing goes wrong', async () => {
    const { breaker } = createRig()
    const page = await renderPage(<Banner of={breaker} />)
    breaker.state$.subscribe((state) => {
      if (state === 'isolated') page.unmountNow()
    })
    act(() => {
      breaker.isolate()
    })
    expect(page.text()).toBe('')
  })
})

describe('no tearing: components of one page', () => {
  it('show the same state, when the circuit moves in the middle of a render', async () => {
    const { breaker } = createRig()
    let moved = false
    const MovesTheCircuit = () => {
      if (!moved) breaker.trip('while React renders')
      moved = true
      return ' | '
    }
    const page = await renderPage([
      <Banner key="1" of={breaker} every={1000} />,
      <MovesTheCircuit key="2" />,
      <Banner key="3" of={breaker} every={2000} />,
    ])
    expect(page.text()).toBe('open 0/0 30000 | open 0/0 30000')
  })

  it('show the same figures, whenever they were mounted', async () => {
    const { breaker, clock } = createRig()
    const page = await renderPage([<Banner key="1" of={breaker} />])
    act(() => {
      clock.advance(500)
    })
    await fail(breaker)
    await page.render([<Banner key="1" of={breaker} />, ' | ', <Banner key="2" of={breaker} />])
    expect(page.text()).toBe('closed 0/0 0 | closed 0/0 0')
    act(() => {
      clock.advance(500)
    })
    expect(page.text()).toBe('closed 1/1 0 | closed 1/1 0')
  })
})

describe('a registry provider', () => {
  it('lets components name their breaker', async () => {
    const registry = createRegistry({ clock: createFakeClock() })
    const page = await renderPage(
      <RegistryProvider registry={registry}>
        <Banner of="payments" />
      </RegistryProvider>,
    )
    act(() => {
      registry.get('payments').isolate()
    })
    expect(page.text()).toMatch(/^isolated/)
  })

  it('lets components have the registry', async () => {
    const registry = createRegistry({ clock: createFakeClock() })
    registry.get('payments')
    const Size = () => `${String(useRegistry().size)} breakers`
    const page = await renderPage(
      <RegistryProvider registry={registry}>
        <Size />
      </RegistryProvider>,
    )
    expect(page.text()).toBe('1 breakers')
  })

  it('is overridden by a nearer one', async () => {
    const outer = createRegistry({ clock: createFakeClock() })
    const inner = createRegistry({ clock: createFakeClock() })
    inner.get('payments').isolate()
    const page = await renderPage(
      <RegistryProvider registry={outer}>
        <RegistryProvider registry={inner}>
          <Banner of="payments" />
        </RegistryProvider>
      </RegistryProvider>,
    )
    expect(page.text()).toMatch(/^isolated/)
    expect(outer.size).toBe(0)
  })
})
