import { exponentialBreakDuration } from 'recloser'

/**
 * @import { Breaker, BreakerOptions, Hold } from 'recloser'
 * @import { Behaviour } from './dependency.js'
 *
 * @typedef {object} Cue When something happens: both must have come.
 * @property {number} at ms
 * @property {number} [breaks] how often the circuit must have opened, so that the story keeps its
 *   order where the machine is slow
 *
 * @typedef {object} Character
 * @property {string} name
 * @property {Omit<BreakerOptions, 'clock' | 'inspect'>} options
 * @property {number} timeout of a call, ms
 * @property {(Cue & { behaviour: Behaviour })[]} acts what it does from when on
 *
 * @typedef {Cue & { name: string, act: (breaker: Breaker) => void }} Deed What the operator does.
 */

/**
 * Six dependencies, what becomes of each, and what their operator does about it. Times are parts of
 * the whole, so that a longer run tells the same story.
 *
 * @param {number} length ms
 */
export function createStory(length) {
  /** @param {number} part */
  const at = (part) => length * part

  /** What the breakers have in common. @satisfies {BreakerOptions} */
  const defaults = {
    failureRatio: 0.5,
    minimumThroughput: 8,
    samplingDuration: at(0.2),
    breakDuration: exponentialBreakDuration({ base: at(0.08), factor: 1.5 }),
  }

  const timeout = 2_000

  /** @type {Character[]} */
  const characters = [
    { name: 'catalogue', options: {}, timeout, acts: [] },
    { name: 'weather', options: {}, timeout, acts: [{ at: 0, behaviour: 'flaky' }] },
    {
      name: 'payments',
      options: {},
      timeout,
      acts: [
        { at: at(0.12), behaviour: 'error' },
        { at: at(0.4), breaks: 2, behaviour: 'ok' },
      ],
    },
    {
      name: 'search',
      options: { halfOpen: { probes: 4, successes: 3 } },
      // Short: who hangs is to be noticed.
      timeout: 400,
      acts: [
        { at: at(0.24), behaviour: 'hang' },
        { at: at(0.52), breaks: 2, behaviour: 'ok' },
      ],
    },
    {
      name: 'mail',
      // Longer than the whole story: only a reset ends it.
      options: { breakDuration: 2 * length },
      timeout,
      acts: [
        { at: at(0.32), behaviour: 'refuse' },
        { at: at(0.6), breaks: 1, behaviour: 'ok' },
      ],
    },
    { name: 'accounts', options: {}, timeout, acts: [] },
  ]

  /** @type {Hold | undefined} */
  let maintenance

  /** @type {Deed[]} */
  const operator = [
    {
      name: 'accounts',
      at: at(0.48),
      act: (accounts) => {
        maintenance = accounts.isolate('Scheduled maintenance')
      },
    },
    { name: 'accounts', at: at(0.64), act: () => void maintenance?.release() },
    { name: 'mail', at: at(0.72), breaks: 1, act: (mail) => mail.reset() },
  ]

  return { defaults, characters, operator }
}
