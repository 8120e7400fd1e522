// The main job: real HTTP calls, one breaker for each dependency, and what the circuits do.
import { ArgumentError, help, readArguments } from './start/arguments.js'
import { serveDashboard } from './start/dashboard.js'
import { createJsonView } from './start/json-view.js'
import { createLiveView } from './start/live-view.js'
import { createPlainView } from './start/plain-view.js'
import { serverScene, storyScene } from './start/scenes.js'

/**
 * @import { Arguments } from './start/arguments.js'
 * @import { Run, View } from './start/view.js'
 */

try {
  const given = readArguments(process.argv.slice(2))
  if (given.help) console.log(help)
  else await play(given)
} catch (error) {
  if (!(error instanceof ArgumentError)) throw error
  console.error(`${error.message}\n\n${help}`)
  process.exitCode = 2
}

/** @param {Arguments} given */
async function play({ url, rps, seconds, json, dashboard: port }) {
  // Who asks for the dashboard is there to end it.
  const length = port === undefined ? seconds * 1000 : Infinity
  const dashboard = json && port === undefined ? undefined : await serveDashboard(port)
  const ended = endOf(length)
  const scene = url ? serverScene(url, rps) : await storyScene(seconds * 1000, rps)
  dashboard?.show(scene.registry)
  const invitation = dashboard ? `Dashboard: ${dashboard.address}\n` : ''
  const introduction = `${scene.introduction}${invitation}`
  if (dashboard && json) console.error(invitation.trim())
  const view = createView({ ...scene, introduction, length, startedAt: Date.now() }, json)

  scene.registry.transitions$.subscribe(view.transition)
  const ticking = setInterval(view.tick, view.period)
  scene.begin()
  await ended
  scene.end()
  clearInterval(ticking)
  view.end()
  dashboard?.close()
  scene.registry.dispose()
}

/**
 * @param {Run} run
 * @param {boolean} json
 * @returns {View}
 */
function createView(run, json) {
  if (json) return createJsonView()
  const { stdout } = process
  const canDraw = stdout.isTTY && process.env.TERM !== 'dumb' && stdout.rows > 15
  return canDraw ? createLiveView(run, stdout) : createPlainView(run)
}

/**
 * The end of the time, or an earlier one: Ctrl-C, or nobody reads on.
 *
 * @param {number} length ms
 */
function endOf(length) {
  return new Promise((resolve) => {
    const timer = length === Infinity ? undefined : setTimeout(resolve, length)
    const early = () => {
      clearTimeout(timer)
      resolve(undefined)
    }
    process.once('SIGINT', early)
    process.once('SIGTERM', early)
    process.stdout.on('error', early)
  })
}
