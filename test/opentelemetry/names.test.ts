import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { Registry as Register } from 'prom-client'
import { createBreaker } from 'recloser'
import { instrument } from 'recloser/opentelemetry'
import { instrument as instrumentPrometheus } from 'recloser/prometheus'
import { expect, it } from 'vitest'
import type { Meter } from '@opentelemetry/api'

interface Descriptor {
  readonly name: string
  readonly kind: 'counter' | 'gauge' | 'histogram'
  readonly unit: string
}

const descriptors = described()

it('the metrics are those of Prometheus, once a collector has translated their names', () => {
  const register = new Register()
  instrumentPrometheus(createBreaker('payments-api'), { register })
  const names = register.getMetricsAsArray().map(({ name }) => name)
  expect(descriptors.map(translated).map(relabelled).sort()).toEqual(names.sort())
})

it('the guide lists every instrument there is, with kind and unit', () => {
  const guide = readFileSync(resolve(import.meta.dirname, '../../docs/opentelemetry.md'), 'utf8')
  for (const { name, kind, unit } of descriptors) {
    const row = guide.split('\n').find((line) => line.startsWith(`| \`${name}\` `))
    expect(row, name).toBeDefined()
    const cells = row?.split('|').map((cell) => cell.trim())
    expect(cells?.slice(2, 4)).toEqual([kind, unit === '' ? '' : `\`${unit}\``])
  }
})

/** What `instrument` asks a meter for. */
function described(): Descriptor[] {
  const asked: Descriptor[] = []
  const ask =
    (kind: Descriptor['kind']) =>
    (name: string, { unit = '' }: { unit?: string } = {}) => {
      asked.push({ name, kind, unit })
    }
  const meter = {
    createCounter: ask('counter'),
    createHistogram: ask('histogram'),
    createObservableGauge: ask('gauge'),
    addBatchObservableCallback: () => undefined,
  }
  instrument(createBreaker('payments-api'), { meter: meter as unknown as Meter })
  return asked
}

/** The rules by which a collector makes names for Prometheus: units become suffixes. */
function translated({ name, kind, unit }: Descriptor): string {
  const plain = name.replaceAll('.', '_')
  if (unit === 's') return `${plain}_seconds`
  if (kind === 'counter') return `${plain}_total`
  return unit === '1' && !plain.endsWith('_ratio') ? `${plain}_ratio` : plain
}

/** The rule for names that docs/prometheus.md gives. */
function relabelled(name: string): string {
  const guide = readFileSync(resolve(import.meta.dirname, '../../docs/prometheus.md'), 'utf8')
  const [, regex = ''] = /source_labels: \[__name__\]\n +regex: (.*)/.exec(guide) ?? []
  return name.replace(new RegExp(`^(?:${regex})$`), '$1')
}
