import { BrokenCircuitError, createBreaker, isBrokenCircuit } from 'recloser'
import { controlledCall, createFakeClock } from 'recloser/testing'
import { Player } from './player.js'
import type { Breaker, BreakerOptions, Hold, Inspect, Permit, Transition } from 'recloser'
import type { ControlledCall } from 'recloser/testing'
import type { Aborted, Observation, PlayedCall } from './player.js'
import type { Ending, Operation, Trace } from './trace.js'

interface RealCall extends PlayedCall {
  readonly permit?: Permit
  readonly answer?: ControlledCall<Value>
  readonly caller?: AbortController
}

/** What a call returns: a classifier is asked about it. */
interface Value {
  readonly ending: Ending
  readonly retryAfter: number | undefined
}

const began = Date.UTC(2026, 0, 1)

/** Plays a trace on a breaker. */
export class BreakerPlayer extends Player<RealCall, Hold> {
  readonly clock = createFakeClock({ wall: began })
  readonly #inspect: Inspect | undefined
  readonly #results: unknown[] = []
  #breaker: Breaker
  #reports = 0
  /** The endings of calls whose error does not carry them. */
  #thrown: Ending | undefined

  constructor(trace: Trace, inspect?: Inspect) {
    super(trace)
    this.#inspect = inspect
    this.#breaker = this.#create()
  }

  get breaker(): Breaker {
    return this.#breaker
  }

  lapse(ms: number, timers: boolean): void {
    if (timers) this.clock.advance(ms)
    else this.clock.block(ms)
  }

  async flush(): Promise<void> {
    // More turns than the longest chain of promises in a call.
    for (let turn = 0; turn < 12; turn++) await Promise.resolve()
  }

  /** Ends every call that is still under way. */
  endAll(): void {
    for (const call of this.calls)
      this.settle(call, { kind: 'failure', thrown: 'text', verdict: 'plain' })
  }

  observe(): Observation {
    const breaker = this.#breaker
    const stats = breaker.stats()
    const { isolation } = breaker
    return {
      state: breaker.state,
      retryAfter: breaker.retryAfter,
      isolation: isolation && {
        since: isolation.since - began,
        reasons: isolation.reasons,
      },
      stats: {
        state: stats.state,
        retryAfter: stats.retryAfter,
        timeInState: stats.timeInState,
        throughput: stats.throughput,
        successes: stats.successes,
        failures: stats.failures,
        slow: stats.slow,
        ignored: stats.ignored,
        failureRate: stats.failureRate,
        successRate: stats.successRate,
        slowRate: stats.slowRate,
        hasMinimumThroughput: stats.hasMinimumThroughput,
        consecutiveFailures: stats.consecutiveFailures,
        consecutiveSuccesses: stats.consecutiveSuccesses,
        consecutiveBreaks: stats.consecutiveBreaks,
        errorBreakdown: stats.errorBreakdown,
        lastError: told(stats.lastError),
        isolation: stats.isolation,
        totals: stats.totals,
      },
      history: breaker.history.map(toldTransition),
      cause: told(breaker.rejection()?.cause),
      timers: this.clock.pendingTimers,
      reports: this.#reports,
      aborted: this.calls.map(abortedOf),
      results: this.#results,
      log: this.log.splice(0),
    }
  }

  protected acquire(): RealCall | undefined {
    const permit = this.#breaker.tryAcquire()
    if (permit === undefined) return undefined
    if (permit.isProbe) this.#listen(permit.signal)
    return { executed: false, signal: 'none', over: false, permit }
  }

