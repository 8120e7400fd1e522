import { createServer } from 'node:http'
import { Registry as Register } from 'prom-client'
import type { AddressInfo } from 'node:net'
import type { OpenMetricsContentType } from 'prom-client'

/** A register behind an HTTP server, as Prometheus meets it. */
export interface Target {
  readonly register: Register
  /** What a scrape gives, as text. */
  readonly scrape: () => Promise<string>
  /** The series of one metric, as in `payments-api success 3`. */
  readonly series: (metric: string) => Promise<string[]>
  readonly close: () => Promise<void>
}

export async function startTarget(contentType?: OpenMetricsContentType): Promise<Target> {
  const register = new Register()
  if (contentType !== undefined) register.setContentType(contentType as never)
  const server = createServer((_request, response) => {
    void register.metrics().then((text) => {
      response.setHeader('content-type', register.contentType).end(text)
    })
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const { port } = server.address() as AddressInfo

  const scrape = async () => (await fetch(`http://127.0.0.1:${String(port)}/metrics`)).text()
  const series = async (metric: string) =>
    (await scrape()).split('\n').flatMap((line) => {
      const [, name, labels = '', value] = /^(\w+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? []
      if (name !== metric) return []
      return [[...labelsIn(labels).values(), value].join(' ')]
    })
  const close = () =>
    new Promise<void>((closed) => {
      server.closeAllConnections()
      server.close(() => {
        closed()
      })
    })
  return { register, scrape, series, close }
}

/** The labels of a series, as the format of Prometheus writes them. */
export function labelsIn(text: string): Map<string, string> {
  const unescaped = (value: string) =>
    value.replace(/\\(.)/g, (_, letter: string) => (letter === 'n' ? '\n' : letter))
  const pairs = text.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)
  return new Map([...pairs].map(([, name = '', value = '']) => [name, unescaped(value)]))
}
