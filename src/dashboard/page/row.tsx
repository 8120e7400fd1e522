/** @jsxImportSource preact */
import { ago, count, duration, percent, perSecond, stateNames, timeLeft } from './format.js'
import { StateIcon } from './icons.js'
import { failureRate, isAtRisk } from './view.js'
import type { BreakerRow } from '../wire.js'

/** The cells of a breaker in the list. */
export function RowCells({ row, now }: { row: BreakerRow; now: number }) {
  const { perSecond: rates, totals } = row
  return (
    <>
      <div role="gridcell" class="cell-state">
        <StatePill state={row.state} />
      </div>
      <div role="gridcell" class="cell-name">
        <bdi class="name">{row.name}</bdi>
        <bdi class="why">{whyOf(row)}</bdi>
      </div>
      <div role="gridcell" class="cell-rate">
        <RateBar row={row} />
      </div>
      <div role="gridcell" class="cell-calls">
        <Figure value={rates.succeeded + rates.failed} text={perSecond} unit="/s" />
      </div>
      <div role="gridcell" class="cell-rejected">
        <Figure value={totals.rejected} text={count} />
        {rates.rejected > 0 && <span class="quiet">{perSecond(rates.rejected)}/s</span>}
      </div>
      <div role="gridcell" class="cell-since">
        <Moment row={row} now={now} />
      </div>
    </>
  )
}

export function StatePill({ state }: Pick<BreakerRow, 'state'>) {
  return (
    <span class={`pill ${state}`}>
      <StateIcon state={state} />
      {stateNames[state]}
    </span>
  )
}

/** A zero says little, and is not to be seen from afar. */
function Figure({
  value,
  text,
  unit = '',
}: {
  value: number
  text: (value: number) => string
  unit?: string
}) {
  return <span class={value === 0 ? 'figure nothing' : 'figure'}>{text(value) + unit}</span>
}

function Moment({ row, now }: { row: BreakerRow; now: number }) {
  const { value, quiet } = momentOf(row, now)
  return (
    <>
      <span class="figure">{value}</span>
      <span class="quiet">{quiet}</span>
    </>
  )
}

/** What was measured against the limit that was set. */
export function RateBar({ row }: { row: BreakerRow }) {
  const { limits, throughput, failures } = row
  if (limits.consecutiveFailures !== null && limits.failureRatio === null) {
    const share = Math.min(1, row.consecutiveFailures / limits.consecutiveFailures)
    return (
      <Bar
        share={share}
        limit={1}
        tone={toneOf(row)}
        value={`${count(row.consecutiveFailures)} of ${count(limits.consecutiveFailures)}`}
        quiet="failures in a row"
      />
    )
  }
  const rate = failureRate(row)
  return (
    <Bar
      share={rate}
      limit={limits.failureRatio}
      tone={toneOf(row)}
      value={percent(rate)}
      quiet={`${count(failures)} of ${count(throughput)}`}
    />
  )
}

type Tone = 'calm' | 'warm' | 'hot'

function toneOf(row: BreakerRow): Tone {
  if (isAtRisk(row)) return 'warm'
  const { failureRatio } = row.limits
  const isOver = failureRatio !== null && row.throughput > 0 && failureRate(row) >= failureRatio
  return isOver ? 'hot' : 'calm'
}

function Bar({
  share,
  limit,
  tone,
  value,
  quiet,
}: {
  share: number
  limit: number | null
  tone: Tone
  value: string
  quiet: string
}) {
  return (
    <>
      <span class="rate-line">
        <span class="figure">{value}</span>
        <span class="quiet">{quiet}</span>
      </span>
      <span class={`bar ${tone}`} aria-hidden="true">
        <span class="fill" style={{ width: `${String(share * 100)}%` }} />
        {limit !== null && <span class="limit" style={{ left: `${String(limit * 100)}%` }} />}
      </span>
    </>
  )
}

/** The one sentence that says why it is as it is. */
function whyOf(row: BreakerRow): string {
  if (row.state === 'isolated') return row.holds.map(({ reason }) => reason).join(' · ')
  const error = row.lastError === null ? '' : errorText(row.lastError)
  // Of a closed circuit only what it fails with now: an error of yesterday is no news.
  if (row.state === 'closed') return row.failures > 0 ? error : ''
  const reason = row.lastTransition?.reason ?? ''
  return row.state === 'open' && error !== '' ? `${reason} · ${error}` : reason
}

export function errorText({ name, message }: { name: string; message: string }): string {
  return message === '' ? name : `${name}: ${message}`
}

/** What comes next, or how long it has been so. */
function momentOf(row: BreakerRow, now: number): { value: string; quiet: string } {
  if (row.state === 'open') {
    if (row.until === null) return { value: 'no end', quiet: 'until it is reset' }
    const left = row.until - now
    return left > 0
      ? { value: timeLeft(left), quiet: 'until a probe' }
      : { value: 'now', quiet: 'next call is a probe' }
  }
  if (row.state === 'isolated') {
    const ends = row.holds.map(({ until }) => until ?? Infinity)
    const until = Math.max(...ends)
    if (Number.isFinite(until)) return { value: timeLeft(until - now), quiet: 'until released' }
  }
  const { lastTransition } = row
  if (lastTransition === null) return { value: '', quiet: '' }
  return row.state === 'closed'
    ? { value: ago(now - row.since), quiet: 'closed' }
    : { value: duration(now - row.since), quiet: `${stateNames[row.state].toLowerCase()} for` }
}
