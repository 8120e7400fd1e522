/** @jsxImportSource preact */
import { ago, timeLeft, timeOfDay } from './format.js'
import { Icon, StateIcon } from './icons.js'
import { ThemeButton } from './theme.js'
import type { Line } from './connection.js'
import type { Store } from './store.js'

export function Header({ store }: { store: Store }) {
  return (
    <header class="top">
      <span class="mark">
        <StateIcon state="open" />
      </span>
      <h1>{store.title}</h1>
      {store.isFilled && !store.control && (
        <span class="badge" title="The dashboard was made without authorize">
          <Icon name="lock" /> Read only
        </span>
      )}
      <LineState line={store.line} />
      <ThemeButton />
    </header>
  )
}

const lineNames: Record<Line['status'], string> = {
  connecting: 'Connecting',
  live: 'Live',
  paused: 'Paused',
  lost: 'Disconnected',
}

function LineState({ line }: { line: Line }) {
  return (
    <span class={`line ${line.status}`} role="status">
      <span class="dot" aria-hidden="true" />
      {lineNames[line.status]}
    </span>
  )
}

/** What nobody must overlook: that the page no longer shows what is. */
export function ConnectionLost({ store, onRetry }: { store: Store; onRetry: () => void }) {
  const { line } = store
  if (line.status !== 'lost' || line.reason.code === 'unauthorized') return null
  return (
    <div class="lost" role="alert">
      <strong>Connection lost</strong>
      <span>
        {line.reason.message}
        {store.isFilled ? `. What you see is from ${timeOfDay(store.heardAt)}` : ''}
        {/* Read aloud once, not every second. */}
        {store.isFilled && <span aria-hidden="true">, {ago(Date.now() - store.heardAt)}</span>}.
      </span>
      <span class="quiet" aria-hidden="true">
        Next try in {timeLeft(line.retryAt - Date.now())}
      </span>
      <button type="button" class="button" onClick={onRetry}>
        Try now
      </button>
    </div>
  )
}
