import { breakDurationOption, defaultBreakDuration } from './break-duration.js'
import { monotonicClock, systemClock } from './clock.js'
import { parseSnapshot } from './snapshot.js'
import { consecutiveFailures, countWindow, ratio } from './trip-policy.js'
import { integer, number, oneOf, optionalFunction, optionsOf, shown } from './validate.js'
import type { BreakDuration, Described } from './break-duration.js'
import type { Clock, EngineClock } from './clock.js'
import type { Classifier } from './outcome.js'
import type { BreakerSnapshot } from './snapshot.js'
import type { CountWindowOptions, Limits, Sampling, TripPolicy } from './trip-policy.js'

/** How a breaker acts on what it decides. */
export type Mode = 'enforcing' | 'shadow' | 'disabled'

/** Options of the half-open state. */
export interface HalfOpenOptions {
  /** Calls let through in one half-open round, at least 1. Default 1. */
  readonly probes?: number
  /** How many of them must succeed, 1 to `probes`. Default all: one bad answer is reason to wait. */
  readonly successes?: number
  /** How many may run at once, at least 1. Default 1: a dependency in recovery is not crowded. */
  readonly maxConcurrent?: number
  /** Milliseconds after which a probe that has not ended counts as failed. Default 30,000. */
  readonly probeLease?: number
}

/** When a call counts as slow. */
export interface SlowCallOptions {
  /** A call that takes longer than this is slow; ms, at least 0. */
  readonly duration: number
  /** Share of slow calls that opens the circuit, above 0 and at most 1. Default 0.5. */
  readonly ratio?: number
}

/** Options of a breaker. Every duration is in milliseconds. */
export interface BreakerOptions {
  /** Share of failures that opens the circuit, above 0 and at most 1. Default 0.5. */
  readonly failureRatio?: number
  /** Calls in the window below which nothing is decided: an integer, at least 1. Default 10. */
  readonly minimumThroughput?: number
  /** How far back calls count, at least 10. Default 10,000: short enough to forget the last outage. */
  readonly samplingDuration?: number
  /** Opens on slow calls too. Off by default: only you know what slow is. */
  readonly slowCall?: SlowCallOptions
  /** Another trip policy; takes the place of `failureRatio` and `minimumThroughput`. */
  readonly trip?: TripPolicy
  /** How long a break lasts: ms, or a rule. Default 30,000. */
  readonly breakDuration?: BreakDuration
  /** Cap on what a rule or a `Retry-After` may ask for, above 0. Default 300,000. */
  readonly maxBreakDuration?: number
  readonly halfOpen?: HalfOpenOptions
  /** Judges how a call ended. By default a value is a success and an error a failure. */
  readonly classify?: Classifier
  /**
   * `enforcing` (default) rejects calls while the circuit is not closed; `shadow` decides the same
   * but lets every call through; `disabled` counts nothing and rejects nothing.
   */
  readonly mode?: Mode
  /** Transitions kept in `history`, 0 to 10,000. Default 100. */
  readonly historySize?: number
  /** Whether rejections carry a stack. Default false: it is most of what a rejection costs. */
  readonly captureStack?: boolean
  /** Default the clock of the runtime. */
  readonly clock?: Clock
  /** Chance for jitter, from 0 to below 1. Default `Math.random`. */
  readonly random?: () => number
  /** Hears what your callbacks and subscribers throw. Default: `console.error`. */
  readonly onError?: (error: unknown) => void
  /** Plain data from `breaker.snapshot()`, to go on from there. */
  readonly snapshot?: unknown
  /**
   * An XState inspection observer. While it is there, every outcome becomes an event of the chart,
   * also those that are otherwise only counted.
   */
  readonly inspect?: Inspect
}

/* eslint-disable @typescript-eslint/no-explicit-any -- XState's own types are not known here */
/** As the `inspect` option of XState's `createActor`. */
export type Inspect =
  | ((event: any) => void)
  | {
      /** As the function. */
      next?: (event: any) => void
    }
/* eslint-enable @typescript-eslint/no-explicit-any */

const optionNames = [
  'failureRatio',
  'minimumThroughput',
  'samplingDuration',
  'slowCall',
  'trip',
  'breakDuration',
  'maxBreakDuration',
  'halfOpen',
  'classify',
  'mode',
  'historySize',
  'captureStack',
  'clock',
  'random',
  'onError',
  'snapshot',
  'inspect',
] as const satisfies readonly (keyof BreakerOptions)[]

/** The options of a breaker, checked and with every default filled in. Shared by breakers alike. */
export class Settings {
  readonly limits: Limits
  readonly sampling: Sampling
  readonly samplingDuration: number
  /** Calls that take longer are slow; Infinity when nothing is. */
  readonly slowAfter: number
  readonly breakDuration: BreakDuration
  readonly maxBreakDuration: number
  readonly halfOpen: Required<HalfOpenOptions>
  readonly classify: Classifier | undefined
  /** Whether the duration of a call matters to what is decided. */
  readonly isTimed: boolean
  readonly mode: Mode
  readonly historySize: number
  readonly captureStack: boolean
  readonly clock: EngineClock
  /** From 0 to below 1. */
  readonly random: () => number
  /** What it throws goes to `onError`. */
  readonly inspect: ((event: unknown) => void) | undefined
  readonly snapshot: BreakerSnapshot | undefined
  /** The options that were given. */
  readonly #said: BreakerOptions

