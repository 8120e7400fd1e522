import { Player } from './player.js'
import { ReferenceBreaker } from './reference-breaker.js'
import type { Aborted, Observation, PlayedCall } from './player.js'
import type { Admitted, End, Heard, ReferenceHold } from './reference-breaker.js'
import type { Ending, Operation, Trace } from './trace.js'

interface ModelCall extends PlayedCall {
  readonly admitted: Admitted
  readonly by: 'permit' | 'execute' | 'attempt' | 'wrap'
  /** Where the result of an executed call goes. */
  readonly result: number
  /** Its end has been counted, or is about to be. */
  ended: boolean
  aborted: Aborted
}

/** Plays a trace on the model. */
export class ModelPlayer extends Player<ModelCall, ReferenceHold> {
  readonly model: ReferenceBreaker
  readonly #results: unknown[] = []
  readonly #later: (() => void)[] = []
  /** Calls of functions that are given no signal. */
  readonly #deaf = new Set<Admitted>()

  constructor(trace: Trace) {
    super(trace)
    this.model = new ReferenceBreaker(trace.options, {
      ask: (context) => {
        this.log.push(['rule', { ...context, random: undefined }])
        return this.answer()
      },
      hears: (channel) => trace.hears[channel],
      hear: (heard) => this.#hear(heard),
    })
  }

  lapse(ms: number, timers: boolean): void {
    if (timers) this.model.advance(ms)
    else this.model.block(ms)
  }

  async flush(): Promise<void> {
    for (const act of this.#later.splice(0)) act()
    await Promise.resolve()
  }

  /** How far it is to the boundary that a step is about, in ms. */
  timeTo(which: number, beside: number): number {
    const boundaries = [
      ...this.model.boundaries(),
      ...this.calls
        .filter(({ over }) => !over)
        .map(({ admitted }) => (admitted.startedAt ?? 0) + this.#slowAfter),
    ].filter((at) => Number.isFinite(at))
    const at = boundaries[which % boundaries.length] ?? this.model.now
    return Math.max(0, Math.round((at + beside - this.model.now) * 8) / 8)
  }

  get #slowAfter(): number {
    return this.trace.options.slowCall?.duration ?? Infinity
  }

  observe(): Observation {
    const { model } = this
    const health = model.health()
    return {
      state: model.state,
      retryAfter: model.retryAfter(),
      isolation:
        model.holds.length === 0
          ? undefined
          : {
              since: Math.min(...model.holds.map(({ since }) => since)),
              reasons: model.holds.map(({ reason }) => reason),
            },
      stats: {
        state: model.state,
        retryAfter: model.retryAfter(),
        timeInState: model.now - model.enteredAt,
        throughput: health.throughput,
        successes: health.successes,
        failures: health.failures,
        slow: health.slow,
        ignored: health.ignored,
        failureRate: health.failureRate,
        successRate: health.throughput === 0 ? 0 : health.successes / health.throughput,
        slowRate: health.slowRate,
        hasMinimumThroughput: health.throughput >= model.minimumThroughput(),
        consecutiveFailures: health.consecutiveFailures,
        consecutiveSuccesses: health.consecutiveSuccesses,
        consecutiveBreaks: model.consecutiveBreaks,
        errorBreakdown: model.errorBreakdown(),
        lastError: model.lastError,
        isolation: model.holds.map(({ reason }) => reason),
        totals: { ...model.totals },
      },
      history: model.history,
      cause: model.state === 'closed' ? undefined : model.failure,
      timers: model.deadline() < Infinity ? 1 : 0,
      reports: model.reports,
      aborted: this.calls.map(({ admitted, aborted }) =>
        aborted === 'no' && admitted.aborted && !this.#deaf.has(admitted) ? 'lease' : aborted,
      ),
      results: this.#results,
      log: this.log.splice(0),
    }
  }

  protected acquire(): ModelCall | undefined {
    const admitted = this.model.admit()
    return admitted && newCall(admitted, { by: 'permit' })
  }

  protected execute({ by, signal, atOnce }: Operation & { do: 'execute' }): ModelCall | undefined {
    const result = this.#results.push(undefined) - 1
    const caller = by === 'wrap' ? 'none' : signal
    if (caller === 'aborted') {
      this.#results[result] = by === 'attempt' ? ['failure', left] : ['threw', left]
      return undefined
    }
    const admitted = this.model.admit()
    if (admitted === undefined) {
      const { state, retryAfter } = this.model.refused
      const error = state === 'isolated' ? 'IsolatedCircuitError' : 'BrokenCircuitError'
      this.#results[result] =
        by === 'attempt' ? ['rejected', state, retryAfter] : ['threw', [error, state, retryAfter]]
      return undefined
    }
    if (by === 'wrap') this.#deaf.add(admitted)
    const call = newCall(admitted, { by, signal: caller, result })
    if (atOnce !== undefined) {
      call.over = true
      // However it ends, the call has been waited for.
      this.#later.push(() => this.settle(call, atOnce))
    }
    return call
  }

  protected settle(call: ModelCall, ending: Ending): void {
    if (call.ended) return
    call.ended = true
    const end = call.by === 'permit' ? endOf(ending, 'plain') : this.#judged(ending)
    if (call.by === 'attempt') this.#results[call.result] = attempted(ending, end)
    else if (call.by !== 'permit')
      this.#results[call.result] = isReturned(ending) ? ['returned'] : ['threw', thrown(ending)]
    this.model.settle(call.admitted, end)
  }

  protected abort(call: ModelCall): void {
    if (call.ended) return
    call.ended = true
    this.happened.add(call.admitted.probe ? 'aborted a probe' : 'aborted a call')
    this.#results[call.result] = call.by === 'attempt' ? ['failure', left] : ['threw', left]
    this.model.settle(
      call.admitted,
      endOf({ kind: 'ignored', thrown: 'nothing', verdict: 'plain' }),
    )
    if (!call.admitted.aborted) call.aborted = 'caller'
  }

  protected feed({ kind, thrown, duration }: Operation & { do: 'feed' }): void {
    this.model.feed(
      kind === 'nonsense' ? undefined : endOf({ kind, thrown, verdict: 'plain' }),
      duration,
    )
  }

  protected isolate(reason: string, duration: number | undefined): ReferenceHold {
    return this.model.isolate(reason, duration)
  }

  protected holds(): readonly ReferenceHold[] {
    return this.model.holds
  }

  protected release(hold: ReferenceHold): boolean {
    return this.model.release(hold)
  }

  protected reset(): void {
    this.model.reset()
  }

  protected forceHalfOpen(): boolean {
    return this.model.forceHalfOpen()
  }

  protected trip(duration: number | undefined): boolean {
    return this.model.trip(duration)
  }

  protected send(event: (Operation & { do: 'send' })['event']): void {
    if (event === 'ISOLATE') this.model.isolate('manual')
    else if (event === 'RELEASE') this.model.releaseLatest()
    else if (event === 'RESET') this.model.reset()
    else if (event === 'FORCE_HALF_OPEN') this.model.forceHalfOpen()
    else this.model.trip()
  }

  protected read(): void {
    // Looking changes nothing.
  }

  protected restore(away: number): void {
    this.model.restore(away)
  }

  /** What the classifier makes of an ending. */
  #judged(ending: Ending): End {
    if (!this.trace.options.classifies || ending.kind === 'refused') return endOf(executed(ending))
    this.meanwhile(ending)
    if (ending.verdict === 'throws') this.happened.add('the classifier threw')
    if (ending.verdict === 'throws' || ending.verdict === 'nonsense') {
      this.model.reports++
      return endOf(executed(ending), 'failure')
    }
    return endOf(executed(ending), ending.verdict)
  }

