/** @jsxImportSource preact */
import { count, perSecond, stateNames } from './format.js'
import { StateIcon } from './icons.js'
import { stateOrder } from './view.js'
import type { BreakerRow, CircuitState } from '../wire.js'
import type { View } from './view.js'

/** How many circuits are in which state: the answer to the first question. Each is also a filter. */
export function Summary({
  rows,
  view,
  onView,
}: {
  rows: ReadonlyMap<string, BreakerRow>
  view: View
  onView: (change: Partial<View>) => void
}) {
  const counts: Record<CircuitState, number> = { open: 0, halfOpen: 0, isolated: 0, closed: 0 }
  const rates = { succeeded: 0, failed: 0, rejected: 0 }
  for (const row of rows.values()) {
    counts[row.state]++
    rates.succeeded += row.perSecond.succeeded
    rates.failed += row.perSecond.failed
    rates.rejected += row.perSecond.rejected
  }
  const toggle = (state: CircuitState) => {
    const states = view.states.includes(state)
      ? view.states.filter((other) => other !== state)
      : [...view.states, state]
    onView({ states })
  }
  return (
    <section class="summary" aria-label="Summary">
      {stateOrder.map((state) => (
        <button
          key={state}
          type="button"
          class={`tile ${state} ${counts[state] > 0 ? 'some' : 'none'}`}
          aria-pressed={view.states.includes(state)}
          title={`Show only ${stateNames[state].toLowerCase()} circuits`}
          onClick={() => {
            toggle(state)
          }}
        >
          <StateIcon state={state} />
          <span class="number">{count(counts[state])}</span>
          <span class="label">{stateNames[state]}</span>
        </button>
      ))}
      <dl class="traffic">
        <div>
          <dt>Succeeding</dt>
          <dd>{perSecond(rates.succeeded)}/s</dd>
        </div>
        <div class={rates.failed > 0 ? 'failed' : ''}>
          <dt>Failing</dt>
          <dd>{perSecond(rates.failed)}/s</dd>
        </div>
        <div class={rates.rejected > 0 ? 'rejected' : ''}>
          <dt>Rejected</dt>
          <dd>{perSecond(rates.rejected)}/s</dd>
        </div>
      </dl>
    </section>
  )
}
