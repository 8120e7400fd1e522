import { createBreaker } from 'recloser'
import { breakerMachine } from 'recloser/machines'
import { createActor, createMachine } from 'xstate'
import { interleave } from '../interleave.mjs'
import { figuresOf, ratioTarget } from '../row.mjs'

const breakDuration = 1000

/** The figures that open the circuit. */
const unhealthy = {
  throughput: 1,
  successes: 0,
  failures: 1,
  slow: 0,
  ignored: 0,
  failureRate: 1,
  slowRate: 0,
  consecutiveFailures: 1,
  consecutiveSuccesses: 0,
}

/**
 * Once around: closed, open, half-open, closed. Beside it the same chart without its actions, which
 * is sent the same events and decides by the same guards. A breaker that was found healthy in between
 * has let go of its actor, and makes another.
 *
 * @param {import('../effort.mjs').Size} size
 * @returns {Promise<import('../row.mjs').Row>}
 */
export async function cycle({ effort }) {
  const samples = await interleave(
    [breakerCycle('recloser', 0), breakerCycle('recloser, healthy in between', 1), actorCycle()],
    effort,
  )
  return {
    id: 'cycle',
    title: 'A full cycle: closed, open, half-open, closed',
    unit: 'ns',
    figures: figuresOf(samples),
    targets: [ratioTarget(samples, 'recloser', 'bare XState actor', 1.5)],
  }
}

/**
 * @param {string} name
 * @param {number} calls - that succeed before the circuit breaks again
 */
function breakerCycle(name, calls) {
  const clock = steppedClock()
  const breaker = createBreaker('bench', { minimumThroughput: 1, breakDuration, clock })
  const error = new Error('down')
  return {
    name,
    /** @param {number} cycles */
    repeat(cycles) {
      for (let i = 0; i < cycles; i++) {
        for (let j = 0; j < calls; j++) breaker.tryAcquire()?.succeed()
        breaker.tryAcquire()?.fail(error)
        clock.step(breakDuration)
        breaker.tryAcquire()?.succeed()
        if (breaker.state !== 'closed') throw new Error('the circuit did not close')
      }
    },
  }
}

function actorCycle() {
  const clock = steppedClock()
  const machine = createMachine(/** @type {never} */ (withoutActions(breakerMachine.config)), {
    guards: breakerMachine.implementations.guards,
    delays: breakerMachine.implementations.delays,
  })
  const actor = createActor(machine, {
    input: { name: 'bench', options: { minimumThroughput: 1, breakDuration, clock } },
    clock,
  })
  let snapshot = actor.getSnapshot()
  actor.subscribe((next) => {
    snapshot = next
  })
  actor.start()
  return {
    name: 'bare XState actor',
    /** @param {number} cycles */
    repeat(cycles) {
      for (let i = 0; i < cycles; i++) {
        actor.send({ type: 'OUTCOME', outcome: 'failure', health: unhealthy, at: clock.now() })
        clock.step(breakDuration)
        actor.send({ type: 'DEADLINE', at: clock.now() })
        actor.send({ type: 'ACQUIRE', probe: i, at: clock.now() })
        actor.send({ type: 'OUTCOME', outcome: 'success', at: clock.now() })
        if (snapshot.value !== 'closed') throw new Error('the chart did not close')
      }
    },
  }
}

/** Real timers, which never fire, and a time of its own. */
function steppedClock() {
  let now = 0
  return {
    now: () => now,
    /** @param {number} ms */
    step(ms) {
      now += ms
    },
    /** @param {() => void} fn */
    setTimeout: (fn) => setTimeout(fn, 2 ** 31 - 1).unref(),
    /** @param {unknown} handle */
    clearTimeout(handle) {
      clearTimeout(/** @type {NodeJS.Timeout} */ (handle))
    },
  }
}

/**
 * A chart without what its transitions do.
 *
 * @param {unknown} config
 * @returns {unknown}
 */
function withoutActions(config) {
  if (Array.isArray(config)) return config.map(withoutActions)
  if (typeof config !== 'object' || config === null) return config
  return Object.fromEntries(
    Object.entries(config)
      .filter(([key]) => key !== 'actions')
      .map(([key, value]) => [key, withoutActions(value)]),
  )
}
