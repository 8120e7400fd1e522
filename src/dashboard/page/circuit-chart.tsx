/** @jsxImportSource preact */
import { stateNames } from './format.js'
import type { CircuitState, TransitionRow } from '../wire.js'

/** Where a state stands: the middle of its box. */
const places: Record<CircuitState, { readonly x: number; readonly y: number }> = {
  closed: { x: 84, y: 44 },
  open: { x: 476, y: 44 },
  halfOpen: { x: 280, y: 140 },
  isolated: { x: 280, y: 250 },
}
const box = { width: 120, height: 44 }

interface Edge {
  readonly from: CircuitState
  readonly to: CircuitState
  /** What the chart of the package calls what leads along it; `after` is the passing of time. */
  readonly events: string
  readonly path: string
  readonly label: string
  readonly at: readonly [x: number, y: number, anchor: 'start' | 'middle' | 'end']
  /** Only an operator leads along it. */
  readonly byHand?: true
}

/** Every way between two states. A test holds them against the machine. */
const edges: readonly Edge[] = [
  {
    from: 'closed',
    to: 'open',
    events: 'OUTCOME TRIP',
    path: 'M146 36H414',
    label: 'limit reached',
    at: [280, 28, 'middle'],
  },
  {
    from: 'open',
    to: 'closed',
    events: 'RESET',
    path: 'M414 54H146',
    label: 'reset',
    at: [280, 69, 'middle'],
    byHand: true,
  },
  {
    from: 'open',
    to: 'halfOpen',
    events: 'after DEADLINE FORCE_HALF_OPEN',
    path: 'M452 68C440 112 400 132 343 132',
    label: 'break is over',
    at: [408, 102, 'end'],
  },
  {
    from: 'halfOpen',
    to: 'open',
    events: 'after DEADLINE OUTCOME TRIP',
    path: 'M342 150C420 150 462 118 470 70',
    label: 'probe failed',
    at: [446, 144, 'start'],
  },
  {
    from: 'halfOpen',
    to: 'closed',
    events: 'after DEADLINE OUTCOME RESET',
    path: 'M218 140C150 140 108 116 96 70',
    label: 'probes succeeded',
    at: [140, 112, 'start'],
  },
  {
    from: 'halfOpen',
    to: 'isolated',
    events: 'ISOLATE',
    path: 'M268 164V224',
    label: 'isolate',
    at: [260, 198, 'end'],
    byHand: true,
  },
  {
    from: 'isolated',
    to: 'halfOpen',
    events: 'FORCE_HALF_OPEN',
    path: 'M292 226V166',
    label: 'force half-open',
    at: [300, 198, 'start'],
    byHand: true,
  },
  {
    from: 'closed',
    to: 'isolated',
    events: 'ISOLATE',
    path: 'M52 68C52 190 120 258 216 258',
    label: 'isolate',
    at: [78, 226, 'end'],
    byHand: true,
  },
  {
    from: 'isolated',
    to: 'closed',
    events: 'after DEADLINE RELEASE RESET',
    path: 'M218 242C140 236 76 180 70 70',
    label: 'release',
    at: [112, 182, 'start'],
    byHand: true,
  },
  {
    from: 'open',
    to: 'isolated',
    events: 'ISOLATE',
    path: 'M508 68C508 190 440 258 344 258',
    label: 'isolate',
    at: [484, 226, 'start'],
    byHand: true,
  },
  {
    from: 'isolated',
    to: 'open',
    events: 'after DEADLINE RELEASE',
    path: 'M342 242C420 236 484 180 490 70',
    label: 'release',
    at: [448, 182, 'end'],
    byHand: true,
  },
]

/** The chart of a breaker: where it is, and how it came there. */
export function CircuitChart({ state, last }: { state: CircuitState; last: TransitionRow | null }) {
  return (
    <svg class="chart" viewBox="0 0 560 284" role="img" aria-label={describe(state, last)}>
      <defs>
        <marker
          id="tip"
          viewBox="0 0 8 8"
          refX="7"
          refY="4"
          markerWidth="7"
          markerHeight="7"
          orient="auto"
        >
          <path d="M0.5 0.5L7.5 4L0.5 7.5z" />
        </marker>
        <marker
          id="tip-last"
          viewBox="0 0 8 8"
          refX="6"
          refY="4"
          markerWidth="4.5"
          markerHeight="4.5"
          orient="auto"
        >
          <path d="M0.5 0.5L7.5 4L0.5 7.5z" />
        </marker>
      </defs>
      {edges.map((edge) => {
        const isLast = edge.from === last?.from && edge.to === last.to
        const [x, y, anchor] = edge.at
        return (
          <g
            key={`${edge.from} ${edge.to}`}
            class={`edge ${edge.byHand ? 'by-hand' : ''} ${isLast ? `last ${edge.to}` : ''}`}
          >
            <path
              d={edge.path}
              data-from={edge.from}
              data-to={edge.to}
              data-events={edge.events}
              marker-end={isLast ? 'url(#tip-last)' : 'url(#tip)'}
            />
            <text x={x} y={y} text-anchor={anchor}>
              {edge.label}
            </text>
          </g>
        )
      })}
      {Object.entries(places).map(([name, { x, y }]) => (
        <g
          key={name}
          class={`node ${name} ${name === state ? 'active' : ''}`}
          data-state={name}
          transform={`translate(${String(x)} ${String(y)})`}
        >
          <rect
            x={-box.width / 2}
            y={-box.height / 2}
            width={box.width}
            height={box.height}
            rx="10"
          />
          <text text-anchor="middle" y="5">
            {stateNames[name as CircuitState]}
          </text>
        </g>
      ))}
    </svg>
  )
}

function describe(state: CircuitState, last: TransitionRow | null): string {
  const now = `The chart of the circuit. It is ${stateNames[state].toLowerCase()}.`
  if (last === null) return now
  const { from, to, reason } = last
  return `${now} Last transition: ${stateNames[from]} to ${stateNames[to]}, ${reason}.`
}
