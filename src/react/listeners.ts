/** Who listens to a store. The store follows its source only while somebody does. */
export class Listeners {
  readonly #start: () => () => void
  readonly #heard = new Set<() => void>()
  #stop: (() => void) | undefined

  /** @param start - begins to follow the source; what it returns ends it */
  constructor(start: () => () => void) {
    this.#start = start
  }

  get areThere(): boolean {
    return this.#heard.size > 0
  }

  /** For `useSyncExternalStore`. */
  readonly subscribe = (listener: () => void): (() => void) => {
    // Components may hand over the same function; each counts for itself.
    const heard = () => {
      listener()
    }
    this.#stop ??= this.#start()
    this.#heard.add(heard)
    return () => {
      this.#heard.delete(heard)
      if (this.areThere) return
      this.#stop?.()
      this.#stop = undefined
    }
  }

  tell(): void {
    for (const heard of [...this.#heard]) heard()
  }
}
