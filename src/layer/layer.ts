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

const abortsMark: unique symbol = Symbol.for('recloser.aborts-calls') as never
const endsMark: unique symbol = Symbol.for('recloser.waits-for-endings') as never

/** What a pipeline knows of a layer. Marks are registered symbols: they hold across copies. */
export interface Marked {
  /** It makes a signal of its own for a function that takes one, and only for that. */
  readonly [abortsMark]?: true
  /** It wants to know when a call has really ended. */
  readonly [endsMark]?: true
}

/** Marks a class of layers that abort calls themselves. */
export function markAborting(layerClass: { readonly prototype: object }): void {
  Object.defineProperty(layerClass.prototype, abortsMark, { value: true })
}

/** Marks a class of layers that hold something until a call has really ended. */
export function markWaiting(layerClass: { readonly prototype: object }): void {
  Object.defineProperty(layerClass.prototype, endsMark, { value: true })
}

/** True for a layer that makes a signal for each call that takes one. */
export function isAborting(layer: object): boolean {
  return (layer as Marked)[abortsMark] === true
}

/** True for a layer that wants to know when a call has really ended. */
export function isWaiting(layer: object): boolean {
  return (layer as Marked)[endsMark] === true
}