  /** @throws TypeError or RangeError naming the option, its value and its bounds */
  constructor(options: BreakerOptions = {}) {
    optionsOf('breaker options', options, optionNames)
    this.#said = copied(options)
    const given = this.#given
    const slowCall = slowCallOf(given.slowCall)
    this.samplingDuration = number('samplingDuration', given.samplingDuration, {
      min: 10,
    })
    this.slowAfter = slowCall?.duration ?? Infinity
    this.limits = {
      failureRatio: ratio('failureRatio', given.failureRatio),
      slowRatio: slowCall?.ratio ?? Infinity,
      minimumThroughput: integer('minimumThroughput', given.minimumThroughput, { min: 1 }),
      consecutiveFailures: Infinity,
    }
    this.sampling = { by: 'time', duration: this.samplingDuration }
    const trip = tripOf(given.trip)
    if (trip?.type === 'consecutiveFailures') {
      this.limits = { ...this.limits, failureRatio: Infinity, consecutiveFailures: trip.count }
    } else if (trip !== undefined) {
      this.limits = {
        ...this.limits,
        failureRatio: trip.failureRatio,
        minimumThroughput: trip.minimumThroughput,
      }
      this.sampling = { by: 'count', size: trip.size }
    }
    // The stats of every breaker that shares these settings show them.
    Object.freeze(this.limits)
    this.breakDuration = breakDurationOption('breakDuration', given.breakDuration)
    this.maxBreakDuration = number('maxBreakDuration', given.maxBreakDuration, {
      above: 0,
      infinite: true,
    })
    this.halfOpen = halfOpenOf(given.halfOpen)
    this.classify = optionalFunction('classify', options.classify)
    this.isTimed = slowCall !== undefined || this.classify !== undefined
    this.mode = oneOf('mode', given.mode, ['enforcing', 'shadow', 'disabled'])
    this.historySize = integer('historySize', given.historySize, { min: 0, max: 10_000 })
    this.captureStack = oneOf('captureStack', given.captureStack, [true, false])
    this.clock = clockOption(given.clock)
    this.random = optionalFunction('random', options.random) ?? Math.random
    this.report = reporter(optionalFunction('onError', options.onError))
    this.inspect = inspectOf(options.inspect, this.report)
    this.snapshot = options.snapshot === undefined ? undefined : parseSnapshot(options.snapshot)
  }

