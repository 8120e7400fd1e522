import { integer, number, optionsOf, shown, systemClock } from '../core/index.js'
import type { Clock } from '../index.js'
import type { DashboardAction } from './wire.js'

/** Options of a dashboard. */
export interface DashboardOptions {
  /** Shown on top of the page. Default `Circuit breakers`. */
  readonly title?: string
  /**
   * Where it is mounted, when the server leaves that in the URL it hands on: `/breakers`. Default
   * `/`, which is also right under an Express `app.use('/breakers', …)`, which takes it off.
   */
  readonly path?: string
  /**
   * Whether the request may do what it asks for. Only `true` is a yes; an error is a no. Without
   * it, nobody may. The body of the request has been read.
   */
  readonly authorize?: (request: Request, action: DashboardAction) => boolean | Promise<boolean>
  /** Whether the request may read. Without it, everybody may who reaches the server. */
  readonly authorizeReading?: (request: Request) => boolean | Promise<boolean>
  /**
   * The origins that the page is served from, such as `https://ops.example.com`: needed behind a
   * proxy that asks for another host than the browser did. Default: the host that was asked.
   */
  readonly origins?: readonly string[]
  /** Ms between two updates of the page, 50 to 60,000. Default 250: faster, nobody reads it. */
  readonly every?: number
  /** How far back the plots go, in ms, 60,000 to 86,400,000. Default 600,000. */
  readonly span?: number
  /** Pages that may be open at once, 1 to 10,000. Default 100. */
  readonly maxReaders?: number
  /** Default the clock of the runtime. Give it that of the registry when that has one of its own. */
  readonly clock?: Clock
  /** Hears what `authorize` throws, and whatever else goes wrong. Default: `console.error`. */
  readonly onError?: (error: unknown) => void
}

/** Options checked, and with every default filled in. */
export interface DashboardSettings {
  readonly title: string
  /** Ends with a slash. */
  readonly path: string
  readonly authorize: DashboardOptions['authorize']
  readonly authorizeReading: DashboardOptions['authorizeReading']
  readonly origins: readonly string[] | undefined
  readonly every: number
  readonly step: number
  /** Points of a series. */
  readonly points: number
  readonly maxReaders: number
  readonly clock: Required<Clock>
  readonly report: (error: unknown) => void
}

/** A plot cannot show more. */
const mostPoints = 300

/** @throws TypeError or RangeError naming the option, its value and its bounds */
export function dashboardSettings(options: DashboardOptions): DashboardSettings {
  const given = optionsOf('dashboard options', options, [
    'title',
    'path',
    'authorize',
    'authorizeReading',
    'origins',
    'every',
    'span',
    'maxReaders',
    'clock',
    'onError',
  ])
  const every = number('every', given.every ?? 250, { min: 50, max: 60_000 })
  const span = number('span', given.span ?? 600_000, { min: 60_000, max: 86_400_000 })
  const step = Math.max(span / mostPoints, every)
  return {
    title: text('title', given.title ?? 'Circuit breakers'),
    path: pathOf(text('path', given.path ?? '/')),
    authorize: callable('authorize', options.authorize),
    authorizeReading: callable('authorizeReading', options.authorizeReading),
    origins: originsOf(given.origins),
    every,
    step,
    points: Math.ceil(span / step),
    maxReaders: integer('maxReaders', given.maxReaders ?? 100, { min: 1, max: 10_000 }),
    clock: clockOf(options.clock),
    report: reporter(callable('onError', options.onError)),
  }
}

function text(option: string, value: unknown): string {
  if (typeof value !== 'string')
    throw new TypeError(`${option} must be a text, got ${shown(value)}`)
  return value
}

function pathOf(path: string): string {
  if (!path.startsWith('/')) throw new RangeError(`path must begin with /, got ${shown(path)}`)
  // Any other could never be asked for.
  const url = `http://localhost${path}`
  if (!URL.canParse(url) || new URL(url).pathname !== path)
    throw new RangeError(`path must be as URLs write it, such as /breakers, got ${shown(path)}`)
  return path.endsWith('/') ? path : `${path}/`
}

function originsOf(value: unknown): readonly string[] | undefined {
  if (value === undefined) return undefined
  if (!Array.isArray(value)) throw new TypeError(`origins must be an array, got ${shown(value)}`)
  return value.map((origin: unknown) => {
    if (typeof origin !== 'string' || !URL.canParse(origin) || new URL(origin).origin !== origin) {
      throw new RangeError(
        `origins must be like https://ops.example.com, without a path, got ${shown(origin)}`,
      )
    }
    return origin
  })
}

function callable<T>(option: string, value: T): T {
  if (value !== undefined && typeof value !== 'function')
    throw new TypeError(`${option} must be a function, got ${shown(value)}`)
  return value
}

function clockOf(clock: Clock | undefined): Required<Clock> {
  if (clock === undefined) return systemClock
  return {
    now: () => clock.now(),
    setTimeout: (fn, ms) => clock.setTimeout(fn, ms),
    clearTimeout: (handle) => {
      clock.clearTimeout(handle)
    },
    wall: () => clock.wall?.() ?? systemClock.wall(),
  }
}

/** What hears of errors may itself throw, or return a promise that rejects. */
function reporter(onError: DashboardOptions['onError']): (error: unknown) => void {
  const hear: (error: unknown) => unknown =
    onError ?? ((error) => console.error('recloser: the dashboard', error))
  return (error) => {
    try {
      const heard = hear(error)
      if (heard instanceof Promise) heard.catch(() => undefined)
    } catch {
      // Nobody is left to tell.
    }
  }
}
