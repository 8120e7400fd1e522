/** @jsxImportSource preact */
import { stateNames } from './format.js'
import type { CircuitState, TransitionRow } from '../wire.js'

/** Where a state stands: the middle of its box. */
const places: Record<CircuitState, { readonly x: number; readonly y: number }> = {
  closed: { x: 84, y: 32 },
  open: { x: 476, y: 32 },
  halfOpen: { x: 280, y: 118 },
  isolated: { x: 280, y: 204 },
}
const box = { width: 116, height: 38 }

interface Edge {
  readonly from: CircuitState
  readonly to: CircuitState
  /** The events of the machine that lead along it. */
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
    path: 'M144 24H416',
    label: 'limit reached',
    at: [280, 17, 'middle'],
  },
  {
    from: 'open',
    to: 'closed',
    events: 'RESET',
    path: 'M416 42H144',
    label: 'reset',
    at: [280, 57, 'middle'],
    byHand: true,
  },
  {
    from: 'open',
    to: 'halfOpen',
    events: 'DEADLINE FORCE_HALF_OPEN',
    path: 'M450 53C440 90 402 111 341 111',
    label: 'break is over',
    at: [414, 85, 'end'],
  },
  {
    from: 'halfOpen',
    to: 'open',
    events: 'DEADLINE OUTCOME TRIP',
    path: 'M340 127C420 127 462 100 469 54',
    label: 'probe failed',
    at: [436, 124, 'start'],
  },
  {
    from: 'halfOpen',
    to: 'closed',
    events: 'OUTCOME RESET',
    path: 'M220 118C150 118 106 100 93 54',
    label: 'probes succeeded',
    at: [146, 92, 'start'],
  },
  {
    from: 'halfOpen',
    to: 'isolated',
    events: 'ISOLATE',
    path: 'M268 139V182',
    label: 'isolate',
    at: [260, 164, 'end'],
    byHand: true,
  },
  {
    from: 'isolated',
    to: 'halfOpen',
    events: 'FORCE_HALF_OPEN',
    path: 'M292 183V140',
    label: 'force half-open',
    at: [300, 164, 'start'],
    byHand: true,
  },
  {
    from: 'closed',
    to: 'isolated',
    events: 'ISOLATE',
    path: 'M50 53C50 150 120 212 219 212',
    label: 'isolate',
    at: [76, 178, 'end'],
    byHand: true,
  },
  {
    from: 'isolated',
    to: 'closed',
    events: 'DEADLINE RELEASE RESET',
    path: 'M220 197C140 192 76 142 69 54',
    label: 'release',
    at: [116, 154, 'start'],
    byHand: true,
  },
  {
    from: 'open',
    to: 'isolated',
    events: 'ISOLATE',
    path: 'M510 53C510 150 440 212 341 212',
    label: 'isolate',
    at: [486, 178, 'start'],
    byHand: true,
  },
  {
    from: 'isolated',
    to: 'open',
    events: 'DEADLINE RELEASE',
    path: 'M340 197C420 192 484 142 491 54',
    label: 'release',
    at: [444, 154, 'end'],
    byHand: true,
  },
]

/** The chart of a breaker: where it is, and how it came there. */
export function CircuitChart({ state, last }: { state: CircuitState; last: TransitionRow | null }) {
  return (
    <svg class="chart" viewBox="0 0 560 226" role="img" aria-label={describe(state, last)}>
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
