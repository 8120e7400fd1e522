import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { parser } from '@prometheus-io/lezer-promql'
import { instrument } from 'recloser/prometheus'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { fail, openCircuit, succeed } from '../support/breakers.js'
import { labelsIn, startTarget } from './scrape.js'
import type { Target } from './scrape.js'

const folder = resolve(import.meta.dirname, '../../docs/prometheus')
const read = (file: string) => readFileSync(resolve(folder, file), 'utf8')

interface Panel {
  readonly id: number
  readonly title: string
  readonly gridPos: {
    readonly x: number
    readonly y: number
    readonly w: number
    readonly h: number
  }
  readonly targets: readonly { readonly expr: string }[]
}

interface Rule {
  readonly alert: string
  readonly expr: string
  readonly annotations: Readonly<Record<string, string>>
}

const dashboard = JSON.parse(read('grafana-dashboard.json')) as {
  readonly panels: readonly Panel[]
  readonly templating: { readonly list: readonly { readonly definition?: string }[] }
}
const rules = (parse(read('alerts.yml')) as { groups: { rules: Rule[] }[] }).groups.flatMap(
  ({ rules }) => rules,
)
const queries: [string, string][] = [
  ...dashboard.panels.flatMap(({ title, targets }) =>
    targets.map(({ expr }): [string, string] => [`panel «${title}»: ${expr}`, expr]),
  ),
  ...rules.map(({ alert, expr }): [string, string] => [`alert ${alert}`, expr]),
]

/** What a scrape of a breaker that has seen everything knows: the labels, and their values. */
const exposed = new Map<string, Map<string, Set<string>>>()
let target: Target

beforeAll(async () => {
  target = await startTarget()
  const { breaker } = await openCircuit()
  instrument(breaker, { register: target.register })
  breaker.tryAcquire()
  breaker.forceHalfOpen()
  await succeed(breaker)
  const late = breaker.tryAcquire()
  breaker.tryAcquire()?.ignore()
  await fail(breaker, 10)
  late?.fail()
  breaker.forceHalfOpen()
  breaker.tryAcquire()?.ignore()
  await fail(breaker)
  breaker.forceHalfOpen()
  const overtaken = breaker.tryAcquire()
  breaker.trip('test')
  overtaken?.fail()

  for (const line of (await target.scrape()).split('\n')) {
    const [, name = '', labels = ''] = /^(\w+)\{(.*)\} \S+$/.exec(line) ?? []
    if (name === '') continue
    const known = exposed.get(name) ?? new Map<string, Set<string>>()
    exposed.set(name, known)
    for (const [label, value] of labelsIn(labels))
      known.set(label, (known.get(label) ?? new Set()).add(value))
  }
})
afterAll(() => target.close())

describe('the queries of the dashboard and the alerts', () => {
  it.each(queries)('%s: is PromQL', (_, query) => {
    expect(mistakesIn(plain(query))).toEqual([])
  })

  it.each(queries)('%s: asks for what a scrape has', (_, query) => {
    const selectors = [...query.matchAll(/\b(recloser_\w+)(?:\{(.*?)\})?/g)]
    expect(selectors.length).toBeGreaterThan(0)
    for (const [, metric = '', matchers = ''] of selectors) {
      const labels = exposed.get(metric)
      expect(labels, metric).toBeDefined()
      for (const [, label = '', value = ''] of matchers.matchAll(/(\w+)=~?"(.*?)"/g)) {
        expect(labels?.has(label), `${metric} has no label ${label}`).toBe(true)
        if (label === 'breaker') continue
        for (const each of value.split('|')) expect(labels?.get(label)).toContain(each)
      }
    }
  })

  it.each(queries)('%s: groups by labels that its metrics have', (_, query) => {
    for (const [, list = ''] of query.matchAll(/\bby \((.*?)\)/g)) {
      const metrics = [...query.matchAll(/\brecloser_\w+/g)].map(([metric]) => metric)
      for (const label of list.split(/, */)) {
        const has = metrics.some((metric) => exposed.get(metric)?.has(label))
        expect(has, `${label} of ${metrics.join(', ')}`).toBe(true)
      }
    }
  })
})

describe('the dashboard', () => {
  it('has panels with numbers of their own that do not lie upon each other', () => {
    const { panels } = dashboard
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length)
    const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from(
        { length: w * h },
        (_, i) => `${String(x + (i % w))},${String(y + Math.floor(i / w))}`,
      ),
    )
    expect(new Set(cells).size).toBe(cells.length)
    expect(Math.max(...panels.map(({ gridPos: { x, w } }) => x + w))).toBe(24)
  })

  it('shows every metric there is', () => {
    const asked = JSON.stringify(dashboard)
    for (const metric of exposed.keys()) {
      // Failure rate and slow rate are made of it: a figure for alerts.
      if (metric === 'recloser_throughput') continue
      expect(asked).toContain(metric.replace(/_(bucket|sum|count)$/, ''))
    }
  })

  it('is filled in by any data source: none is named', () => {
    for (const [uid] of JSON.stringify(dashboard).matchAll(/"uid":"[^"]*"/g))
      expect(uid).toMatch(/"uid":"(recloser|\$\{datasource\})"/)
  })
})

it('the guide lists every metric there is', () => {
  const guide = readFileSync(resolve(folder, '../prometheus.md'), 'utf8')
  for (const metric of exposed.keys())
    expect(guide).toContain(`\`${metric.replace(/_(bucket|sum|count)$/, '')}\``)
})

describe('the alerts', () => {
  it('each say what happened to which breaker, and what it means', () => {
    for (const { alert, annotations } of rules) {
      expect(annotations.description, alert).toMatch(/\.$/)
      if (alert !== 'BreakersWithoutSeries')
        expect(annotations.summary, alert).toContain('{{ $labels.breaker }}')
    }
  })
})

/** A query without what Grafana fills in. */
function plain(query: string): string {
  return query.replaceAll(/\$__(rate_interval|range)/g, '5m')
}

function mistakesIn(query: string): string[] {
  const mistakes: string[] = []
  parser.parse(query).iterate({
    enter: ({ type, from, to }) => {
      if (type.isError) mistakes.push(`${String(from)}: ${query.slice(from, to + 10)}`)
    },
  })
  return mistakes
}