  protected execute({ by, signal, atOnce }: Operation & { do: 'execute' }): RealCall | undefined {
    const answer = controlledCall<Value>()
    const fn = (signal: AbortSignal): Value | Promise<Value> => {
      this.#listen(signal)
      const value = answer(signal)
      if (atOnce === undefined) return value
      // Nobody waits for it.
      value.catch(() => undefined)
      return this.#returned(atOnce)
    }
    const caller = signal === 'none' || by === 'wrap' ? undefined : new AbortController()
    if (signal === 'aborted') caller?.abort(new Error('the caller left'))
    const options = caller && { signal: caller.signal }
    this.#record(
      by === 'attempt'
        ? this.#breaker.attempt(fn, options)
        : by === 'execute'
          ? this.#breaker.execute(fn, options)
          : this.#breaker.wrap(() => fn(new AbortController().signal))(),
    )
    if (answer.calls.length === 0) return undefined
    return {
      executed: true,
      signal: caller === undefined ? 'none' : 'live',
      over: atOnce !== undefined,
      answer,
      ...(caller && { caller }),
    }
  }

  protected settle({ permit, answer }: RealCall, ending: Ending): void {
    if (permit !== undefined) {
      if (ending.kind === 'success') permit.succeed()
      else if (ending.kind === 'ignored') permit.ignore()
      else permit.fail(errorOf(ending))
    } else if (ending.kind === 'success' || ending.kind === 'ignored') {
      answer?.calls[0]?.resolve(valueOf(ending))
    } else {
      this.#thrown = ending
      answer?.calls[0]?.reject(errorOf(ending))
    }
  }

  protected abort({ caller }: RealCall): void {
    caller?.abort(new Error('the caller left'))
  }

  protected feed({ kind, thrown, duration }: Operation & { do: 'feed' }): void {
    const outcome = {
      kind,
      ...(duration === undefined ? {} : { duration }),
      ...(kind === 'failure' ? { error: errorOf({ kind, thrown, verdict: 'plain' }) } : {}),
    }
    const source = {
      subscribe: (observer: { next(outcome: unknown): void }) => {
        observer.next(outcome)
        return { unsubscribe: () => undefined }
      },
    }
    this.#breaker.feed(source as never)
  }

  protected isolate(reason: string, duration: number | undefined): Hold {
    return this.#breaker.isolate(reason, duration === undefined ? {} : { duration })
  }

  protected holds(): readonly Hold[] {
    return this.#breaker.isolation?.holds ?? []
  }

  protected release(hold: Hold): boolean {
    return hold.release()
  }

  protected reset(): void {
    this.#breaker.reset()
  }

  protected forceHalfOpen(): boolean {
    return this.#breaker.forceHalfOpen()
  }

  protected trip(duration: number | undefined): boolean {
    return this.#breaker.trip('by hand', duration === undefined ? {} : { duration })
  }

  protected send(event: (Operation & { do: 'send' })['event']): void {
    this.#breaker.actor.send({ type: event })
  }

  protected read(): void {
    this.#breaker.stats()
    this.#breaker.snapshot()
    this.#breaker.timeline()
    this.#breaker.rejection()
  }

  protected restore(away: number): void {
    const saved: unknown = JSON.parse(JSON.stringify(this.#breaker.snapshot()))
    this.#breaker.dispose()
    this.clock.block(away)
    this.#breaker = this.#create(saved)
  }

  #create(snapshot?: unknown): Breaker {
    const { options, hears } = this.trace
    const { breakDuration, classifies, trip, ...others } = options
    const given: Record<string, unknown> = {
      ...others,
      trip,
      clock: this.clock,
      onError: () => {
        this.#reports++
      },
      inspect: this.#inspect,
      snapshot,
      breakDuration: breakDuration === 'rule' ? this.#rule : breakDuration,
      classify: classifies ? this.#classify : undefined,
    }
    const breaker = createBreaker('modelled', defined(given))
    if (hears.transitions) {
      breaker.transitions$.subscribe((transition) => {
        this.log.push(['transitions', toldTransition(transition), this.#breaker.state])
        this.react('transitions')
      })
    }
    if (hears.outcomes) {
      breaker.outcomes$.subscribe(({ kind, slow, probe, stale }) => {
        this.log.push(['outcomes', kind, slow, probe, stale, this.#breaker.state])
        this.react('outcomes')
      })
    }
    if (hears.rejections) {
      breaker.rejections$.subscribe(({ state, retryAfter }) => {
        this.log.push(['rejections', state, retryAfter, this.#breaker.state])
        this.react('rejections')
      })
    }
    return breaker
  }

  readonly #rule: BreakerOptions['breakDuration'] = (given) => {
    const { lastError, ...figures } = given
    this.log.push(['rule', { ...figures, random: undefined, lastError: told(lastError) }])
    const answer = this.answer()
    if (answer === 'throws') throw new Error('a rule threw')
    return answer as number
  }

  readonly #classify: BreakerOptions['classify'] = (settled) => {
    const ending = settled.status === 'fulfilled' ? (settled.value as Value).ending : this.#thrown
    if (ending === undefined) throw new Error('asked about something that nobody threw')
    this.meanwhile(ending)
    if (ending.verdict === 'throws') throw new Error('a classifier threw')
    if (ending.verdict === 'plain') return settled.status === 'fulfilled' ? 'success' : 'failure'
    return ending.verdict as 'success'
  }

  #returned(ending: Ending): Value {
    if (ending.kind === 'success' || ending.kind === 'ignored') return valueOf(ending)
    this.#thrown = ending
    throw errorOf(ending)
  }

  #listen(signal: AbortSignal): void {
    if (!this.trace.hears.aborts) return
    signal.addEventListener('abort', () => {
      if (abortedBy(signal) === 'lease') {
        this.log.push(['aborts', this.#breaker.state])
        this.react('aborts')
      }
    })
  }

  #record(call: Promise<unknown>): void {
    const index = this.#results.push(undefined) - 1
    call.then(
      (value) => {
        this.#results[index] = toldResult(value)
      },
      (error: unknown) => {
        this.#results[index] = ['threw', toldError(error)]
      },
    )
  }
}

function valueOf(ending: Ending): Value {
  return { ending, retryAfter: ending.retryAfter }
}

function errorOf({ kind, thrown, retryAfter }: Ending): unknown {
  if (kind === 'refused')
    return new BrokenCircuitError({ breaker: 'inner', state: 'open', retryAfter: 5 })
  if (thrown === 'nothing') return undefined
  if (thrown === 'text') return 'went wrong'
  return Object.assign(new Error('went wrong'), { name: thrown, retryAfter })
}

function toldResult(value: unknown): unknown {
  if (!(value instanceof Object)) return value
  if ('ending' in value) return ['returned']
  const { status, ...attempt } = value as { status: string; value?: unknown; error?: unknown }
  if (status === 'rejected') {
    const { state, retryAfter } = attempt as { state?: string; retryAfter?: number }
    return ['rejected', state, retryAfter]
  }
  return [status, 'value' in attempt ? 'returned' : toldError(attempt.error)]
}

function toldError(error: unknown): unknown {
  if (!isBrokenCircuit(error) || error.breaker === 'inner') return told(error)
  return [error.name, error.state, error.retryAfter]
}

/** An error as the model knows it. */
function told(error: unknown): string | undefined {
  if (error === undefined) return undefined
  if (typeof error === 'string') return `string: ${error}`
  const { name, message } = error as Error
  return `${name}: ${name === 'ProbeTimeoutError' ? '' : message}`
}

function toldTransition(transition: Transition): unknown {
  const { from, to, at, cause, health, breakDuration, consecutiveBreaks, error } = transition
  return {
    from,
    to,
    at: at - began,
    cause,
    health,
    breakDuration,
    consecutiveBreaks,
    error: told(error),
  }
}

function abortedOf({ permit, answer }: RealCall): Aborted {
  const signal = permit === undefined ? answer?.calls[0]?.signal : permit.signal
  return signal === undefined ? 'no' : abortedBy(signal)
}

function abortedBy(signal: AbortSignal): Aborted {
  if (!signal.aborted) return 'no'
  return (signal.reason as Error).name === 'ProbeTimeoutError' ? 'lease' : 'caller'
}

function defined(options: Record<string, unknown>): BreakerOptions {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined))
}
