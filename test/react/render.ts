import { act } from 'react'
import { createRoot, hydrateRoot } from 'react-dom/client'
import type { ReactNode } from 'react'
import type { Root } from 'react-dom/client'

// Tells React that updates outside of `act` are mistakes, which it then complains about.
Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true })

/** A page with something rendered in it. */
export interface Page {
  /** What a person reads. */
  readonly text: () => string
  readonly render: (node: ReactNode) => Promise<void>
  readonly unmount: () => Promise<void>
  /** As `unmount`, within an update that is under way. */
  readonly unmountNow: () => void
}

/** Renders into an empty page. */
export async function renderPage(node: ReactNode): Promise<Page> {
  const container = document.createElement('div')
  const root = createRoot(container)
  const page = pageOf(container, root)
  await page.render(node)
  return page
}

/** As `renderPage`, all at once: effects have run when it returns. */
export function renderNow(node: ReactNode): Page {
  const container = document.createElement('div')
  const root = createRoot(container)
  act(() => {
    root.render(node)
  })
  return pageOf(container, root)
}

/** Renders into a page that came from a server. */
export async function hydratePage(html: string, node: ReactNode): Promise<Page> {
  const container = document.createElement('div')
  container.innerHTML = html
  let root: Root | undefined
  await act(async () => {
    root = hydrateRoot(container, node)
    await Promise.resolve()
  })
  return pageOf(container, root as unknown as Root)
}

function pageOf(container: HTMLElement, root: Root): Page {
  const during = (change: () => void) =>
    act(async () => {
      change()
      await Promise.resolve()
    })
  return {
    text: () => container.textContent,
    render: (node) =>
      during(() => {
        root.render(node)
      }),
    unmount: () =>
      during(() => {
        root.unmount()
      }),
    unmountNow: () => {
      root.unmount()
    },
  }
}
