import { number, optionsOf } from './validate.js'
import type { Health } from './health.js'

/** What a break duration may be made of. */
export interface BreakContext {
  /** Breaks since the circuit was last closed by a success or by hand, this one included: from 1. */
  readonly consecutiveBreaks: number
  /** Half-open rounds since then: 0 at the first break. */
  readonly halfOpenAttempts: number
  /** Failures in a row, those before the break and those of probes. */
  readonly consecutiveFailures: number
  /** Failures counted at this break: in the window, or among the probes. */
  readonly failureCount: number
  /** Their share, from 0 to 1. */
  readonly failureRate: number
  /** What the failing call threw; undefined when it returned a value judged a failure. */
  readonly lastError: unknown
  /** When the dependency asked to be left alone, in ms. A break is never shorter, up to the cap. */
  readonly retryAfter: number | undefined
  /** The figures at the first break of this row of breaks. */
  readonly breaking: Health
  /** Chance, from 0 to below 1: the breaker's `random`. */
  readonly random: () => number
}

/**
 * Says how long a break lasts, in milliseconds; `Infinity` means until somebody resets. Must be
 * synchronous and quick. What is no number, is negative or throws gives the default of 30 s.
 */
export type BreakDurationGenerator = (context: BreakContext) => number

/** A fixed break in milliseconds, or a rule for it. */
export type BreakDuration = number | BreakDurationGenerator

/** How long a break lasts when nothing else is said: 30 s. */
export const defaultBreakDuration = 30_000

/**
 * Always `ms`.
 *
 * @throws RangeError when `ms` is negative or NaN
 */
export function constantBreakDuration(ms: number): BreakDurationGenerator {
  const duration = breakLength('ms', ms)
  return described(() => duration, { type: 'constant', ms: duration })
}

/**
 * Grows by a factor with every consecutive break: `base * factor ** (consecutiveBreaks - 1)`, by
 * default 30 s, 45 s, 67.5 s, 101.25 s and so on up to the breaker's `maxBreakDuration`.
 *
 * @param options - `base` in ms, above 0, default 30,000; `factor`, at least 1, default 1.5
 * @throws RangeError when an option is out of bounds
 */
export function exponentialBreakDuration(
  options: { readonly base?: number; readonly factor?: number } = {},
): BreakDurationGenerator {
  const given = optionsOf('exponentialBreakDuration options', options, ['base', 'factor'])
  const base = number('base', given.base ?? defaultBreakDuration, { above: 0 })
  const factor = number('factor', given.factor ?? 1.5, { min: 1 })
  return described(({ consecutiveBreaks }) => finite(base * factor ** (consecutiveBreaks - 1)), {
    type: 'exponential',
    base,
    factor,
  })
}

/**
 * Grows by the same step with every consecutive break: 30 s, 45 s, 60 s by default.
 *
 * @param options - `base` in ms, above 0, default 30,000; `increment` in ms, at least 0, default 15,000
 * @throws RangeError when an option is out of bounds
 */
export function linearBreakDuration(
  options: { readonly base?: number; readonly increment?: number } = {},
): BreakDurationGenerator {
  const given = optionsOf('linearBreakDuration options', options, ['base', 'increment'])
  const base = number('base', given.base ?? defaultBreakDuration, { above: 0 })
  const increment = number('increment', given.increment ?? 15_000, { min: 0 })
  return described(({ consecutiveBreaks }) => finite(base + increment * (consecutiveBreaks - 1)), {
    type: 'linear',
    base,
    increment,
  })
}

/**
 * Longer the longer the dependency has failed without a success: 30 s after 1 or 2 consecutive
 * failures, 60 s after 3 to 5, 120 s from 6 on.
 */
export function adaptiveBreakDuration(): BreakDurationGenerator {
  return described(
    ({ consecutiveFailures }) => {
      if (consecutiveFailures >= 6) return 120_000
      return consecutiveFailures >= 3 ? 60_000 : 30_000
    },
    { type: 'adaptive' },
  )
}

/**
 * Spreads a break evenly over ±`ratio` of itself, so that the breakers of a fleet do not all try
 * again at once. Chance comes from the breaker's `random`.
 *
 * @param ratio - from 0 to 1
 * @throws RangeError when `ratio` is out of bounds
 */
export function withJitter(duration: BreakDuration, ratio: number): BreakDurationGenerator {
  const spread = number('ratio', ratio, { min: 0, max: 1 })
  const base = breakDurationOption('duration', duration)
  return described(
    (context) => {
      const ms = typeof base === 'number' ? base : base(context)
      return ms === Infinity ? ms : finite(ms * (1 + spread * (2 * context.random() - 1)))
    },
    { type: 'jitter', of: base, ratio: spread },
  )
}

/** However far it has grown: Infinity would mean «until somebody resets». */
function finite(ms: number): number {
  return Math.min(ms, Number.MAX_VALUE)
}

/** Validates a duration in ms or a generator. @throws TypeError or RangeError naming the option */
export function breakDurationOption(option: string, value: unknown): BreakDuration {
  return typeof value === 'function'
    ? (value as BreakDurationGenerator)
    : breakLength(option, value)
}

function breakLength(option: string, value: unknown): number {
  return number(option, value, { min: 0, infinite: true })
}

/**
 * The length of a break: what the rule says, at most `max`, but not shorter than the dependency
 * asked for. Always a number of at least 0: a rule that fails is reported and gives the default.
 */
export function breakDurationOf(
  rule: BreakDuration,
  context: BreakContext,
  max: number,
  report: (error: unknown) => void,
): number {
  const own = typeof rule === 'number' ? rule : generated(rule, context, max, report)
  return Math.max(own, Math.min(context.retryAfter ?? 0, max))
}

function generated(
  rule: BreakDurationGenerator,
  context: BreakContext,
  max: number,
  report: (error: unknown) => void,
): number {
  try {
    const ms: unknown = rule(context)
    if (typeof ms === 'number' && ms >= 0) return ms === Infinity ? ms : Math.min(ms, max)
    // A promise that nobody waits for must not end the process when it rejects.
    void Promise.resolve(ms).catch(report)
    report(
      new RangeError(
        `breakDuration must return a number of at least 0, got ${typeof ms === 'number' ? String(ms) : typeof ms}`,
      ),
    )
  } catch (error) {
    report(error)
  }
  return Math.min(defaultBreakDuration, max)
}

/** Tells what a rule of ours is made of, so that two of the same make are seen to be the same. */
export interface Described {
  readonly description?: Readonly<Record<string, unknown>>
}

function described(
  generator: BreakDurationGenerator,
  description: Record<string, unknown>,
): BreakDurationGenerator & Described {
  return Object.assign(generator, { description })
}
