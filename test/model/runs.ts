/**
 * How many random traces, and from which seed: `MODEL_RUNS`, `MODEL_SEED`, and `MODEL_PATH` to
 * replay the one that failed. Without a seed it is another one each time.
 */
export function runs(atLeast: number): { numRuns: number; seed: number; path?: string } {
  const { MODEL_RUNS, MODEL_SEED, MODEL_PATH } = process.env
  const parameters = {
    numRuns: MODEL_RUNS === undefined ? atLeast : Number(MODEL_RUNS),
    seed: MODEL_SEED === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(MODEL_SEED),
  }
  return MODEL_PATH === undefined ? parameters : { ...parameters, path: MODEL_PATH }
}

/** How many there were, and how to have them again. */
export function told({ numRuns, seed }: { numRuns: number; seed: number }): string {
  return `${String(numRuns)} traces, seed ${String(seed)}`
}

/** Traces in which something happened, by what happened. */
export class Tally {
  readonly #traces = new Map<string, number>()

  /** Counts one trace; `happened` may name a thing more than once. */
  add(happened: Iterable<string>): void {
    for (const thing of new Set(happened))
      this.#traces.set(thing, (this.#traces.get(thing) ?? 0) + 1)
  }

  of(thing: string): number {
    return this.#traces.get(thing) ?? 0
  }

  toString(): string {
    return [...this.#traces]
      .sort(([, one], [, other]) => other - one)
      .map(([thing, traces]) => `${String(traces)} × ${thing}`)
      .join(', ')
  }
}
