/** The guarded call. It may ignore its signal. */
export type Call<T> = (signal: AbortSignal) => T | PromiseLike<T>

/** Options of one call. */
export interface CallOptions {
  /** Ends the call: what it gives is then the reason of this signal. */
  readonly signal?: AbortSignal | undefined
}

declare const adds: unique symbol

/**
 * What wraps a call: a breaker, a retry, a timeout, or one of your own. `Added` is what it may give
 * besides the result of the call, as a fallback does.
 */
export interface Layer<Added = never> {
  /**
   * Makes the call, once, never or several times.
   *
   * @param fn - gets a signal that aborts when the call is to end
   * @throws what `fn` throws, the reason of the caller's signal, or the layer's own error
   */
  execute<T>(fn: Call<T>, options?: CallOptions): Promise<T | Added>
  /** Only a type: carries `Added` where it can be inferred from. */
  readonly [adds]?: () => Added
}

/** What the layer `L` may give besides the result of a call; never for layers that add nothing. */
export type AddedBy<L> = L extends { readonly [adds]?: infer Carrier }
  ? typeof adds extends keyof L
    ? NonNullable<Carrier> extends () => infer Added
      ? Added
      : never
    : never
  : never

/** What a pipeline knows of a layer of this package. */
export interface Traits {
  /** It aborts calls itself, by a signal it makes for a function that takes one, and only for that. */
  readonly aborts: boolean
  /** It holds something until a call has really ended. */
  readonly holds: boolean
  /** It may keep a call waiting: it has use for a signal even when the call takes none. */
  readonly waits: boolean
}

/** Where a layer keeps its traits. A registered symbol: it holds across copies of this package. */
export const traits: unique symbol = Symbol.for('recloser.layer-traits') as never

/** The traits of a layer; undefined for a breaker, or a layer from elsewhere. */
export function traitsOf(layer: object): Traits | undefined {
  return (layer as { readonly [traits]?: Traits })[traits]
}

/**
 * Set by a pipeline: the signal for whose abort the layer outside ends the call. Options may be handed
 * on with another signal in them.
 */
export const watched: unique symbol = Symbol.for('recloser.watched') as never

/** Options of a call within a pipeline. */
export interface InnerCallOptions extends CallOptions {
  readonly [watched]?: AbortSignal
}
