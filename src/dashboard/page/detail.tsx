/** @jsxImportSource preact */
import { useEffect, useRef, useState } from 'preact/hooks'
import { ActionButtons } from './actions.js'
import { CircuitChart } from './circuit-chart.js'
import { count, dateAndTime, duration, perSecond, percent, timeLeft } from './format.js'
import { TransitionList } from './feed.js'
import { Icon } from './icons.js'
import { Plot } from './plot.js'
import { RateBar, StatePill, errorText } from './row.js'
import type { BreakerDetail, BreakerRow, HoldRow } from '../wire.js'
import type { Intent } from './actions.js'
import type { Session } from './session.js'

/** What is not in the event stream is asked for so often, ms, while it is looked at. */
const askEvery = 2000

/** Everything about one circuit. */
export function Detail({
  row,
  name,
  now,
  control,
  session,
  onIntent,
  onClose,
}: {
  row: BreakerRow | undefined
  name: string
  now: number
  control: boolean
  session: Session
  onIntent: (intent: Intent) => void
  onClose: () => void
}) {
  const title = useRef<HTMLHeadingElement>(null)
  useEffect(() => {
    title.current?.focus({ preventScroll: true })
  }, [name])
  const detail = useDetail(session, name, row)
  return (
    <section
      class="panel detail"
      aria-labelledby="detail-title"
      onKeyDown={(event) => {
        if (event.key === 'Escape') onClose()
      }}
    >
      <div class="panel-head">
        <button type="button" class="icon-button only-narrow" aria-label="Back" onClick={onClose}>
          <Icon name="back" />
        </button>
        <h2 id="detail-title" ref={title} tabIndex={-1}>
          <bdi>{name}</bdi>
        </h2>
        {row !== undefined && <StatePill state={row.state} />}
        <button type="button" class="icon-button not-narrow" aria-label="Close" onClick={onClose}>
          <Icon name="close" />
        </button>
      </div>
      <div class="panel-body">
        {row === undefined ? (
          <p class="empty">There is no circuit of that name now.</p>
        ) : (
          <>
            <Verdict row={row} now={now} />
            {control && <ActionButtons row={row} onIntent={onIntent} />}
            <Holds row={row} now={now} control={control} onIntent={onIntent} />
            <CircuitChart state={row.state} last={row.lastTransition} />
            <h3>Calls a second</h3>
            {detail !== undefined && detail.series.at.length > 1 ? (
              <Plot series={detail.series} spans={detail.spans} />
            ) : (
              <p class="empty plot-empty">The first points come in a few seconds.</p>
            )}
            <Window row={row} />
            <Errors row={row} detail={detail} />
            <h3>Transitions</h3>
            <TransitionList transitions={detail?.transitions ?? []} />
            <Totals row={row} />
          </>
        )}
      </div>
    </section>
  )
}

function useDetail(
  session: Session,
  name: string,
  row: BreakerRow | undefined,
): BreakerDetail | undefined {
  const [detail, setDetail] = useState<BreakerDetail>()
  const since = row?.lastTransition?.at
  useEffect(() => {
    const abort = new AbortController()
    const ask = () => {
      session.detail(name, abort.signal).then(setDetail, () => {
        // The line says so, or the breaker is no more: the list says so.
      })
    }
    ask()
    const timer = setInterval(ask, askEvery)
    return () => {
      clearInterval(timer)
      abort.abort()
    }
    // A transition is worth an answer at once.
  }, [session, name, since])
  return detail?.name === name ? detail : undefined
}

/** Why it is as it is, and until when. */
function Verdict({ row, now }: { row: BreakerRow; now: number }) {
  const { state, since, until, lastTransition } = row
  const inState = duration(now - since)
  return (
    <div class={`verdict ${state}`}>
      {state === 'open' && <Countdown since={since} until={until} now={now} />}
      {state === 'halfOpen' && <p class="big">Waiting for a probe to decide</p>}
      {state === 'isolated' && <p class="big">Calls are rejected by hand</p>}
      {state === 'closed' && <p class="big">Calls pass</p>}
      {lastTransition === null ? (
        <p>It has never been broken.</p>
      ) : (
        <p>
          <bdi>{capitalised(lastTransition.reason)}</bdi>
          <span class="quiet" title={dateAndTime(since)}>
            {' '}
            · for {inState}
            {row.consecutiveBreaks > 1 && state !== 'closed'
              ? ` · ${count(row.consecutiveBreaks)} breaks in a row`
              : ''}
          </span>
        </p>
      )}
    </div>
  )
}

