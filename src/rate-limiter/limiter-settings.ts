import { isObservable } from 'rxjs'
import {
  clockOption,
  integer,
  number,
  oneOf,
  optionalFunction,
  optionsOf,
  reporter,
  shown,
} from '../core/index.js'
import { Events } from '../layer/events.js'
import { changedRate, rateNames, rateOf } from './rate.js'
import type { Clock } from '../core/index.js'
import type { Traits } from '../layer/layer.js'
import type { Rate, RateOptions } from './rate.js'
import type { Circuit, RateLimiterEvent, RateLimiterOptions } from './rate-limiter.js'

const optionNames = [
  ...rateNames,
  'whenEmpty',
  'maxQueue',
  'maxWait',
  'holdFor',
  'circuit',
  'clock',
  'onError',
] as const satisfies readonly (keyof RateLimiterOptions)[]

/** The options of a limiter, checked. Shared by the limiters of all keys. */
export class LimiterSettings {
  rate: Rate
  readonly waits: boolean
  readonly traits: Traits
  readonly maxQueue: number
  readonly maxWait: number
  readonly holdFor: number
  readonly circuit: Circuit | undefined
  readonly clock: Required<Clock>
  readonly events: Events<RateLimiterEvent>

  /** @throws TypeError or RangeError naming the option that is wrong */
  constructor(options: RateLimiterOptions) {
    const given = optionsOf('rate limiter options', options, optionNames)
    this.rate = rateOf(given)
    this.waits = oneOf('whenEmpty', given.whenEmpty ?? 'refuse', ['refuse', 'wait']) === 'wait'
    this.traits = { aborts: false, holds: false, waits: this.waits }
    this.maxQueue = integer('maxQueue', given.maxQueue ?? 1000, { min: 0, infinite: true })
    this.maxWait = maxWaitOf(given.maxWait ?? Infinity)
    this.holdFor = number('holdFor', given.holdFor ?? 10_000, { above: 0, infinite: true })
    this.circuit = circuitOf(options.circuit)
    this.clock = clockOption(given.clock)
    this.events = new Events(reporter(optionalFunction('onError', options.onError)))
  }

  /** @throws TypeError or RangeError naming the option that is wrong; then nothing has changed */
  update(changes: Partial<RateOptions>): void {
    this.rate = changedRate(this.rate, changes)
  }
}

/** Checks how long one may wait. */
export function maxWaitOf(value: unknown): number {
  return number('maxWait', value, { min: 0, infinite: true })
}

/** Checks a number of tokens: more than the burst can never be there at once. */
export function tokensOf(value: unknown, { burst }: Rate): number {
  return integer('tokens', value, { min: 1, max: burst })
}

function circuitOf(value: Circuit | undefined): Circuit | undefined {
  if (value === undefined) return undefined
  const { state$, rejection } = Object(value) as Partial<Circuit>
  if (!isObservable(state$) || typeof rejection !== 'function')
    throw new TypeError(`circuit must be a breaker, got ${shown(value)}`)
  return value
}