  /**
   * Settings of `options`, which may be settings already. Breakers made one after the other with the
   * same options share them.
   *
   * @throws TypeError or RangeError naming the option, its value and its bounds
   */
  static of(options: BreakerOptions | Settings = {}): Settings {
    if (options instanceof Settings) return options
    if (latest !== undefined && saysTheSame(options, latest.#said)) return latest
    const settings = new Settings(options)
    // A snapshot is of use only once; a clock that is set back begins anew with the next breaker.
    if (settings.snapshot === undefined && settings.clock === systemClock) latest = settings
    return settings
  }

  /** What was said, and the defaults where nothing was. */
  get #given() {
    return { ...defaults, ...this.#said }
  }

  /** These settings with some options replaced. */
  with(options: BreakerOptions): Settings {
    const said = Object.entries(options).filter(([, value]) => value !== undefined)
    return new Settings({ ...this.#said, ...Object.fromEntries(said) })
  }

  /**
   * The first of `options` that says something else than these settings, if any does.
   *
   * @throws TypeError or RangeError when they are no good options
   */
  differsIn(options: BreakerOptions): string | undefined {
    const wanted = this.with(options)
    const [mine, theirs] = [this.#given, wanted.#given]
    const differs = (key: string) =>
      key === 'halfOpen'
        ? !alike(this.halfOpen, wanted.halfOpen)
        : !alike(mine[key as keyof BreakerOptions], theirs[key as keyof BreakerOptions])
    return Object.keys(options).find(differs)
  }

  /** Hands an error of a callback to `onError`. */
  readonly report: (error: unknown) => void

  /** What an inspector shows: the figures, not the functions. */
  toJSON(): Record<string, unknown> {
    const { limits, sampling, slowAfter, breakDuration, maxBreakDuration, halfOpen, mode } = this
    const described = (breakDuration as Described).description ?? 'custom'
    return {
      limits,
      sampling,
      slowAfter,
      breakDuration: typeof breakDuration === 'number' ? breakDuration : described,
      maxBreakDuration,
      halfOpen,
      mode,
    }
  }
}

const defaults = {
  failureRatio: 0.5,
  minimumThroughput: 10,
  samplingDuration: 10_000,
  breakDuration: defaultBreakDuration,
  maxBreakDuration: 300_000,
  mode: 'enforcing',
  historySize: 100,
  captureStack: false,
} as const satisfies BreakerOptions

/**
 * What the options say. A copy to the last level: who goes on changing his options does not change
 * those of a breaker.
 */
function copied(options: BreakerOptions): BreakerOptions {
  const said: Record<string, unknown> = {}
  for (const [key, value] of Object.entries(options) as [string, unknown][]) {
    if (value === undefined || key === 'snapshot') continue
    said[key] = plainOptions.has(key) && isRecord(value) ? { ...value } : value
  }
  return said
}

/** What the latest settings are made of is often what the next ones are to be made of. */
let latest: Settings | undefined

/**
 * Whether `options` are an object that says what was said. Plain data within is compared by what it
 * says now, for it may have changed; anything else is itself. A loop, for this question is half of what
 * making a breaker costs.
 */
function saysTheSame(options: unknown, said: unknown): boolean {
  if (!isRecord(options) || !isRecord(said)) return false
  let keys = 0
  for (const key in options) {
    const value = options[key]
    if (value === undefined) return false
    if (value !== said[key] && !(plainOptions.has(key) && saysTheSame(value, said[key])))
      return false
    keys++
  }
  return keys === Object.keys(said).length
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

const plainOptions: ReadonlySet<string> = new Set(['halfOpen', 'slowCall', 'trip'])

/** An inspector that throws must not end the chart it looks at. */
function inspectOf(value: Inspect | undefined, report: (error: unknown) => void) {
  if (value === undefined) return undefined
  const listens =
    typeof value === 'function' || typeof (value as { next?: unknown } | null)?.next === 'function'
  if (!listens) {
    throw new TypeError(`inspect must be a function or an observer, got ${shown(value)}`)
  }
  return (event: unknown): void => {
    try {
      if (typeof value === 'function') value(event)
      else value.next?.(event)
    } catch (error) {
      report(error)
    }
  }
}

function slowCallOf(value: unknown): Required<SlowCallOptions> | undefined {
  if (value === undefined) return undefined
  const given = optionsOf('slowCall', value as SlowCallOptions, ['duration', 'ratio'])
  return {
    duration: number('slowCall.duration', given.duration, { min: 0 }),
    ratio: ratio('slowCall.ratio', given.ratio ?? 0.5),
  }
}

function halfOpenOf(value: unknown = {}): Required<HalfOpenOptions> {
  const given = optionsOf('halfOpen', value as HalfOpenOptions, [
    'probes',
    'successes',
    'maxConcurrent',
    'probeLease',
  ])
  const probes = integer('halfOpen.probes', given.probes ?? 1, { min: 1 })
  return {
    probes,
    successes: integer('halfOpen.successes', given.successes ?? probes, { min: 1, max: probes }),
    maxConcurrent: integer('halfOpen.maxConcurrent', given.maxConcurrent ?? 1, { min: 1 }),
    probeLease: number('halfOpen.probeLease', given.probeLease ?? 30_000, { above: 0 }),
  }
}

function tripOf(value: unknown): TripPolicy | undefined {
  if (value === undefined) return undefined
  const { type, ...rest } = Object(value) as { readonly type?: unknown }
  if (type === 'countWindow') return countWindow(rest as CountWindowOptions)
  if (type === 'consecutiveFailures') {
    return consecutiveFailures(
      optionsOf('trip', rest as { count: number }, ['count']).count as number,
    )
  }
  throw notATrip(value)
}

function notATrip(value: unknown): TypeError {
  return new TypeError(`trip must be consecutiveFailures(…) or countWindow(…), got ${shown(value)}`)
}

/** Validates a clock; without one, that of the runtime. @throws TypeError naming what is missing */
export function clockOption(value: unknown): EngineClock {
  if (value === undefined || value === systemClock) return systemClock
  const clock = value as Clock | null
  for (const method of ['now', 'setTimeout', 'clearTimeout'] as const) {
    if (typeof clock?.[method] !== 'function') {
      throw new TypeError(
        `clock must have the methods now, setTimeout and clearTimeout; ${method} is missing`,
      )
    }
  }
  const { wall } = value as { wall?: unknown }
  if (wall !== undefined && typeof wall !== 'function') {
    throw new TypeError(`clock.wall must be a function, got ${shown(wall)}`)
  }
  return monotonicClock(value as Clock)
}

function alike(one: unknown, other: unknown): boolean {
  if (Object.is(one, other)) return true
  if (typeof one === 'function' && typeof other === 'function') {
    const { description } = one as Described
    return description !== undefined && alike(description, (other as Described).description)
  }
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null)
    return false
  const keys = new Set([...Object.keys(one), ...Object.keys(other)])
  return [...keys].every((key) =>
    alike((one as Record<string, unknown>)[key], (other as Record<string, unknown>)[key]),
  )
}

/** Makes a callback for errors safe to call: it may throw, or return a promise that rejects. */
export function reporter(
  onError: (error: unknown) => unknown = logError,
): (error: unknown) => void {
  return (error) => {
    try {
      const answer = onError(error)
      if (answer instanceof Promise) answer.catch(() => undefined)
    } catch {
      // Nobody is left to tell.
    }
  }
}

function logError(error: unknown): void {
  console.error('recloser: a callback or subscriber threw', error)
}
