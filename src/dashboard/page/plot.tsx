/** @jsxImportSource preact */
import { useEffect, useRef, useState } from 'preact/hooks'
import uPlot from 'uplot'
import { perSecond, timeOfDay } from './format.js'
import type { CircuitState, SeriesRow, SpanRow } from '../wire.js'

const height = 150
/** A plot that has just begun is not stretched over its whole width; seconds. */
const shortest = 60

const lines = [
  { key: 'succeeded', name: 'Succeeding', colour: '--series-succeeded' },
  { key: 'failed', name: 'Failing', colour: '--series-failed' },
  { key: 'rejected', name: 'Rejected', colour: '--series-rejected' },
] as const

const tints: Record<CircuitState, string | undefined> = {
  closed: undefined,
  open: '--open-tint',
  halfOpen: '--half-open-tint',
  isolated: '--isolated-tint',
}

/** Calls a second over time, on the states that the circuit was in. */
export function Plot({ series, spans }: { series: SeriesRow; spans: readonly SpanRow[] }) {
  const place = useRef<HTMLDivElement>(null)
  const plot = useRef<uPlot | undefined>(undefined)
  const latest = useRef(spans)
  latest.current = spans
  const [hovered, setHovered] = useState<number>()

  useEffect(() => {
    const element = place.current
    if (element === null) return
    const draw = () => {
      plot.current?.destroy()
      plot.current = new uPlot(
        optionsOf(element.clientWidth, () => latest.current, setHovered),
        dataOf(series),
        element,
      )
    }
    draw()
    const resized = new ResizeObserver(() => {
      plot.current?.setSize({ width: element.clientWidth, height })
    })
    resized.observe(element)
    // A canvas does not follow the colours of the page by itself.
    const recoloured = new MutationObserver(draw)
    recoloured.observe(document.documentElement, { attributeFilter: ['data-theme'] })
    const scheme = matchMedia('(prefers-color-scheme: dark)')
    scheme.addEventListener('change', draw)
    return () => {
      scheme.removeEventListener('change', draw)
      recoloured.disconnect()
      resized.disconnect()
      plot.current?.destroy()
      plot.current = undefined
    }
    // The data come in by the effect below.
  }, [])

  useEffect(() => {
    plot.current?.setData(dataOf(series))
  }, [series])

  const index = hovered !== undefined && hovered < series.at.length ? hovered : series.at.length - 1
  const at = series.at[index]
  return (
    <figure class="plot">
      <div
        ref={place}
        class="canvas"
        role="img"
        aria-label={`Calls a second over the last ${minutesOf(series)} minutes`}
      />
      <figcaption>
        {lines.map(({ key, name }) => (
          <span key={key} class={`key ${key}`}>
            <span class="swatch" aria-hidden="true" />
            {name} <b>{perSecond(series[key][index] ?? 0)}/s</b>
          </span>
        ))}
        <span class="quiet at">
          {hovered === undefined || at === undefined ? 'now' : timeOfDay(at)}
        </span>
      </figcaption>
    </figure>
  )
}

function minutesOf({ at }: SeriesRow): string {
  return String(Math.max(1, Math.round(((at.at(-1) ?? 0) - (at[0] ?? 0)) / 60_000)))
}

function dataOf({ at, succeeded, failed, rejected }: SeriesRow): uPlot.AlignedData {
  return [at.map((ms) => ms / 1000), [...succeeded], [...failed], [...rejected]]
}

function optionsOf(
  width: number,
  spans: () => readonly SpanRow[],
  onHover: (index: number | undefined) => void,
): uPlot.Options {
  const style = getComputedStyle(document.documentElement)
  const colour = (name: string) => style.getPropertyValue(name).trim()
  const axis = {
    stroke: colour('--muted'),
    grid: { stroke: colour('--line'), width: 1 },
    ticks: { show: false },
    font: `11px ${style.fontFamily}`,
  }
  return {
    width,
    height,
    padding: [8, 8, 0, 0],
    legend: { show: false },
    cursor: { y: false, points: { size: 7 }, drag: { x: false, y: false } },
    scales: {
      x: { range: (_, min, max) => [Math.min(min, max - shortest), max] },
      y: { range: (_, __, max) => [0, Math.max(1, max * 1.1)] },
    },
    axes: [
      {
        ...axis,
        size: 26,
        space: 70,
        // Seconds where minutes would repeat themselves.
        values: (_, moments, __, ___, increment) =>
          moments.map((s) => timeOfDay(s * 1000).slice(0, increment < 60 ? 8 : 5)),
      },
      { ...axis, size: 40, values: (_, rates) => rates.map(perSecond) },
    ],
    series: [
      {},
      ...lines.map(({ name, colour: variable }, i) => ({
        label: name,
        stroke: colour(variable),
        width: i === 0 ? 1.5 : 2,
        points: { show: false },
        ...(i === 0 ? { fill: colour('--series-succeeded-fill') } : {}),
      })),
    ],
    hooks: {
      drawClear: [
        (plot) => {
          drawStates(plot, spans(), colour)
        },
      ],
      setCursor: [
        (plot) => {
          onHover(plot.cursor.idx ?? undefined)
        },
      ],
    },
  }
}

/** The states as bands behind the lines. */
function drawStates(
  plot: uPlot,
  spans: readonly SpanRow[],
  colour: (name: string) => string,
): void {
  const { ctx, bbox } = plot
  const right = bbox.left + bbox.width
  ctx.save()
  for (const { state, from, to } of spans) {
    const tint = tints[state]
    if (tint === undefined) continue
    const x = Math.max(bbox.left, plot.valToPos(from / 1000, 'x', true))
    const end = Math.min(right, plot.valToPos(to / 1000, 'x', true))
    if (!(end > x)) continue
    ctx.fillStyle = colour(tint)
    ctx.fillRect(x, bbox.top, end - x, bbox.height)
  }
  ctx.restore()
}