  #hear(heard: Heard): void {
    const { state } = this.model
    if (heard.on === 'transitions') {
      if (!this.trace.hears.transitions) return
      this.log.push(['transitions', heard.transition, state])
    } else if (heard.on === 'outcomes') {
      const { kind, slow, probe, stale } = heard
      this.log.push(['outcomes', kind, slow, probe, stale, state])
    } else if (heard.on === 'rejections') {
      this.log.push(['rejections', heard.state, heard.retryAfter, state])
    } else {
      if (!this.trace.hears.aborts || this.#deaf.has(heard.call)) return
      // A signal aborts once: here its caller was first.
      const call = this.calls.find(({ admitted }) => admitted === heard.call)
      if (call?.aborted === 'caller') return
      this.log.push(['aborts', state])
    }
    this.react(heard.on)
  }
}

const left = 'Error: the caller left'

function newCall(
  admitted: Admitted,
  {
    by,
    signal = 'none',
    result = -1,
  }: Pick<ModelCall, 'by'> & Partial<Pick<ModelCall, 'signal' | 'result'>>,
): ModelCall {
  const executed = by !== 'permit'
  return { admitted, by, executed, signal, result, over: false, ended: false, aborted: 'no' }
}

/** A function cannot say «ignored»: it returns. */
function executed(ending: Ending): Ending {
  return ending.kind === 'ignored' ? { ...ending, kind: 'success' } : ending
}

function isReturned({ kind }: Ending): boolean {
  return kind === 'success' || kind === 'ignored'
}

function endOf(ending: Ending, verdict: Ending['verdict'] = 'plain'): End {
  const { kind, retryAfter } = ending
  if (kind === 'refused') return { ...nothing, kind: 'ignored', refused: true }
  const judged = verdict === 'plain' ? kind : (verdict as End['kind'])
  const returned = kind === 'success'
  const error = errorOf(ending)
  const carriesHint = returned || (error !== undefined && ending.thrown !== 'text')
  return {
    kind: judged,
    refused: false,
    returned: returned && judged === 'failure',
    error: returned ? undefined : error,
    hint: carriesHint ? retryAfter : undefined,
  }
}

const nothing = { refused: false, returned: false, error: undefined, hint: undefined }

function errorOf({ thrown }: Ending): End['error'] {
  if (thrown === 'nothing') return undefined
  return { name: thrown === 'text' ? 'string' : thrown, message: 'went wrong' }
}

function thrown(ending: Ending): string | undefined {
  if (ending.kind === 'refused')
    return 'BrokenCircuitError: Circuit "inner" is open for another 5 ms'
  const error = errorOf(ending)
  return error && `${error.name}: ${error.message}`
}

function attempted(ending: Ending, end: End): unknown {
  if (!isReturned(ending)) return ['failure', thrown(ending)]
  return [end.kind === 'failure' ? 'failure' : 'success', 'returned']
}
