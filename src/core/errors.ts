import { formatDuration } from './format.js'
import { markRefusal } from './refusal.js'

const brokenBrand: unique symbol = Symbol.for('recloser.broken-circuit') as never
const isolatedBrand: unique symbol = Symbol.for('recloser.isolated-circuit') as never

/** What a rejection knows. `cause` is left out where there is none. */
export interface Rejected {
  readonly breaker: string
  readonly state: 'open' | 'halfOpen' | 'isolated'
  readonly retryAfter: number | undefined
  readonly cause?: unknown
}

/**
 * The circuit is not closed: the call was not made. Carries no stack unless the breaker was made
 * with `captureStack`, because an outage makes these by the thousand.
 */
export class BrokenCircuitError extends Error {
  override readonly name: string = 'BrokenCircuitError'
  readonly code: string = 'ERR_CIRCUIT_BROKEN'
  /** Name of the breaker that rejected the call. */
  readonly breaker: string
  readonly state: 'open' | 'halfOpen' | 'isolated'
  /** Milliseconds until it is worth trying again; undefined when only a person can tell. */
  readonly retryAfter: number | undefined

  constructor(rejected: Rejected, message: string = brokenMessage(rejected)) {
    super(message, 'cause' in rejected ? { cause: rejected.cause } : undefined)
    this.breaker = rejected.breaker
    this.state = rejected.state
    this.retryAfter = rejected.retryAfter
  }
}

/** Somebody isolated the circuit by hand: the call was not made, and waiting will not help. */
export class IsolatedCircuitError extends BrokenCircuitError {
  override readonly name: string = 'IsolatedCircuitError'
  override readonly code: string = 'ERR_CIRCUIT_ISOLATED'
  /** Why, one reason per hold, oldest first. */
  readonly reasons: readonly string[]

  constructor(rejected: Rejected, reasons: readonly string[]) {
    super(rejected, `Circuit "${rejected.breaker}" is isolated: ${reasons.join('; ')}`)
    this.reasons = reasons
  }
}

/** The breaker was disposed of: it makes no more calls. */
export class DisposedBreakerError extends Error {
  override readonly name: string = 'DisposedBreakerError'
  readonly code: string = 'ERR_BREAKER_DISPOSED'
  /** Name of the breaker. */
  readonly breaker: string

  constructor(breaker: string) {
    super(`Breaker "${breaker}" was disposed of; create another one`)
    this.breaker = breaker
  }
}

/** A probe did not end within its lease: why its signal is aborted, and why the circuit re-opens. */
export class ProbeTimeoutError extends Error {
  override readonly name: string = 'ProbeTimeoutError'
  readonly code: string = 'ERR_PROBE_TIMEOUT'

  /** @param lease - milliseconds */
  constructor(lease: number) {
    super(`The probe did not end within ${formatDuration(lease)}`)
  }
}

Object.defineProperty(BrokenCircuitError.prototype, brokenBrand, { value: true })
Object.defineProperty(IsolatedCircuitError.prototype, isolatedBrand, { value: true })
markRefusal(BrokenCircuitError)
markRefusal(DisposedBreakerError)

/**
 * True for the error of a broken or isolated circuit, also across two copies of this package or its
 * ESM and CommonJS builds, where `instanceof` fails.
 */
export function isBrokenCircuit(error: unknown): error is BrokenCircuitError {
  return isBranded(error, brokenBrand)
}

/** True for the error of an isolated circuit, as {@link isBrokenCircuit}. */
export function isIsolatedCircuit(error: unknown): error is IsolatedCircuitError {
  return isBranded(error, isolatedBrand)
}

function isBranded(error: unknown, brand: symbol): boolean {
  try {
    return brand in (Object(error) as object)
  } catch {
    return false
  }
}

function brokenMessage({ breaker, state, retryAfter }: Rejected): string {
  if (state === 'halfOpen') return `Circuit "${breaker}" is half-open and its probes are under way`
  const wait =
    retryAfter === undefined || retryAfter === Infinity
      ? 'until it is reset'
      : `for another ${formatDuration(retryAfter)}`
  return `Circuit "${breaker}" is open ${wait}`
}

/** Errors with a frozen constructor (hardened runtimes) keep their stack. */
const stackIsOptional = Object.getOwnPropertyDescriptor(Error, 'stackTraceLimit')?.writable === true

/** Makes an error without walking the stack, which is most of what an error costs. */
export function withoutStack<E extends Error>(make: () => E): E {
  if (!stackIsOptional) return make()
  const limit = Error.stackTraceLimit
  Error.stackTraceLimit = 0
  try {
    return make()
  } finally {
    Error.stackTraceLimit = limit
  }
}
