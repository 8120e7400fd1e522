/** @jsxImportSource preact */
import type { CircuitState } from '../wire.js'

/** A switch as circuit diagrams draw it: the shape tells the state, not the colour alone. */
export function StateIcon({ state }: { state: CircuitState }) {
  return (
    <svg class="state-icon" viewBox="0 0 24 24" aria-hidden="true">
      {state === 'isolated' ? (
        <>
          <rect x="5" y="11" width="14" height="9" rx="2" />
          <path d="M8 11V8a4 4 0 0 1 8 0v3" />
        </>
      ) : (
        <>
          <path d="M1 14h4M19 14h4" />
          <circle cx="6" cy="14" r="1.8" class="contact" />
          <circle cx="18" cy="14" r="1.8" class="contact" />
          <path d={levers[state]} class={state === 'halfOpen' ? 'lever tentative' : 'lever'} />
        </>
      )}
    </svg>
  )
}

const levers = {
  closed: 'M6 14H18',
  open: 'M6 14L15.5 5.5',
  halfOpen: 'M6 14L17.5 9.5',
} as const

const paths = {
  search: 'M10.5 4a6.5 6.5 0 1 1 0 13 6.5 6.5 0 0 1 0-13zM15.5 15.5L20 20',
  close: 'M6 6l12 12M18 6L6 18',
  back: 'M15 5l-7 7 7 7',
  arrow: 'M4 12h15M13 6l6 6-6 6',
  lock: 'M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 7 0v3',
  system: 'M4 5h16v11H4zM9 20h6M12 16v4',
  light:
    'M12 8a4 4 0 1 1 0 8 4 4 0 0 1 0-8zM12 2v3M12 19v3M2 12h3M19 12h3M5 5l2 2M17 17l2 2M5 19l2-2M17 7l2-2',
  dark: 'M20 14.5A8.5 8.5 0 0 1 9.5 4a8.5 8.5 0 1 0 10.5 10.5z',
  list: 'M8 6h12M8 12h12M8 18h12M4 6h.01M4 12h.01M4 18h.01',
} as const

export function Icon({ name }: { name: keyof typeof paths }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true">
      <path d={paths[name]} />
    </svg>
  )
}
