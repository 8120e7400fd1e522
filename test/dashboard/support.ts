import { createRegistry } from 'recloser'
import { createDashboard } from 'recloser/dashboard'
import { createFakeClock } from 'recloser/testing'
import type { Breaker, Registry, RegistryOptions } from 'recloser'
import type { Dashboard, DashboardOptions } from 'recloser/dashboard'
import type { FakeClock } from 'recloser/testing'

export const site = 'http://ops.example'

/** A registry and its dashboard on one fake clock. */
export interface Scene {
  readonly registry: Registry
  readonly dashboard: Dashboard
  readonly clock: FakeClock
  /** What went to the dashboard's `onError`. */
  readonly reported: unknown[]
  readonly get: (path: string, headers?: Record<string, string>) => Promise<Response>
  /** As the page sends an action, unless `headers` say otherwise. */
  readonly act: (body: unknown, headers?: Record<string, string>) => Promise<Response>
}

export function createScene(
  options: DashboardOptions = {},
  registryOptions: RegistryOptions = {},
): Scene {
  const clock = createFakeClock()
  const reported: unknown[] = []
  const registry = createRegistry({
    clock,
    ...registryOptions,
    defaults: { breakDuration: 20_000, ...registryOptions.defaults },
  })
  const dashboard = createDashboard(registry, {
    clock,
    onError: (error) => reported.push(error),
    ...options,
  })
  return {
    registry,
    dashboard,
    clock,
    reported,
    get: (path, headers = {}) => dashboard.fetch(new Request(site + path, { headers })),
    act: (body, headers = {}) =>
      dashboard.fetch(
        new Request(`${site}/actions`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', origin: site, ...headers },
          body: typeof body === 'string' ? body : JSON.stringify(body),
        }),
      ),
  }
}

/** Lets ten calls fail: enough to open a circuit with default options. */
export function breakCircuit(breaker: Breaker, error: unknown = new Error('down')): void {
  for (let i = 0; i < 10; i++) breaker.tryAcquire()?.fail(error)
}

/** A message of the event stream, read loosely: what is in it is what tests are about. */
interface Heard {
  readonly type: string
  readonly now: number
  readonly title: string
  readonly control: boolean
  readonly dashboard: string
  readonly rows: Record<string, unknown>[]
  readonly gone: string[]
  readonly transitions: Record<string, unknown>[]
}

/** The body of an event stream, message by message. */
export interface Listening {
  /** The next message; a heartbeat is `undefined`. Ends with an error when the stream does. */
  next(): Promise<Heard | undefined>
  leave(): Promise<void>
}

export function listenTo(response: Response): Listening {
  if (response.body === null) throw new Error('the response has no body')
  const reader = response.body.getReader()
  const decoder = new TextDecoder()
  let text = ''
  return {
    async next() {
      for (;;) {
        const end = text.indexOf('\n\n')
        if (end >= 0) {
          const event = text.slice(0, end)
          text = text.slice(end + 2)
          return event.startsWith('data: ')
            ? (JSON.parse(event.slice('data: '.length)) as Heard)
            : undefined
        }
        const { done, value } = await reader.read()
        if (done) throw new Error('the stream has ended')
        text += decoder.decode(value, { stream: true })
      }
    },
    leave: () => reader.cancel(),
  }
}

/** What the body of a refusal says. */
export async function refusalOf(response: Response): Promise<string> {
  const { error } = (await response.json()) as { error: { code: string } }
  return `${String(response.status)} ${error.code}`
}
