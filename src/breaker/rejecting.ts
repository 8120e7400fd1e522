/**
 * What a promise is resolved with to be rejected one microtask later. V8 takes a third of a microsecond
 * to throw, and a promise that is rejected before anybody waits for it costs three times as much: Node
 * is told of an unhandled rejection, and then that it is handled after all.
 */
export class Rejecting implements PromiseLike<never> {
  readonly #error: unknown

  constructor(error: unknown) {
    this.#error = error
  }

  then<A, B>(_: unknown, reject?: ((error: unknown) => A | PromiseLike<A>) | null): PromiseLike<B> {
    reject?.(this.#error)
    return this
  }
}
