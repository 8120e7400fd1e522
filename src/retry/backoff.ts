import { number, optionsOf } from '../core/index.js'

/** What a delay may be made of. */
export interface BackoffContext {
  /** Which wait this is in a row: from 1. */
  readonly attempt: number
  /** What the back-off gave the last time, in ms; 0 at the first. */
  readonly previousDelay: number
  /** What the call failed with. */
  readonly error: unknown
  /** Longest delay there will be, in ms: the retry's `maxDelay`. */
  readonly maxDelay: number
  /** Chance, from 0 to below 1: the retry's `random`. */
  readonly random: () => number
}

/**
 * Says how long to wait before the next call, in milliseconds, at least 0; more than `maxDelay` is
 * cut to it. What is no number, is negative or throws is reported and gives the default.
 */
export type BackoffGenerator = (context: BackoffContext) => number

/** A fixed delay in milliseconds, or a rule for it. */
export type Backoff = number | BackoffGenerator

/**
 * Exponential with full jitter: anything from 0 to `base * factor ** (attempt - 1)`, evenly. Spreads
 * the calls of many clients best, for no two wait the same (AWS Architecture Blog, «Exponential
 * Backoff And Jitter», 2015).
 *
 * @param options - `base` in ms, above 0, default 200; `factor`, at least 1, default 2; `jitter`,
 * from 0 (none) to 1 (full), default 1
 * @throws RangeError when an option is out of bounds
 */
export function exponentialBackoff(
  options: { readonly base?: number; readonly factor?: number; readonly jitter?: number } = {},
): BackoffGenerator {
  const given = optionsOf('exponentialBackoff options', options, ['base', 'factor', 'jitter'])
  const base = number('base', given.base ?? 200, { above: 0 })
  const factor = number('factor', given.factor ?? 2, { min: 1 })
  const jitter = number('jitter', given.jitter ?? 1, { min: 0, max: 1 })
  return ({ attempt, maxDelay, random }) => {
    const ceiling = Math.min(base * factor ** (attempt - 1), maxDelay)
    return ceiling * (1 - jitter * random())
  }
}

/**
 * Decorrelated jitter: anything from `base` to three times the delay before, evenly. Never less than
 * `base`, at the price of a longer wait (same source).
 *
 * @param options - `base` in ms, above 0, default 200
 * @throws RangeError when `base` is out of bounds
 */
export function decorrelatedBackoff(options: { readonly base?: number } = {}): BackoffGenerator {
  const given = optionsOf('decorrelatedBackoff options', options, ['base'])
  const base = number('base', given.base ?? 200, { above: 0 })
  return ({ previousDelay, maxDelay, random }) => {
    const floor = Math.min(base, maxDelay)
    const ceiling = Math.min(3 * Math.max(base, previousDelay), maxDelay)
    return floor + random() * (ceiling - floor)
  }
}

/**
 * Always `ms`.
 *
 * @throws RangeError when `ms` is negative or not finite
 */
export function constantBackoff(ms: number): BackoffGenerator {
  const delay = number('ms', ms, { min: 0 })
  return () => delay
}

/** Checks a delay in ms or a generator. @throws TypeError or RangeError naming the option */
export function backoffOption(option: string, value: unknown): BackoffGenerator {
  if (value === undefined) return defaultBackoff
  if (typeof value === 'function') return value as BackoffGenerator
  const delay = number(option, value, { min: 0 })
  return () => delay
}

const defaultBackoff = exponentialBackoff()

/** The delay that `rule` gives, from 0 to `maxDelay`: a rule that fails gives the default. */
export function delayOf(
  rule: BackoffGenerator,
  context: BackoffContext,
  report: (error: unknown) => void,
): number {
  try {
    const ms: unknown = rule(context)
    if (typeof ms === 'number' && ms >= 0) return Math.min(ms, context.maxDelay)
    // A promise that nobody waits for must not end the process when it rejects.
    void Promise.resolve(ms).catch(report)
    report(
      new RangeError(
        `backoff must return a number of at least 0, got ${typeof ms === 'number' ? String(ms) : typeof ms}`,
      ),
    )
  } catch (error) {
    report(error)
  }
  return defaultBackoff({ ...context, random: Math.random })
}
