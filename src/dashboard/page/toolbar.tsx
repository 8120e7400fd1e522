/** @jsxImportSource preact */
import { useEffect, useRef } from 'preact/hooks'
import { count } from './format.js'
import { Icon } from './icons.js'
import { groupNames, sortNames } from './view.js'
import type { GroupKey, SortKey, View } from './view.js'

export function Toolbar({
  view,
  onView,
  shown,
  all,
}: {
  view: View
  onView: (change: Partial<View>) => void
  shown: number
  all: number
}) {
  const search = useRef<HTMLInputElement>(null)
  useEffect(() => {
    const focusSearch = (event: KeyboardEvent) => {
      if (event.key !== '/' || event.ctrlKey || event.metaKey || event.altKey) return
      if (
        event.target instanceof Element &&
        event.target.closest('input, select, textarea, dialog')
      )
        return
      event.preventDefault()
      search.current?.focus()
      search.current?.select()
    }
    document.addEventListener('keydown', focusSearch)
    return () => {
      document.removeEventListener('keydown', focusSearch)
    }
  }, [])
  const isFiltered = view.query !== '' || view.states.length > 0
  return (
    <div class="toolbar" role="search">
      <label class="search">
        <Icon name="search" />
        <input
          ref={search}
          type="search"
          aria-label="Filter by name, error or reason"
          placeholder="Filter by name, error or reason"
          autocomplete="off"
          spellcheck={false}
          value={view.query}
          onInput={(event) => {
            onView({ query: event.currentTarget.value })
          }}
        />
        <kbd aria-hidden="true">/</kbd>
      </label>
      <label class="choice">
        <span>Sort</span>
        <select
          value={view.sort}
          onChange={(event) => {
            onView({ sort: event.currentTarget.value as SortKey, reversed: false })
          }}
        >
          {Object.entries(sortNames).map(([key, name]) => (
            <option key={key} value={key}>
              {name}
            </option>
          ))}
        </select>
      </label>
      <label class="choice">
        <span>Group</span>
        <select
          value={view.group}
          onChange={(event) => {
            onView({ group: event.currentTarget.value as GroupKey })
          }}
        >
          {Object.entries(groupNames).map(([key, name]) => (
            <option key={key} value={key}>
              {name}
            </option>
          ))}
        </select>
      </label>
      <span class="found" role="status">
        {isFiltered ? `${count(shown)} of ${count(all)}` : `${count(all)} circuits`}
      </span>
      {isFiltered && (
        <button
          type="button"
          class="link"
          onClick={() => {
            onView({ query: '', states: [] })
          }}
        >
          Show all
        </button>
      )}
      <button
        type="button"
        class="button feed-button"
        onClick={() => {
          onView({ feed: true })
        }}
      >
        <Icon name="list" /> Transitions
      </button>
    </div>
  )
}
