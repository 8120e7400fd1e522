/** @jsxImportSource preact */
import { useEffect, useMemo, useRef, useState } from 'preact/hooks'
import { ActionDialog, SignIn } from './actions.js'
import { Detail } from './detail.js'
import { Feed } from './feed.js'
import { stateNames } from './format.js'
import { ConnectionLost, Header } from './header.js'
import { useStore } from './hooks.js'
import { List } from './list.js'
import { showInTab } from './tab.js'
import { Summary } from './summary.js'
import { Toolbar } from './toolbar.js'
import { hashOf, itemsOf, rowsOf, viewOf } from './view.js'
import type { BreakerRow, TransitionRow } from '../wire.js'
import type { Intent } from './actions.js'
import type { Connection } from './connection.js'
import type { Session } from './session.js'
import type { Store } from './store.js'
import type { View } from './view.js'

/** Rows change places no more often than that, ms: a list that jumps cannot be read. */
const reorderEvery = 1000

export function App({
  store,
  session,
  connection,
}: {
  store: Store
  session: Session
  connection: Connection
}) {
  useStore(store, 4)
  const [view, onView] = useView()
  const [intent, setIntent] = useState<Intent>()
  const [said, setSaid] = useState('')
  const ordered = useOrder(store, view)
  const items = useMemo(() => itemsOf(ordered, view.group), [ordered, view.group])
  const now = store.now()

  useEffect(() => {
    showInTab(store)
  })
  useEffect(() => {
    if (said === '') return
    const timer = setTimeout(() => {
      setSaid('')
    }, 5000)
    return () => {
      clearTimeout(timer)
    }
  }, [said])

  const { line } = store
  const isRefused = line.status === 'lost' && line.reason.code === 'unauthorized'
  const { selected } = view
  const close = () => {
    onView({ selected: undefined, feed: false })
    // The line that was looked at: the keyboard goes on from there.
    document.querySelector<HTMLElement>('.list [role=row][tabindex="0"]')?.focus()
  }
  return (
    <div class={`app ${line.status === 'lost' ? 'is-lost' : ''}`}>
      <Header store={store} />
      <ConnectionLost
        store={store}
        onRetry={() => {
          connection.retry()
        }}
      />
      {isRefused ? (
        <SignIn
          onToken={(token) => {
            session.useToken(token)
            connection.retry()
          }}
        />
      ) : (
        <>
          <Summary rows={store.rows} view={view} onView={onView} />
          <main class={selected !== undefined || view.feed ? 'with-panel' : ''}>
            <div class="circuits">
              <Toolbar view={view} onView={onView} shown={ordered.length} all={store.rows.size} />
              {store.isFilled ? (
                <List items={items} rows={store.rows} now={now} view={view} onView={onView} />
              ) : (
                <p class="empty">Connecting…</p>
              )}
            </div>
            {selected === undefined ? (
              <Feed
                transitions={store.transitions}
                onSelect={(name) => {
                  onView({ selected: name })
                }}
                onClose={close}
              />
            ) : (
              <Detail
                key={selected}
                row={store.rows.get(selected)}
                name={selected}
                now={now}
                control={store.control}
                session={session}
                onIntent={setIntent}
                onClose={close}
              />
            )}
          </main>
        </>
      )}
      {intent !== undefined && (
        <ActionDialog
          intent={intent}
          session={session}
          onDone={setSaid}
          onClose={() => {
            setIntent(undefined)
          }}
        />
      )}
      <p class="toast" role="status">
        {said}
      </p>
      <p class="sr-only" role="log" aria-live="polite">
        {store.news.slice(-3).map(sentenceOf).join(' ')}
      </p>
    </div>
  )
}

/** The view lives in the address. Looking at a circuit is a step that the back button undoes. */
function useView(): [View, (change: Partial<View>) => void] {
  const [view, setView] = useState(() => viewOf(location.hash))
  const latest = useRef(view)
  useEffect(() => {
    const follow = () => {
      latest.current = viewOf(location.hash)
      setView(latest.current)
    }
    addEventListener('popstate', follow)
    return () => {
      removeEventListener('popstate', follow)
    }
  }, [])
  const change = (part: Partial<View>) => {
    const before = latest.current
    const next = { ...before, ...part }
    latest.current = next
    const isStep = next.selected !== before.selected && next.selected !== undefined
    history[isStep ? 'pushState' : 'replaceState'](null, '', hashOf(next))
    setView(next)
  }
  return [view, change]
}

/** Rows in order. What they say is always new; their places are, once a second. */
function useOrder(store: Store, view: View): readonly BreakerRow[] {
  const { query, states, sort, reversed } = view
  const kept = useRef({ rows: [] as BreakerRow[], version: -1, at: 0, key: '' })
  const key = JSON.stringify([query, states, sort, reversed, store.isFilled])
  const { version, at } = kept.current
  const isOld = version !== store.version && performance.now() - at >= reorderEvery
  if (kept.current.key !== key || isOld) {
    kept.current = {
      rows: rowsOf(store.rows.values(), view),
      version: store.version,
      at: performance.now(),
      key,
    }
  }
  return kept.current.rows
}

function sentenceOf({ breaker, to, reason }: TransitionRow): string {
  return `${breaker} is ${stateNames[to].toLowerCase()}: ${reason}.`
}
