/** @jsxImportSource preact */
import { useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks'
import { count, stateNames } from './format.js'
import { useSize } from './hooks.js'
import { RowCells } from './row.js'
import type { BreakerRow, CircuitState } from '../wire.js'
import type { GroupKey, Item, SortKey, View } from './view.js'

const columns: readonly { readonly sort: SortKey; readonly name: string; readonly cell: string }[] =
  [
    { sort: 'urgency', name: 'State', cell: 'cell-state' },
    { sort: 'name', name: 'Circuit', cell: 'cell-name' },
    { sort: 'failureRate', name: 'Failure rate', cell: 'cell-rate' },
    { sort: 'calls', name: 'Calls', cell: 'cell-calls' },
    { sort: 'rejected', name: 'Rejected', cell: 'cell-rejected' },
    { sort: 'changed', name: 'Time', cell: 'cell-since' },
  ]

/** Below this width a row takes two lines; CSS knows it as well. */
const narrow = 560
const headHeight = 34
const groupHeight = 36
/** Lines drawn beyond what can be seen. */
const margin = 6

/**
 * The list. Only the lines in sight are in the document, so that ten thousand cost what thirty do;
 * a screen reader learns the whole size from `aria-rowcount`.
 */
export function List({
  items,
  rows,
  now,
  view,
  onView,
}: {
  items: readonly Item[]
  rows: ReadonlyMap<string, BreakerRow>
  now: number
  view: View
  onView: (change: Partial<View>) => void
}) {
  const [size, setSize] = useState({ width: 0, height: 0 })
  const [top, setTop] = useState(0)
  const [cursor, setCursor] = useState<string>()
  const focusCursor = useRef(false)
  const scroller = useSize<HTMLDivElement>((width, height) => {
    setSize({ width, height })
  })
  const isNarrow = size.width > 0 && size.width < narrow
  const rowHeight = isNarrow ? 92 : 56
  const { offsets, height } = useMemo(() => layout(items, rowHeight), [items, rowHeight])

  const first = Math.max(0, indexAt(offsets, top) - margin)
  const last = Math.min(items.length, indexAt(offsets, top + size.height) + margin + 1)
  const names = useMemo(
    () => items.map((item) => (item.type === 'row' ? item.row.name : undefined)),
    [items],
  )
  // The line that Tab leads to: where the cursor is, else the selected one, else the first.
  const stop = [cursor, view.selected].find((name) => name !== undefined && names.includes(name))
  const tabStop = stop ?? names.find((name) => name !== undefined)
  const stopIndex = tabStop === undefined ? -1 : names.indexOf(tabStop)
  const drawn = Array.from({ length: Math.max(0, last - first) }, (_, i) => first + i)
  // The tab stop stays, also out of sight: else scrolling would take the focus away.
  if (stopIndex >= 0 && (stopIndex < first || stopIndex >= last)) drawn.push(stopIndex)

  const reveal = (index: number) => {
    const element = scroller.current
    const offset = offsets[index]
    if (element === null || offset === undefined) return
    if (offset < element.scrollTop) element.scrollTop = offset
    const bottom = offset + rowHeight + (isNarrow ? 0 : headHeight)
    if (bottom > element.scrollTop + element.clientHeight)
      element.scrollTop = bottom - element.clientHeight
    setTop(element.scrollTop)
  }
  const moveCursor = (from: number, by: number) => {
    const direction = by < 0 ? -1 : 1
    let index = Math.min(Math.max(from + by, 0), items.length - 1)
    while (index >= 0 && index < items.length && names[index] === undefined) index += direction
    const name = names[index]
    if (name === undefined) return
    reveal(index)
    focusCursor.current = true
    setCursor(name)
  }
  const page = Math.max(1, Math.floor(size.height / rowHeight) - 1)
  const onKeyDown = (event: KeyboardEvent) => {
    if (tabStop === undefined || event.ctrlKey || event.metaKey || event.altKey) return
    if (event.target instanceof Element && event.target.closest('button') !== null) return
    const moves: Record<string, number> = {
      ArrowDown: 1,
      ArrowUp: -1,
      PageDown: page,
      PageUp: -page,
      Home: -items.length,
      End: items.length,
    }
    const by = moves[event.key]
    if (by !== undefined) moveCursor(stopIndex, by)
    else if (event.key === 'Enter' || event.key === ' ') onView({ selected: tabStop })
    else return
    event.preventDefault()
  }
  useLayoutEffect(() => {
    if (!focusCursor.current) return
    focusCursor.current = false
    scroller.current?.querySelector<HTMLElement>('[role=row][tabindex="0"]')?.focus()
  })

  return (
    <div class="list" role="grid" aria-label="Circuits" aria-rowcount={items.length + 1}>
      <div
        class="scroller"
        role="presentation"
        ref={scroller}
        onScroll={(event) => {
          setTop(event.currentTarget.scrollTop)
        }}
        onKeyDown={onKeyDown}
      >
        <div class="head row" role="row" aria-rowindex={1}>
          {columns.map(({ sort, name, cell }) => (
            <div
              key={sort}
              role="columnheader"
              class={cell}
              aria-sort={view.sort !== sort ? 'none' : view.reversed ? 'ascending' : 'descending'}
            >
              <button
                type="button"
                onClick={() => {
                  onView({ sort, reversed: view.sort === sort && !view.reversed })
                }}
              >
                {name}
                <span class="sort-mark" aria-hidden="true">
                  {view.sort !== sort ? '' : view.reversed ? '↑' : '↓'}
                </span>
              </button>
            </div>
          ))}
        </div>
        <div class="lines" role="presentation" style={{ height: `${String(height)}px` }}>
          {drawn.map((index) => {
            const item = items[index]
            if (item === undefined) return null
            const place = { transform: `translateY(${String(offsets[index] ?? 0)}px)` }
            if (item.type === 'group') {
              return (
                <div
                  key={`group ${item.name}`}
                  class="group"
                  role="row"
                  aria-rowindex={index + 2}
                  style={place}
                >
                  <GroupLine item={item} group={view.group} />
                </div>
              )
            }
            // Where it stands is a second old at most, what it says is not.
            const row = rows.get(item.row.name) ?? item.row
            return (
              <div
                key={row.name}
                class={`row ${row.state}`}
                role="row"
                aria-rowindex={index + 2}
                aria-selected={row.name === view.selected}
                tabIndex={row.name === tabStop ? 0 : -1}
                style={{ ...place, height: `${String(rowHeight)}px` }}
                onClick={() => {
                  setCursor(row.name)
                  onView({ selected: row.name })
                }}
                onFocus={() => {
                  setCursor(row.name)
                }}
              >
                <RowCells row={row} now={now} />
              </div>
            )
          })}
        </div>
        {items.length === 0 && (
          <p class="empty">
            {rows.size === 0
              ? 'There are no circuits yet. They appear with their first call.'
              : 'No circuit fits the filter.'}
          </p>
        )}
      </div>
    </div>
  )
}

function GroupLine({ item, group }: { item: Item & { type: 'group' }; group: GroupKey }) {
  const name = group === 'state' ? stateNames[item.name as CircuitState] : item.name
  return (
    <div role="gridcell" class="group-cell">
      <bdi class="name">{name}</bdi>
      <span class="quiet">{count(item.size)}</span>
      {group !== 'state' && item.bad > 0 && (
        <span class="bad">{`${count(item.bad)} not closed`}</span>
      )}
    </div>
  )
}

function layout(items: readonly Item[], rowHeight: number): { offsets: number[]; height: number } {
  let height = 0
  const offsets = items.map((item) => {
    const offset = height
    height += item.type === 'group' ? groupHeight : rowHeight
    return offset
  })
  return { offsets, height }
}

/** The last line that begins at or above `y`. */
function indexAt(offsets: readonly number[], y: number): number {
  let low = 0
  let high = offsets.length - 1
  while (low < high) {
    const middle = Math.ceil((low + high) / 2)
    if ((offsets[middle] ?? 0) <= y) low = middle
    else high = middle - 1
  }
  return low
}
