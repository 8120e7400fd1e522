import { exponentialBreakDuration } from 'recloser'

/**
 * @import { BreakerOptions, Hold, Registry } from 'recloser'
 * @import { Behaviour } from './dependency.js'
 *
 * @typedef {object} Character
 * @property {string} name
 * @property {Omit<BreakerOptions, 'clock' | 'inspect'>} options
 * @property {{ at: number, behaviour: Behaviour }[]} acts what it does from when on; ms
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

  /** @type {Character[]} */
  const characters = [
    { name: 'catalogue', options: {}, acts: [] },
    { name: 'weather', options: {}, acts: [{ at: 0, behaviour: 'flaky' }] },
    {
      name: 'payments',
      options: {},
      acts: [
        { at: at(0.12), behaviour: 'error' },
        { at: at(0.4), behaviour: 'ok' },
      ],
    },
    {
      name: 'search',
      options: { halfOpen: { probes: 4, successes: 3 } },
      acts: [
        { at: at(0.24), behaviour: 'hang' },
        { at: at(0.52), behaviour: 'ok' },
      ],
    },
    {
      name: 'mail',
      // Longer than the whole story: only a reset ends it.
      options: { breakDuration: 2 * length },
      acts: [
        { at: at(0.32), behaviour: 'refuse' },
        { at: at(0.6), behaviour: 'ok' },
      ],
    },
    { name: 'accounts', options: {}, acts: [] },
  ]

  /** @type {Hold | undefined} */
  let maintenance

  /** @type {{ at: number, act: (registry: Registry) => void }[]} */
  const operator = [
    {
      at: at(0.48),
      act: (registry) => {
        maintenance = registry.get('accounts').isolate('Scheduled maintenance')
      },
    },
    { at: at(0.64), act: () => void maintenance?.release() },
    {
      at: at(0.72),
      act: (registry) => {
        registry.get('mail').reset()
      },
    },
  ]

  return { defaults, characters, operator }
}
