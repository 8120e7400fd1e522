import { integer, number } from '../core/index.js'

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

/** @throws TypeError or RangeError naming the option that is wrong */
export function rateOf(given: { readonly [K in keyof RateOptions]?: unknown }): Rate {
  const limit = number('limit', given.limit, { above: 0 })
  const interval = number('interval', given.interval ?? 1000, { above: 0 })
  const burst = integer('burst', given.burst ?? Math.max(1, Math.floor(limit)), { min: 1 })
  return { limit, interval, burst, period: interval / limit }
}

/** The names of the options of a rate. */
export const rateNames = [
  'limit',
  'interval',
  'burst',
] as const satisfies readonly (keyof RateOptions)[]
