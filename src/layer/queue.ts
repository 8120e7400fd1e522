interface Place<T> {
  readonly item: T
  before: Place<T> | undefined
  after: Place<T> | undefined
}

/**
 * First come, first served. Joining, leaving and being next cost the same however many wait: a `Set`
 * looks for its first at all who have left before it.
 */
export class Queue<T> {
  readonly #places = new Map<T, Place<T>>()
  #first: Place<T> | undefined
  #last: Place<T> | undefined

  get size(): number {
    return this.#places.size
  }

  get first(): T | undefined {
    return this.#first?.item
  }

  add(item: T): void {
    const place = { item, before: this.#last, after: undefined }
    if (this.#last === undefined) this.#first = place
    else this.#last.after = place
    this.#last = place
    this.#places.set(item, place)
  }

  /** False when it was not waiting. */
  delete(item: T): boolean {
    const place = this.#places.get(item)
    if (place === undefined) return false
    const { before, after } = place
    if (before === undefined) this.#first = after
    else before.after = after
    if (after === undefined) this.#last = before
    else after.before = before
    return this.#places.delete(item)
  }

  /** Who waits, oldest first. Nobody may leave meanwhile. */
  *[Symbol.iterator](): Generator<T> {
    for (let place = this.#first; place !== undefined; place = place.after) yield place.item
  }

  /** The same, newest first. */
  *backwards(): Generator<T> {
    for (let place = this.#last; place !== undefined; place = place.before) yield place.item
  }
}
