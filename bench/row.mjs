import { median, ratios, spread } from './statistics.mjs'

/**
 * One question that the bench answers.
 *
 * @typedef {object} Row
 * @property {string} id
 * @property {string} title
 * @property {string} unit - of the figures
 * @property {Figure[]} figures
 * @property {Target[]} targets
 */

/** @typedef {{ name: string, median: number, spread: number }} Figure */

/** @typedef {{ claim: string, value: number, spread: number, limit: number, reached: boolean }} Target */

/**
 * Figures of everything that was sampled.
 *
 * @param {import('./interleave.mjs').Samples} samples
 * @returns {Figure[]}
 */
export function figuresOf(samples) {
  return [...samples].map(([name, values]) => figure(name, values))
}

/**
 * @param {string} name
 * @param {readonly number[]} values
 * @returns {Figure}
 */
export function figure(name, values) {
  return { name, median: median(values), spread: spread(values) }
}

/**
 * What one case may cost of another.
 *
 * @param {import('./interleave.mjs').Samples} samples
 * @param {string} one
 * @param {string} other
 * @param {number} limit
 */
export function ratioTarget(samples, one, other, limit) {
  const values = ratios(samples.get(one) ?? [], samples.get(other) ?? [])
  return target(`${one} / ${other}`, values, limit)
}

/**
 * A figure that is to be at most `limit`.
 *
 * @param {string} claim
 * @param {readonly number[]} values
 * @param {number} limit
 * @returns {Target}
 */
export function target(claim, values, limit) {
  const value = median(values)
  return { claim, value, spread: spread(values), limit, reached: value <= limit }
}
