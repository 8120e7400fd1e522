import { dirname, join } from 'node:path'
import * as recloser from 'recloser'
import { createDashboard } from 'recloser/dashboard'
import { breakerMachine } from 'recloser/machines'
import { instrument as measure } from 'recloser/opentelemetry'
import { instrument as expose } from 'recloser/prometheus'
import { describe, expect, it } from 'vitest'
import { linksOf, read } from './markdown.js'
import { firstCells, knownOptions } from './tables.js'

const { createBreaker, createRegistry } = recloser
const registry = createRegistry()

describe('the README', () => {
  it('lists every subpath of the package', () => {
    const { exports } = JSON.parse(read('package.json')) as { exports: Record<string, unknown> }
    const subpaths = Object.keys(exports)
      .filter((subpath) => subpath !== './package.json')
      .map((subpath) => subpath.replace(/^\./, 'recloser'))
    expect(firstCells('README.md', 'import').sort()).toEqual(subpaths.sort())
  })
})

describe('the guide', () => {
  it.each([
    ['a breaker', 'docs/breaker.md', 0, () => createBreaker('x', { none: 1 } as never)],
    [
      'the half-open state',
      'docs/breaker.md',
      1,
      () => createBreaker('x', { halfOpen: { none: 1 } as never }),
    ],
    ['a registry', 'docs/registry.md', 0, () => createRegistry({ none: 1 } as never)],
    [
      'a count window',
      'docs/trip-policies.md',
      0,
      () => recloser.countWindow({ none: 1 } as never),
    ],
    ['a dashboard', 'docs/dashboard.md', 0, () => createDashboard(registry, { none: 1 } as never)],
    ['OpenTelemetry', 'docs/opentelemetry.md', 0, () => measure(registry, { none: 1 } as never)],
    ['Prometheus', 'docs/prometheus.md', 0, () => expose(registry, { none: 1 } as never)],
  ])('lists every option of %s', (_, document, table, mistake) => {
    expect(firstCells(document, 'option', table).sort()).toEqual(knownOptions(mistake).sort())
  })

  it.each([
    ['failureRatio', 0.5],
    ['minimumThroughput', 10],
  ])('names the default of %s', (option, value) => {
    const { limits } = createBreaker('x').stats()
    expect(limits).toMatchObject({ [option]: value })
    expect(read('docs/breaker.md')).toMatch(
      new RegExp(`^\\| \`${option}\` .*\\| ${String(value)} +\\|`, 'm'),
    )
  })
})

describe('the page on errors', () => {
  const rejected = { breaker: 'x', state: 'open', retryAfter: 0 } as const
  const errors = [
    new recloser.BrokenCircuitError(rejected),
    new recloser.IsolatedCircuitError(rejected, ['maintenance']),
    new recloser.DisposedBreakerError('x'),
    new recloser.ProbeTimeoutError(1000),
  ]

  it.each(errors)('has a row for $name, with its code', ({ name, code }) => {
    expect(read('docs/errors.md')).toMatch(new RegExp(`^\\| \`${name}\` +\\| \`${code}\``, 'm'))
  })

  it('leaves out no class', () => {
    const classes = Object.keys(recloser).filter((name) => name.endsWith('Error'))
    expect(errors.map(({ name }) => name).sort()).toEqual(classes.sort())
  })
})

describe('the page on the dashboard', () => {
  it('lists every refusal, with its status', () => {
    const source = read('src/dashboard/answers.ts')
    const codes = /statusOf[^{]*\{([^}]*)\}/.exec(source)?.[1] ?? ''
    const statuses = [...codes.matchAll(/'?([a-z-]+)'?: (\d+)/g)].map(([, code, status]) => [
      code,
      status,
    ])
    expect(statuses.length).toBeGreaterThan(5)
    const rows = [...read('docs/dashboard.md').matchAll(/^\| `([a-z-]+)` +\| (\d{3}) /gm)]
    expect(rows.map(([, code, status]) => [code, status]).sort()).toEqual(statuses.sort())
  })
})

describe('the page on streams', () => {
  it('lists every stream of a breaker', () => {
    const breaker = Object.getPrototypeOf(createBreaker('x')) as object
    const streams = Object.getOwnPropertyNames(breaker).filter((name) => name.endsWith('$'))
    const listed = firstCells('docs/streams.md', 'stream').map((cell) =>
      cell.replace('(every)', ''),
    )
    expect(listed.sort()).toEqual(streams.sort())
  })
})

describe('the page on actor systems', () => {
  it.each(breakerMachine.events.filter((event) => !event.startsWith('xstate.')))(
    'names the event %s',
    (event) => {
      expect(read('docs/own-actor-system.md')).toMatch(new RegExp(`\`${event}\`|type: '${event}'`))
    },
  )
})

describe('the tour of the source', () => {
  const paragraphs = read('docs/how-it-works.md')
    .split(/\n\n+/)
    .filter((text) => text.includes('](../') && !text.startsWith('|'))
    .map((text) => [text.slice(0, 30), text] as const)

  it.each(paragraphs)('finds what it names in the files that it names: %s…', (_, text) => {
    const names = [...text.matchAll(/`([^`]+)`/g)].map(([, name]) => String(name))
    const sources = [...text.matchAll(/\]\(\.\.\/([^)]+)\)/g)].map(([, path]) => read(String(path)))
    expect(names.filter((name) => !sources.some((source) => source.includes(name)))).toEqual([])
  })

  it('leaves out no folder of the engine', () => {
    const folders = linksOf('docs/how-it-works.md').map((link) => dirname(join('docs', link)))
    for (const folder of ['src/core', 'machines', 'src/streams', 'src/breaker', 'src/testing']) {
      expect(folders).toContain(folder)
    }
  })
})
