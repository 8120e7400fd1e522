/** @jsxImportSource preact */
import { dateAndTime, stateNames, timeOfDay } from './format.js'
import { Icon, StateIcon } from './icons.js'
import { errorText } from './row.js'
import type { TransitionRow } from '../wire.js'

/** The latest transitions of all circuits: what just happened. */
export function Feed({
  transitions,
  onSelect,
  onClose,
}: {
  transitions: readonly TransitionRow[]
  onSelect: (name: string) => void
  onClose: () => void
}) {
  return (
    <section class="panel feed" aria-labelledby="feed-title">
      <div class="panel-head">
        <h2 id="feed-title">Latest transitions</h2>
        <button type="button" class="icon-button only-narrow" aria-label="Close" onClick={onClose}>
          <Icon name="close" />
        </button>
      </div>
      <div class="panel-body">
        <TransitionList transitions={transitions} onSelect={onSelect} />
      </div>
    </section>
  )
}

/** Transitions, newest first. With `onSelect` they are of many circuits, and name theirs. */
export function TransitionList({
  transitions,
  onSelect,
}: {
  transitions: readonly TransitionRow[]
  onSelect?: (name: string) => void
}) {
  if (transitions.length === 0) return <p class="empty">Nothing has moved yet.</p>
  return (
    <ol class="transitions">
      {[...transitions].reverse().map((transition) => {
        const { breaker, from, to, at, reason, error } = transition
        return (
          <li key={keyOf(transition)} class={to}>
            <span class="sign">
              <StateIcon state={to} />
            </span>
            <div class="what">
              {onSelect !== undefined && (
                <button
                  type="button"
                  class="link name"
                  onClick={() => {
                    onSelect(breaker)
                  }}
                >
                  <bdi>{breaker}</bdi>
                </button>
              )}
              <span class="move">
                {stateNames[from]} <span aria-hidden="true">→</span>
                <span class="sr-only">to</span> <b>{stateNames[to]}</b>
              </span>
              <time dateTime={new Date(at).toISOString()} title={dateAndTime(at)}>
                {timeOfDay(at)}
              </time>
              <bdi class="reason">{reason}</bdi>
              {error !== null && <bdi class="error">{errorText(error)}</bdi>}
            </div>
          </li>
        )
      })}
    </ol>
  )
}

/** Two of one breaker can fall into the same millisecond, but not with the same two states. */
function keyOf({ breaker, at, from, to }: TransitionRow): string {
  return `${String(at)} ${from} ${to} ${breaker}`
}
