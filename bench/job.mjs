/**
 * What every contender is set up for. Durations are in milliseconds.
 *
 * @typedef {object} Job
 * @property {number} breakDuration
 * @property {number} samplingDuration
 * @property {number} failureRatio - of at least ten calls
 */

/**
 * A function behind a breaker.
 *
 * @typedef {object} Guard
 * @property {(calls: number) => Promise<number>} repeat - makes so many calls, one after the other,
 *   and counts those that rejected
 * @property {() => unknown} dispose
 */

/**
 * @typedef {object} Contender
 * @property {string} name
 * @property {string} version
 * @property {string} note - where the job is not quite the same
 * @property {(fn: () => Promise<unknown>, job?: Job) => Guard} guard
 */

/** @type {Job} */
export const usualJob = { breakDuration: 30_000, samplingDuration: 10_000, failureRatio: 0.5 }
