import { isAllowed, isCrossSite } from './access.js'
import { perform, readAction } from './actions.js'
import { Refusal, answer, json } from './answers.js'
import { Board } from './board.js'
import { Live } from './live.js'
import { nodeListener } from './node-listener.js'
import { dashboardSettings } from './options.js'
import { page, pageTag, pagePolicy } from './page.built.js'
import type { Registry } from '../index.js'
import type { NodeRequest, NodeResponse } from './node-listener.js'
import type { DashboardOptions, DashboardSettings } from './options.js'

/** The dashboard of a registry, ready to be mounted in a server. Made by {@link createDashboard}. */
export interface Dashboard extends Disposable {
  /** Answers a Web-standard request: for Hono, Bun, Deno, service workers. Never rejects. */
  readonly fetch: (request: Request) => Promise<Response>
  /** Answers a request of `node:http`, and so of Express and Fastify. */
  readonly listener: (request: NodeRequest, response: NodeResponse) => void
  /** Pages that are open. */
  readonly readers: number
  /** Ends every open page and the timer. Breakers are not touched. */
  dispose(): void
}

/**
 * A page that shows every breaker of a registry, live, and lets those act who may.
 *
 * @throws TypeError or RangeError naming the option, its value and its bounds
 */
export function createDashboard(registry: Registry, options: DashboardOptions = {}): Dashboard {
  const settings = dashboardSettings(options)
  const { clock, report, title, step, points } = settings
  const board = new Board(registry, { step, size: points }, report)
  const about = {
    dashboard: crypto.randomUUID(),
    title,
    control: settings.authorize !== undefined,
  }
  const live = new Live(board, settings, clock, about, report)
  const moved = registry.transitions$.subscribe((transition) => {
    board.add(transition)
  })
  let disposed = false
  const checkAlive = () => {
    if (disposed) throw new Refusal('disposed', 'this dashboard was disposed of')
  }

  const fetch = async (request: Request): Promise<Response> => {
    try {
      checkAlive()
      return await route({ registry, board, live, settings, checkAlive }, request)
    } catch (error) {
      if (error instanceof Refusal) return error.toResponse()
      report(error)
      return json({ error: { code: 'internal', message: 'something went wrong' } }, 500)
    }
  }

  const dispose = () => {
    disposed = true
    moved.unsubscribe()
    live.close()
  }

  return {
    fetch,
    listener: nodeListener(fetch, report),
    get readers() {
      return live.readers
    },
    dispose,
    [Symbol.dispose]: dispose,
  }
}

interface Parts {
  readonly registry: Registry
  readonly board: Board
  readonly live: Live
  readonly settings: DashboardSettings
  /** To be asked again after each wait. Throws a Refusal. */
  readonly checkAlive: () => void
}

/** @throws Refusal */
async function route(parts: Parts, request: Request): Promise<Response> {
  const { pathname } = new URL(request.url)
  const { path } = parts.settings
  switch (pathname) {
    // The page finds its way from its own address, with or without the slash.
    case path:
    case path.slice(0, -1):
      allowMethods(request, ['GET', 'HEAD'])
      return servePage(request)
    case `${path}events`:
      allowMethods(request, ['GET'])
      await allowReading(parts, request)
      return serveEvents(parts)
    case `${path}breaker`:
      allowMethods(request, ['GET'])
      await allowReading(parts, request)
      return serveDetail(parts, request)
    case `${path}actions`:
      allowMethods(request, ['POST'])
      return serveAction(parts, request)
    default:
      throw new Refusal('not-found', 'there is nothing here')
  }
}

function servePage(request: Request): Response {
  const headers = {
    etag: pageTag,
    'cache-control': 'no-cache',
    'content-security-policy': pagePolicy,
    'content-type': 'text/html; charset=utf-8',
    'cross-origin-opener-policy': 'same-origin',
  }
  const known = request.headers.get('if-none-match')?.includes(pageTag) === true
  if (known) return answer(null, headers, 304)
  return answer(request.method === 'HEAD' ? null : page, headers)
}

function serveEvents({ live }: Parts): Response {
  const reader = live.open()
  if (reader === undefined) {
    throw new Refusal('too-many-readers', 'too many pages are open', { 'retry-after': '10' })
  }
  return answer(reader.stream, {
    'content-type': 'text/event-stream; charset=utf-8',
    // nginx would collect them; others must not compress, which collects them too.
    'x-accel-buffering': 'no',
    'cache-control': 'no-store, no-transform',
  })
}

function serveDetail({ board, settings }: Parts, request: Request): Response {
  const name = new URL(request.url).searchParams.get('name') ?? ''
  const detail = board.detail(name, settings.clock.wall())
  if (detail === undefined) throw new Refusal('not-found', 'there is no breaker of that name')
  return json(detail)
}

async function serveAction(
  { registry, live, settings, checkAlive }: Parts,
  request: Request,
): Promise<Response> {
  const { authorize, origins, report } = settings
  if (authorize === undefined)
    throw new Refusal('read-only', 'this dashboard only shows: it was made without authorize')
  if (isCrossSite(request, origins))
    throw new Refusal('cross-site', 'another site may not act through this page')
  const action = await readAction(request)
  if (!(await isAllowed(() => authorize(request, action), report)))
    throw new Refusal('unauthorized', 'you may not do this')
  checkAlive()
  perform(registry, action)
  live.refresh()
  return json({ done: action.action })
}

async function allowReading({ settings, checkAlive }: Parts, request: Request): Promise<void> {
  const { authorizeReading, origins, report } = settings
  if (isCrossSite(request, origins))
    throw new Refusal('cross-site', 'another site may not read this')
  if (authorizeReading === undefined) return
  if (!(await isAllowed(() => authorizeReading(request), report)))
    throw new Refusal('unauthorized', 'you may not read this')
  checkAlive()
}

function allowMethods(request: Request, methods: readonly string[]): void {
  if (!methods.includes(request.method))
    throw new Refusal('method-not-allowed', `use ${methods.join(' or ')}`, {
      allow: methods.join(', '),
    })
}
