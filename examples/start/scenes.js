import { createRegistry } from 'recloser'
import { combineLatest, filter, take, timer } from 'rxjs'
import { Dependency } from './dependency.js'
import { callRepeatedly } from './load.js'
import { createStory } from './story.js'

/**
 * @import { Registry } from 'recloser'
 * @import { Cue } from './story.js'
 *
 * @typedef {object} Scene What is called, through which breakers.
 * @property {string} introduction
 * @property {Registry} registry
 * @property {(name: string) => number} [requestsTo] requests a server saw, if it can be asked
 * @property {() => void} begin
 * @property {() => void} end
 */

/**
 * Dependencies on this machine, with the faults of the story.
 *
 * @param {number} length ms
 * @param {number} rps
 * @returns {Promise<Scene>}
 */
export async function storyScene(length, rps) {
  const { defaults, characters, operator } = createStory(length)
  const registry = createRegistry({ defaults })
  /** @type {Map<string, Dependency>} */
  const dependencies = new Map()
  for (const { name, options } of characters) {
    const dependency = new Dependency()
    await dependency.start()
    dependencies.set(name, dependency)
    registry.get(name, options)
  }

  /** @type {(() => void)[]} */
  const endings = []
  /** @param {string} name @param {Cue} cue @param {() => void} act */
  const schedule = (name, { at, breaks = 0 }, act) => {
    const cue$ = combineLatest([timer(at), registry.get(name).history$]).pipe(
      filter(([, history]) => history.filter(({ to }) => to === 'open').length >= breaks),
      take(1),
    )
    const waiting = cue$.subscribe(act)
    endings.push(() => waiting.unsubscribe())
  }

  return {
    introduction:
      `Six servers on this machine, ${rps} calls a second to each, one circuit breaker for each.\n` +
      'payments will answer with errors, search will hang, mail will refuse connections; weather\n' +
      'fails now and then, and somebody takes accounts out of service for maintenance.\n',
    registry,
    requestsTo: (name) => dependencies.get(name)?.requests ?? 0,
    begin() {
      for (const { name, timeout, acts } of characters) {
        const dependency = /** @type {Dependency} */ (dependencies.get(name))
        for (const act of acts) schedule(name, act, () => void dependency.behave(act.behaviour))
        endings.push(callRepeatedly(registry.get(name), dependency.url, { rps, timeout }))
        endings.push(() => {
          dependency.stop()
        })
      }
      for (const deed of operator) {
        schedule(deed.name, deed, () => deed.act(registry.get(deed.name)))
      }
    },
    end() {
      for (const end of endings) end()
    },
  }
}

/**
 * A server of the user's own.
 *
 * @param {URL} url
 * @param {number} rps
 * @returns {Scene}
 */
export function serverScene(url, rps) {
  const registry = createRegistry({ defaults: { breakDuration: 5_000 } })
  const breaker = registry.get(url.host)
  let stop = () => {}
  return {
    introduction: `${rps} calls a second to ${url.href} through a circuit breaker.\n`,
    registry,
    begin() {
      stop = callRepeatedly(breaker, url, { rps, timeout: 5_000 })
    },
    end() {
      stop()
    },
  }
}
