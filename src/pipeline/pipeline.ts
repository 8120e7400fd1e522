import { idleSignal, shown, takesSignal } from '../core/index.js'
import { Ending, withEnding } from '../layer/ending.js'
import { traitsOf, watched } from '../layer/layer.js'
import { callerOf, rejected } from '../layer/signal.js'
import type { AddedBy, Call, CallOptions, InnerCallOptions, Layer } from '../layer/layer.js'

/** Layers as one layer. */
export interface Pipeline<Added = never> extends Layer<Added> {
  /** Outermost first; a pipeline given as a layer stands here as its layers. */
  readonly layers: readonly Layer<unknown>[]
  /** A function like `fn` that makes its calls through these layers. */
  wrap<This, Args extends unknown[], T>(
    fn: (this: This, ...args: Args) => T | PromiseLike<T>,
  ): (this: This, ...args: Args) => Promise<T | Added>
}

/**
 * Puts layers around a call, outermost first: `pipeline(retry(), breaker, timeout(2_000))` times
 * each attempt, and the breaker counts each attempt.
 *
 * @param layers - at least one, none of them twice; anything with `execute` will do
 * @throws TypeError when there is none, one is no layer, or one stands twice
 */
export function pipeline<const Layers extends readonly Layer<unknown>[]>(
  ...layers: Layers
): Pipeline<AddedBy<Layers[number]>> {
  return new LayerPipeline<AddedBy<Layers[number]>>(layers)
}

class LayerPipeline<Added> implements Pipeline<Added> {
  readonly layers: readonly Layer<unknown>[]
  readonly #last: number
  /** For each layer, whether the one outside ends the call at once when the signal it hands in aborts. */
  readonly #isWatched: readonly boolean[]
  /** For each layer, whether one further in has use for a signal that the call does not take. */
  readonly #isHeeded: readonly boolean[]

  constructor(layers: readonly Layer<unknown>[]) {
    this.layers = layers.flatMap((layer) => (layer instanceof LayerPipeline ? layer.layers : layer))
    if (this.layers.length === 0) throw new TypeError('pipeline needs at least one layer')
    this.layers.forEach((layer, index) => {
      if (typeof (layer as Partial<Layer> | null)?.execute !== 'function')
        throw new TypeError(`layer ${index + 1} of the pipeline has no execute: ${shown(layer)}`)
      const first = this.layers.indexOf(layer)
      if (first < index) {
        throw new TypeError(
          `layers ${first + 1} and ${index + 1} of the pipeline are the same: a call would pass it twice`,
        )
      }
    })
    this.#last = this.layers.length - 1
    // The layers of this package do, for their caller or because the one outside them does.
    this.#isWatched = this.layers.map(
      (_, index) => index > 0 && traitsOf(this.layers[index - 1] as object) !== undefined,
    )
    this.#isHeeded = this.layers.map((_, index) =>
      this.layers.slice(index + 1).some((inner) => traitsOf(inner)?.waits !== false),
    )
  }

  execute<T>(fn: Call<T>, options?: CallOptions): Promise<T | Added> {
    try {
      return this.#enter(0, fn, callerOf(fn, options))
    } catch (error) {
      return rejected(error)
    }
  }

  wrap<This, Args extends unknown[], T>(
    fn: (this: This, ...args: Args) => T | PromiseLike<T>,
  ): (this: This, ...args: Args) => Promise<T | Added> {
    if (typeof (fn as unknown) !== 'function')
      throw new TypeError(`wrap needs a function, got ${shown(fn)}`)
    // eslint-disable-next-line @typescript-eslint/no-this-alias -- `this` is the wrapped function's
    const layers = this
    return function (this: This, ...args: Args) {
      return layers.execute(() => fn.apply(this, args))
    }
  }

  /** Has the layer at `index` make the call, by way of the layers further in. */
  #enter<T>(index: number, fn: Call<T>, caller: AbortSignal | undefined): Promise<T | Added> {
    const layer = this.layers[index] as Layer<Added>
    const options = caller === undefined ? undefined : this.#optionsFor(index, caller)
    // Innermost, it sees the end of the call itself.
    if (index === this.#last || traitsOf(layer)?.holds !== true)
      return layer.execute(this.#inward(index, fn), options)
    const ending = new Ending()
    return layer.execute(withEnding(this.#inward(index, ending.follow(fn)), ending), options)
  }

  #optionsFor(index: number, signal: AbortSignal): InnerCallOptions {
    return this.#isWatched[index] === true ? { signal, [watched]: signal } : { signal }
  }

  /** What the layer at `index` calls: the layer further in, or `fn` itself. */
  #inward<T>(index: number, fn: Call<T>): Call<T | Added> {
    if (index === this.#last) return fn
    const enter = (signal: AbortSignal) =>
      this.#enter(index + 1, fn, signal === idleSignal ? undefined : signal)
    // Only a layer that aborts calls itself need make a signal, and only for somebody who heeds it.
    // To the others the way further in looks like a function that takes none, and what they hand it
    // is that of the caller or of a probe.
    const aborts = traitsOf(this.layers[index] as object)?.aborts === true
    return aborts && (takesSignal(fn) || this.#isHeeded[index] === true)
      ? enter
      : (...[signal]: [signal?: AbortSignal]) => enter(signal ?? idleSignal)
  }
}