function Countdown({ since, until, now }: { since: number; until: number | null; now: number }) {
  if (until === null) return <p class="big">Open until somebody resets it</p>
  const left = until - now
  if (left <= 0) return <p class="big">The next call is a probe</p>
  const share = Math.min(1, left / Math.max(1, until - since))
  return (
    <>
      <p class="big">
        Next probe in <span class="countdown">{timeLeft(left)}</span>
      </p>
      <span class="progress" aria-hidden="true">
        <span class="fill" style={{ width: `${String(share * 100)}%` }} />
      </span>
    </>
  )
}

function Holds({
  row,
  now,
  control,
  onIntent,
}: {
  row: BreakerRow
  now: number
  control: boolean
  onIntent: (intent: Intent) => void
}) {
  if (row.holds.length === 0) return null
  return (
    <>
      <h3>Holds</h3>
      <ul class="holds">
        {row.holds.map((hold) => (
          <li key={hold.id}>
            <div>
              <bdi>{hold.reason}</bdi>
              <span class="quiet">{holdTimes(hold, now)}</span>
            </div>
            {control && (
              <button
                type="button"
                class="button"
                aria-label={`Release the hold: ${hold.reason}`}
                onClick={() => {
                  onIntent({ kind: 'release', breaker: row.name, hold })
                }}
              >
                Release
              </button>
            )}
          </li>
        ))}
      </ul>
    </>
  )
}

function holdTimes({ since, until }: HoldRow, now: number): string {
  const began = `since ${dateAndTime(since)}`
  return until === null ? `${began}, no end` : `${began}, ends in ${timeLeft(until - now)}`
}

function Window({ row }: { row: BreakerRow }) {
  const { limits, throughput, perSecond: rates } = row
  return (
    <>
      <h3>Measured against the limit</h3>
      <div class="figures">
        <div class="wide">
          <RateBar row={row} />
          <span class="quiet">{limitText(row)}</span>
        </div>
        <Fact name="Calls" value={`${perSecond(rates.succeeded + rates.failed)}/s`} />
        <Fact name="Rejected" value={`${perSecond(rates.rejected)}/s`} />
        <Fact name="Counted" value={count(throughput)} />
        <Fact
          name="Slow"
          value={limits.slowRatio === null ? '–' : percent(share(row.slow, throughput))}
        />
      </div>
    </>
  )
}

function Totals({ row: { totals } }: { row: BreakerRow }) {
  return (
    <>
      <h3>Since it was made</h3>
      <div class="figures totals">
        <Fact name="Succeeded" value={count(totals.succeeded)} />
        <Fact name="Failed" value={count(totals.failed)} />
        <Fact name="Rejected" value={count(totals.rejected)} />
        <Fact name="Ignored" value={count(totals.ignored)} />
        <Fact name="Stale" value={count(totals.stale)} />
      </div>
    </>
  )
}

function Fact({ name, value }: { name: string; value: string }) {
  return (
    <dl class="fact">
      <dt>{name}</dt>
      <dd>{value}</dd>
    </dl>
  )
}

function limitText({ limits, throughput }: BreakerRow): string {
  const { failureRatio, slowRatio, minimumThroughput } = limits
  const parts: string[] = []
  if (failureRatio !== null) parts.push(`limit ${percent(failureRatio)}`)
  if (slowRatio !== null) parts.push(`slow calls ${percent(slowRatio)}`)
  if (failureRatio !== null || slowRatio !== null) {
    parts.push(
      throughput < minimumThroughput
        ? `decides nothing below ${count(minimumThroughput)} calls`
        : `from ${count(minimumThroughput)} calls on`,
    )
  }
  return parts.join(' · ')
}

function Errors({ row, detail }: { row: BreakerRow; detail: BreakerDetail | undefined }) {
  const errors = detail?.errors ?? []
  const most = Math.max(1, ...errors.map((error) => error.count))
  if (errors.length === 0 && row.lastError === null) return null
  return (
    <>
      <h3>Errors</h3>
      {errors.length > 0 && (
        <ul class="errors">
          {errors.slice(0, 12).map((error) => (
            <li key={error.name}>
              <bdi>{error.name}</bdi>
              <span class="bar" aria-hidden="true">
                <span class="fill" style={{ width: `${String((error.count / most) * 100)}%` }} />
              </span>
              <b>{count(error.count)}</b>
            </li>
          ))}
        </ul>
      )}
      {row.lastError !== null && (
        <p class="last-error">
          <span class="quiet">Last</span> <bdi>{errorText(row.lastError)}</bdi>
        </p>
      )}
    </>
  )
}

function share(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole
}

function capitalised(sentence: string): string {
  return sentence.charAt(0).toUpperCase() + sentence.slice(1)
}
