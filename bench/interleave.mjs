/**
 * Something to be timed against others.
 *
 * @typedef {object} Case
 * @property {string} name
 * @property {(calls: number) => unknown} repeat - makes so many calls; may return a promise
 * @property {(calls: number) => unknown} [after] - tidies up after so many calls, untimed
 * @property {number} [most] - calls in one slice, where more would change what is measured
 */

/**
 * @typedef {object} Effort
 * @property {number} rounds - slices of each case that count
 * @property {number} warmups - slices before, for the compiler
 * @property {number} slice - ms
 */

/**
 * Nanoseconds per call of each case, one figure for each round.
 *
 * @typedef {Map<string, number[]>} Samples
 */

/**
 * Times cases in turn, a short slice of each in every round, so that whatever else the machine does
 * meanwhile meets them all. Every other round goes backwards: no case always follows the same one.
 *
 * @param {readonly Case[]} cases
 * @param {Effort} effort
 * @returns {Promise<Samples>}
 */
export async function interleave(cases, { rounds, warmups, slice }) {
  /** @type {Samples} */
  const samples = new Map(cases.map(({ name }) => [name, []]))
  /** @type {Map<Case, number>} */
  const costs = new Map()
  for (let round = -warmups; round < rounds; round++) {
    for (const one of round % 2 === 0 ? cases : [...cases].reverse()) {
      const cost = costs.get(one)
      const calls = cost === undefined ? 1 : Math.ceil((slice * 1e6) / cost)
      const taken = await time(one, Math.min(calls, one.most ?? Infinity))
      // One slow slice must not make the next one too short to be measured.
      costs.set(one, cost === undefined ? taken : Math.min(taken, cost * 2))
      if (round >= 0) samples.get(one.name)?.push(taken)
    }
  }
  return samples
}

/**
 * @param {Case} one
 * @param {number} calls
 */
async function time(one, calls) {
  const start = process.hrtime.bigint()
  await one.repeat(calls)
  const taken = Number(process.hrtime.bigint() - start) / calls
  await one.after?.(calls)
  return taken
}
