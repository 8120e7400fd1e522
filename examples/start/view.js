import { formatDuration, formatRate } from 'recloser/core'
import { table } from './table.js'

/**
 * @import { Breaker, Registry, Transition } from 'recloser'
 *
 * @typedef {object} Run
 * @property {Registry} registry
 * @property {string} introduction what is about to be seen
 * @property {number} startedAt epoch ms
 * @property {number} length ms; Infinity until Ctrl-C
 * @property {(name: string) => number} [requestsTo] how many requests a server saw
 *
 * @typedef {object} View Shows a run.
 * @property {number} period ms between two ticks
 * @property {(transition: Transition) => void} transition
 * @property {() => void} tick
 * @property {() => void} end
 */

/** @param {Run} run */
export function elapsed({ startedAt }) {
  return formatSeconds(Date.now() - startedAt)
}

/** @param {number} ms */
export function formatSeconds(ms) {
  return `${(ms / 1000).toFixed(1)} s`
}

/**
 * @param {Run} run
 * @param {Transition} transition
 */
export function describeTransition({ startedAt }, { breaker, from, to, at, reason, ...more }) {
  const time = formatSeconds(at - startedAt).padStart(6)
  const error = more.error instanceof Error ? ` (${describeError(more.error)})` : ''
  const pause =
    more.breakDuration === undefined ? '' : `, break of ${formatDuration(more.breakDuration)}`
  return `${time}  ${breaker}: ${from} → ${to}, ${reason}${error}${pause}`
}

/** `fetch` says why in the cause. @param {Error} error */
function describeError({ message, cause }) {
  const code = /** @type {{ code?: unknown } | undefined} */ (cause)?.code
  return typeof code === 'string' ? `${message}: ${code}` : message
}

/**
 * What is worth knowing about the state a circuit is in.
 *
 * @param {Breaker} breaker
 */
export function describeState({ state, retryAfter = Infinity, isolation }) {
  if (state === 'open') return retryAfter > 0 ? `next try in ${formatSeconds(retryAfter)}` : 'due'
  if (state === 'halfOpen') return 'probing'
  return isolation?.reasons.join('; ') ?? ''
}

/** @param {Run} run */
export function summary({ registry, requestsTo }) {
  const head = ['dependency', 'calls', 'failed', 'rejected', 'breaks', 'in service', 'ends']
  if (requestsTo !== undefined) head.push('requests the server saw')
  const rows = [...registry].map((breaker) => {
    const { successes, failures, ignored, stale, rejected } = breaker.stats().totals
    const row = [
      breaker.name,
      successes + failures + ignored + stale,
      failures,
      rejected,
      breaker.history.filter(({ to }) => to === 'open').length,
      formatRate(shareClosed(breaker)),
      breaker.state,
    ]
    return requestsTo === undefined ? row : [...row, requestsTo(breaker.name)]
  })
  return table(head, rows)
}

/** @param {Breaker} breaker */
function shareClosed(breaker) {
  let closed = 0
  let all = 0
  for (const { state, from, to } of breaker.timeline()) {
    all += to - from
    if (state === 'closed') closed += to - from
  }
  return all === 0 ? 1 : Math.round((closed / all) * 100) / 100
}
