import { idleSignal } from '../core/index.js'
import type { Call } from './layer.js'

const mark: unique symbol = Symbol.for('recloser.ending') as never

/**
 * Knows when a function has really ended, also when those who called it were told earlier that it
 * had: a timeout answers, and the call goes on. Made by a pipeline for the layers that ask.
 */
export class Ending {
  #running = 0
  #awaited: (() => void)[] | undefined

  /** A function like `fn` whose calls are followed to their end. */
  follow<T>(fn: Call<T>): Call<T> {
    // As many parameters as `fn`: layers look whether it takes a signal.
    return fn.length === 0
      ? (...[signal]: [signal?: AbortSignal]) => this.#run(fn, signal ?? idleSignal)
      : (signal) => this.#run(fn, signal)
  }

  /** Calls `then` when nothing runs: now, or later. */
  whenIdle(then: () => void): void {
    if (this.#running === 0) then()
    else (this.#awaited ??= []).push(then)
  }

  #run<T>(fn: Call<T>, signal: AbortSignal): T | PromiseLike<T> {
    const result = fn(signal)
    if (!isThenable(result)) return result
    this.#running++
    const end = () => {
      this.#running--
      if (this.#running > 0 || this.#awaited === undefined) return
      for (const then of this.#awaited.splice(0)) then()
    }
    return Promise.resolve(result).then(
      (value) => {
        end()
        return value
      },
      (error: unknown) => {
        end()
        throw error
      },
    )
  }
}

/** Tells whoever is handed `fn` when the call behind it really ends. */
export function withEnding<F extends object>(fn: F, ending: Ending): F {
  return Object.assign(fn, { [mark]: ending })
}

/** When the call behind `fn` really ends; undefined when it is known only by its result. */
export function endingOf(fn: object): Ending | undefined {
  return (fn as { readonly [mark]?: Ending })[mark]
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (
    (typeof value === 'object' || typeof value === 'function') &&
    value !== null &&
    typeof (value as Partial<PromiseLike<unknown>>).then === 'function'
  )
}
