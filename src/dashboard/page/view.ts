import type { BreakerRow, CircuitState } from '../wire.js'

export type SortKey = 'urgency' | 'name' | 'failureRate' | 'calls' | 'rejected' | 'changed'
export type GroupKey = 'none' | 'state' | 'prefix'

/** What of the list is shown, and how. */
export interface View {
  readonly query: string
  /** None stands for all. */
  readonly states: readonly CircuitState[]
  readonly sort: SortKey
  readonly reversed: boolean
  readonly group: GroupKey
  /** Name of the breaker that is looked at. */
  readonly selected: string | undefined
  /** Whether the feed is looked at, where there is no room beside the list. */
  readonly feed: boolean
}

/** A line of the list. */
export type Item =
  | { readonly type: 'row'; readonly row: BreakerRow }
  | { readonly type: 'group'; readonly name: string; readonly size: number; readonly bad: number }

export const stateOrder = ['open', 'halfOpen', 'isolated', 'closed'] as const

export const sortNames: Record<SortKey, string> = {
  urgency: 'Urgency',
  name: 'Name',
  failureRate: 'Failure rate',
  calls: 'Calls',
  rejected: 'Rejected',
  changed: 'Last change',
}

export const groupNames: Record<GroupKey, string> = {
  none: 'No groups',
  state: 'By state',
  prefix: 'By prefix',
}

const initialView: View = {
  query: '',
  states: [],
  sort: 'urgency',
  reversed: false,
  group: 'none',
  selected: undefined,
  feed: false,
}

export function failureRate({ throughput, failures }: BreakerRow): number {
  return throughput === 0 ? 0 : failures / throughput
}

/** Closed, but more than half of the way to its limit. */
export function isAtRisk(row: BreakerRow): boolean {
  const { failureRatio, minimumThroughput, consecutiveFailures } = row.limits
  if (row.state !== 'closed') return false
  if (consecutiveFailures !== null) return row.consecutiveFailures * 2 >= consecutiveFailures
  return (
    failureRatio !== null &&
    row.throughput >= minimumThroughput &&
    failureRate(row) * 2 >= failureRatio
  )
}

/** The rows of the view, in order. */
export function rowsOf(rows: Iterable<BreakerRow>, view: View): BreakerRow[] {
  const words = view.query.toLowerCase().split(/\s+/).filter(Boolean)
  const found = [...rows].filter(
    (row) =>
      (view.states.length === 0 || view.states.includes(row.state)) &&
      (words.length === 0 || matches(row, words)),
  )
  const sign = view.reversed ? -1 : 1
  if (view.sort === 'name') return byName(found, sign)
  // Those that are equal stay by name.
  const order = orders[view.sort]
  return byName(found).sort((one, other) => sign * order(one, other))
}

/** The same rows with a line before each group. */
export function itemsOf(rows: readonly BreakerRow[], group: GroupKey): Item[] {
  if (group === 'none') return rows.map((row) => ({ type: 'row', row }))
  const groups = new Map<string, BreakerRow[]>()
  for (const row of rows) {
    const name = group === 'state' ? row.state : prefixOf(row.name)
    const members = groups.get(name)
    if (members === undefined) groups.set(name, [row])
    else members.push(row)
  }
  const names = [...groups.keys()].sort(group === 'state' ? byUrgencyOfState : compareText)
  return names.flatMap((name): Item[] => {
    const members = groups.get(name) ?? []
    const bad = members.filter(({ state }) => state !== 'closed').length
    return [
      { type: 'group', name, size: members.length, bad },
      ...members.map((row): Item => ({ type: 'row', row })),
    ]
  })
}

/** «orders» of «orders/read», «payments» of «payments-api». */
function prefixOf(name: string): string {
  return /^(.+?)[/.:]/.exec(name)?.[1] ?? /^(.+?)[-_]/.exec(name)?.[1] ?? name
}

function matches(row: BreakerRow, words: readonly string[]): boolean {
  const text = [
    row.name,
    row.lastError?.name ?? '',
    row.lastError?.message ?? '',
    ...row.holds.map(({ reason }) => reason),
  ]
    .join(' ')
    .toLowerCase()
  return words.every((word) => text.includes(word))
}

type Order = (one: BreakerRow, other: BreakerRow) => number

/** `worker-2` before `worker-10`. */
function byName(rows: readonly BreakerRow[], sign = 1): BreakerRow[] {
  return rows
    .map((row) => ({ row, key: row.name.replace(/\d+/g, (digits) => digits.padStart(12, '0')) }))
    .sort((one, other) => sign * compareText(one.key, other.key))
    .map(({ row }) => row)
}

/** Plain comparison: a collator takes ten times as long, and names are identifiers. */
function compareText(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0
}

const urgencyOf = (row: BreakerRow) =>
  row.state === 'closed' && !isAtRisk(row) ? stateOrder.length : stateOrder.indexOf(row.state)

const orders: Record<Exclude<SortKey, 'name'>, Order> = {
  urgency: (one, other) => urgencyOf(one) - urgencyOf(other),
  failureRate: (one, other) => failureRate(other) - failureRate(one),
  calls: (one, other) => callsOf(other) - callsOf(one),
  rejected: (one, other) =>
    other.perSecond.rejected - one.perSecond.rejected ||
    other.totals.rejected - one.totals.rejected,
  changed: (one, other) => other.since - one.since,
}

function callsOf({ perSecond }: BreakerRow): number {
  return perSecond.succeeded + perSecond.failed
}

function byUrgencyOfState(one: string, other: string): number {
  const order: readonly string[] = stateOrder
  return order.indexOf(one) - order.indexOf(other)
}

/** The view that an address asks for: it can be sent to somebody, and survives a reload. */
export function viewOf(hash: string): View {
  const params = new URLSearchParams(hash.replace(/^#/, ''))
  const sort = params.get('sort')
  const group = params.get('group')
  return {
    query: params.get('q') ?? initialView.query,
    states: stateOrder.filter((state) => params.getAll('state').includes(state)),
    sort: isKeyOf(sortNames, sort) ? sort : initialView.sort,
    reversed: params.has('reversed'),
    group: isKeyOf(groupNames, group) ? group : initialView.group,
    selected: params.get('breaker') ?? undefined,
    feed: params.has('feed'),
  }
}

export function hashOf(view: View): string {
  const params = new URLSearchParams()
  if (view.query !== '') params.set('q', view.query)
  for (const state of view.states) params.append('state', state)
  if (view.sort !== initialView.sort) params.set('sort', view.sort)
  if (view.reversed) params.set('reversed', '')
  if (view.group !== initialView.group) params.set('group', view.group)
  if (view.selected !== undefined) params.set('breaker', view.selected)
  if (view.feed) params.set('feed', '')
  return `#${params.toString()}`
}

function isKeyOf<K extends string>(names: Record<K, string>, key: string | null): key is K {
  return key !== null && Object.hasOwn(names, key)
}
