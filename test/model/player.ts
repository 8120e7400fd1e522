import type { Ending, Lapse, Operation, Restore, Trace } from './trace.js'

/** A call that was let through, as the player of a trace keeps it. */
export interface PlayedCall {
  /** Made by `execute` and the like, not a permit ended by hand. */
  readonly executed: boolean
  readonly signal: 'none' | 'live'
  /** Somebody has ended it. */
  over: boolean
}

/** How a signal that a call was given aborted: by its breaker or by its caller. */
export type Aborted = 'no' | 'lease' | 'caller'

/** What is looked at after each step. Errors are `name: message`. */
export interface Observation {
  readonly state: string
  readonly retryAfter: number | undefined
  readonly isolation: { readonly since: number; readonly reasons: readonly string[] } | undefined
  readonly stats: Readonly<Record<string, unknown>>
  readonly history: readonly unknown[]
  readonly cause: string | undefined
  readonly timers: number
  readonly reports: number
  readonly aborted: readonly Aborted[]
  /** How the executed calls that have ended went for their callers. */
  readonly results: readonly unknown[]
  /** What listeners and callbacks were told since the last look. */
  readonly log: readonly unknown[]
}

/**
 * Plays a trace, on the breaker or on the model of it: picks the call or hold that an operation is
 * about, and does in callbacks what the trace says. Both sides play by the same rules, so that only
 * the breaker and the model can differ.
 */
export abstract class Player<Call extends PlayedCall, Held> {
  protected readonly calls: Call[] = []
  protected readonly log: unknown[] = []
  /** What was done that is not to be seen in the history. */
  readonly happened = new Set<string>()
  readonly #handles: Held[] = []
  #heard = 0
  #asked = 0

  constructor(protected readonly trace: Trace) {}

  abstract observe(): Observation
  abstract lapse(ms: number, timers: boolean): void
  /** Lets everything that waits for a promise go on. */
  abstract flush(): Promise<void>

  protected abstract acquire(): Call | undefined
  protected abstract execute(operation: Operation & { do: 'execute' }): Call | undefined
  protected abstract settle(call: Call, ending: Ending): void
  protected abstract abort(call: Call): void
  protected abstract feed(operation: Operation & { do: 'feed' }): void
  protected abstract isolate(reason: string, duration: number | undefined): Held
  protected abstract holds(): readonly Held[]
  protected abstract release(hold: Held): boolean
  protected abstract reset(): void
  protected abstract forceHalfOpen(): boolean
  protected abstract trip(duration: number | undefined): boolean
  protected abstract send(event: (Operation & { do: 'send' })['event']): void
  protected abstract read(): void
  protected abstract restore(away: number): void

  /** Does one thing. From `within` a callback, only what ends before it returns. */
  perform(step: Exclude<Operation | Restore, Lapse>, within = false): unknown {
    if (within) this.happened.add(step.do === 'throw' ? 'a listener threw' : 'called back in')
    switch (step.do) {
      case 'acquire':
        return this.#keep(this.acquire())
      case 'execute':
        return this.#keep(this.execute(step))
      case 'fill': {
        const granted = this.#upTo(6)
        for (const call of granted) this.settle(call, ignored)
        return granted.length
      }
      case 'burst':
        return step.endings.map((ending) => {
          const call = this.acquire()
          if (call !== undefined) this.settle(call, ending)
          return call !== undefined
        })
      case 'settle': {
        const call = pick(
          this.calls.filter(({ over, executed }) => !over && !(within && executed)),
          step.which,
        )
        if (call === undefined) return undefined
        call.over = true
        this.settle(call, step.ending)
        return undefined
      }
      case 'settleAgain': {
        const call = pick(
          this.calls.filter(({ over, executed }) => over && !executed),
          step.which,
        )
        if (call === undefined) return undefined
        this.happened.add('settled twice')
        this.settle(call, step.ending)
        return undefined
      }
      case 'abort': {
        const call = pick(
          this.calls.filter(({ over, signal }) => !over && signal === 'live'),
          step.which,
        )
        if (call === undefined) return undefined
        call.over = true
        this.abort(call)
        return undefined
      }
      case 'feed':
        this.feed(step)
        return undefined
      case 'isolate':
        this.#handles.push(this.isolate(step.reason, step.duration))
        return undefined
      case 'release': {
        const hold = pick([...this.#handles, ...this.holds()], step.which)
        return hold && this.release(hold)
      }
      case 'reset':
        this.reset()
        return undefined
      case 'forceHalfOpen':
        return this.forceHalfOpen()
      case 'trip':
        return this.trip(step.duration)
      case 'send':
        this.send(step.event)
        return undefined
      case 'read':
        this.read()
        return undefined
      case 'restore':
        this.restore(step.away)
        return undefined
      case 'throw':
        throw new Error('a listener threw')
    }
  }

  /** How many calls are under way. */
  get running(): number {
    return this.calls.filter(({ over }) => !over).length
  }

  /** Does what the trace says for the next thing that is heard. */
  protected react(channel: keyof Trace['hears']): void {
    const reaction = this.trace.reactions[this.#heard++]
    // What an abort listener throws goes to the process, not to the breaker.
    if (reaction === undefined || (channel === 'aborts' && reaction.do === 'throw')) return
    this.log.push([reaction.do, this.perform(reaction, true)])
  }

  /** Answers for the rule of the break duration. */
  protected answer(): number | 'throws' | 'text' {
    const { rule } = this.trace
    const answer = rule[this.#asked++ % rule.length]
    if (answer === undefined) throw new Error('a trace has at least one answer')
    if (answer.meanwhile !== undefined)
      this.log.push([answer.meanwhile.do, this.perform(answer.meanwhile, true)])
    if (answer.returns === 'throws') this.happened.add('the rule threw')
    return answer.returns
  }

  /** Does what a classifier does before it answers. */
  protected meanwhile(ending: Ending): void {
    if (ending.meanwhile !== undefined)
      this.log.push([ending.meanwhile.do, this.perform(ending.meanwhile, true)])
  }

  #keep(call: Call | undefined): 'granted' | 'refused' {
    if (call === undefined) return 'refused'
    this.calls.push(call)
    return 'granted'
  }

  #upTo(most: number): Call[] {
    const granted: Call[] = []
    while (granted.length < most) {
      const call = this.acquire()
      if (call === undefined) break
      granted.push(call)
    }
    return granted
  }
}

const ignored: Ending = { kind: 'ignored', thrown: 'nothing', verdict: 'plain' }

function pick<T>(from: readonly T[], which: number): T | undefined {
  return from[which % from.length]
}
