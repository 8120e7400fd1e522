import { integer, number, optionsOf } from '../core/index.js'

/** How many tokens there are. */
export interface RateOptions {
  /** Tokens that come in an `interval`, above 0. */
  readonly limit: number
  /** Milliseconds, above 0. Default 1,000. */
  readonly interval?: number
  /**
   * Tokens that can be saved up: an integer, at least 1. Default `limit`, rounded down: what one
   * interval brings may be spent at once. With 1 the calls are evenly spaced.
   */
  readonly burst?: number
}

/** A rate, checked. */
export interface Rate {
  readonly limit: number
  readonly interval: number
  readonly burst: number
  /** Ms in which one token comes. */
  readonly period: number
}

/** The names of the options of a rate. */
export const rateNames = [
  'limit',
  'interval',
  'burst',
] as const satisfies readonly (keyof RateOptions)[]

/** @throws TypeError or RangeError naming the option that is wrong */
export function rateOf(given: { readonly [K in keyof RateOptions]?: unknown }): Rate {
  const limit = number('limit', given.limit, { above: 0 })
  const interval = number('interval', given.interval ?? 1000, { above: 0 })
  const burst = integer('burst', given.burst ?? Math.max(1, Math.floor(limit)), { min: 1 })
  const period = interval / limit
  if (!(period > 0 && period * burst < Infinity))
    throw new RangeError(
      `limit, interval and burst must make a rate that can be counted, got ${limit}, ${interval} and ${burst}`,
    )
  return { limit, interval, burst, period }
}

/**
 * The rate with some of its options changed.
 *
 * @throws TypeError or RangeError naming the option that is wrong
 */
export function changedRate(
  { limit, interval, burst }: Rate,
  changes: { readonly [K in keyof RateOptions]?: unknown },
): Rate {
  const given = optionsOf('rate', changes, rateNames)
  return rateOf({
    limit: given.limit ?? limit,
    interval: given.interval ?? interval,
    burst: given.burst ?? burst,
  })
}
