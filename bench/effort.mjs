/**
 * How much work a run of the bench is.
 *
 * @typedef {object} Size
 * @property {import('./interleave.mjs').Effort} effort
 * @property {number} breakers - in the rows that show that their number does not matter
 * @property {number} calls - in the window, in the row that shows that their number does not matter
 * @property {number} failures - in the window, in the row on failing calls
 * @property {number} repeats - of each child process
 */

/** For figures to publish: about three minutes. @type {Size} */
export const full = {
  effort: { rounds: 200, warmups: 60, slice: 1 },
  breakers: 100_000,
  calls: 10_000_000,
  failures: 15_000,
  repeats: 5,
}

/** To see that everything runs: some seconds, and figures that mean nothing. @type {Size} */
export const quick = {
  effort: { rounds: 3, warmups: 1, slice: 0.2 },
  breakers: 500,
  calls: 5_000,
  failures: 500,
  repeats: 1,
}
