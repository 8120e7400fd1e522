import { isRefusal } from '../core/index.js'
import type { OutcomeKind } from '../core/index.js'
import type { Permit } from './breaker.js'

/** What a permit is given back to. */
export interface PermitOwner {
  settle(permit: CallPermit): void
  judge(permit: CallPermit, status: 'fulfilled' | 'rejected', outcome: unknown): OutcomeKind
}

/** The epoch of permits that nothing is counted for: in shadow of an open circuit, or disabled. */
export const uncounted = -1

/** A call under way, and once it has ended, its outcome: what flows through the outcome stream. */
export class CallPermit implements Permit {
  readonly #owner: PermitOwner
  #controller: AbortController | undefined
  /** The epoch it was admitted in. */
  readonly epoch: number
  /** Number of the probe; 0 when it is none. */
  readonly probe: number
  /** Monotonic ms; undefined when nobody needs the duration. */
  readonly startedAt: number | undefined
  /** Undefined while it runs. */
  kind: OutcomeKind | undefined
  /** It was refused before it reached the dependency. */
  refused = false
  /** What was thrown; or, if `returned`, the value that was judged a failure. */
  failure: unknown
  returned = false
  /** It took longer than `slowCall.duration`: filled in when it is counted. */
  slow = false

  constructor(owner: PermitOwner, epoch: number, probe: number, startedAt: number | undefined) {
    this.#owner = owner
    this.epoch = epoch
    this.probe = probe
    this.startedAt = startedAt
  }

  get isProbe(): boolean {
    return this.probe > 0
  }

  get signal(): AbortSignal {
    this.#controller ??= new AbortController()
    return this.#controller.signal
  }

  succeed(): void {
    this.#end('success')
  }

  fail(error?: unknown): void {
    if (this.kind !== undefined) return
    this.failure = error
    this.refused = isRefusal(error)
    this.#end(this.refused ? 'ignored' : 'failure')
  }

  ignore(): void {
    this.#end('ignored')
  }

  [Symbol.dispose](): void {
    this.ignore()
  }

  /** The call returned a value, which may be judged. */
  fulfilled(value: unknown): void {
    if (this.kind !== undefined) return
    const kind = this.#owner.judge(this, 'fulfilled', value)
    if (kind === 'failure') {
      this.failure = value
      this.returned = true
    }
    this.#end(kind)
  }

  /** The call threw, which may be judged; that it was refused further in is no matter of judgement. */
  rejected(error: unknown): void {
    if (this.kind !== undefined) return
    this.failure = error
    this.refused = isRefusal(error)
    this.#end(this.refused ? 'ignored' : this.#owner.judge(this, 'rejected', error))
  }

  abort(reason: unknown): void {
    this.#controller ??= new AbortController()
    this.#controller.abort(reason)
  }

  #end(kind: OutcomeKind): void {
    if (this.kind !== undefined) return
    this.kind = kind
    this.#owner.settle(this)
  }
}
