import { createActor } from 'xstate'
import { deadlineOf } from '../../machines/breaker.context.js'
import { breakerMachine } from '../../machines/breaker.machine.js'
import { chartClock } from './chart-clock.js'
import type { BreakerContext, BreakerEvent } from '../../machines/breaker.context.js'
import type { CircuitState, Health, Settings } from '../core/index.js'
import type { Breaker, BreakerActorRef } from './breaker.js'
import type { Observers } from './observers.js'

/** The breaker whose chart it is. */
export interface ChartOwner extends Breaker {
  readonly settings: Settings
  /** The chart has decided something. */
  follow(state: CircuitState, context: BreakerContext): void
  /** The figures as they are now, for who moves the circuit and does not know them. */
  health(): Health
}

/** Which breaker stands over an actor: there is one for each. */
export const breakersByActor = new WeakMap<BreakerActorRef, Breaker>()

/**
 * The chart of one breaker: its actor, which is there only while something may come of it, and what
 * it has decided, as of the last `take`, which costs nothing to read.
 */
export class Chart {
  state: CircuitState = 'closed'
  epoch = 0
  /** When the state has something to do by itself: monotonic ms. */
  deadline = Infinity
  /** Undefined until there has been an actor. */
  context: BreakerContext | undefined
  readonly #owner: ChartOwner
  readonly #observers: Observers
  readonly #ownsActor: boolean
  #actor: BreakerActorRef | undefined
  /** Somebody else may hold the actor. */
  #isShared: boolean
  #following: { unsubscribe(): void } | undefined
  #hasEnded = false

  /** @param actor - one that lives in somebody else's system */
  constructor(owner: ChartOwner, observers: Observers, actor: BreakerActorRef | undefined) {
    this.#owner = owner
    this.#observers = observers
    this.#ownsActor = actor === undefined
    this.#isShared = !this.#ownsActor
    if (actor !== undefined) this.#adopt(actor)
  }

  /** The actor, to hand out: it stays from now on. */
  get actor(): BreakerActorRef {
    this.#isShared = true
    return this.start()
  }

  send(event: BreakerEvent): void {
    this.#observers.turn(() => {
      this.start().send(event)
    })
  }

  /** Sends it. True when it began a new epoch. */
  moves(event: BreakerEvent): boolean {
    const before = this.epoch
    let moved = false
    this.#observers.turn(() => {
      this.send(event)
      // Before observers are told, who may move it again.
      moved = this.epoch !== before
    })
    return moved
  }

  /** Acts on a deadline that has passed, so that no timer is needed to be right. */
  catchUp(at: number): void {
    // At most a lease that ends in a break of no length: two deadlines at one moment.
    for (let i = 0; i < 2 && at >= this.deadline && !this.#observers.areWaiting; i++)
      this.send({ type: 'DEADLINE', at })
  }

  /** Takes over what was decided. */
  take(state: CircuitState, context: BreakerContext): void {
    this.state = state
    this.epoch = context.epoch
    this.context = context
    this.deadline = deadlineOf(state, context)
  }

  start(): BreakerActorRef {
    if (this.#actor !== undefined) return this.#actor
    const { name, settings } = this.#owner
    const { clock, inspect, report } = settings
    const { state: value, context } = this
    const actor = createActor(breakerMachine, {
      id: name,
      input: { name, options: settings },
      clock: chartClock(clock, report, (act) => {
        this.#observers.turn(act)
      }),
      ...(inspect === undefined ? {} : { inspect }),
      // One before it had decided so far.
      ...(context && { snapshot: breakerMachine.resolveState({ value, context }) }),
    })
    // Also what others send to our actor is a turn, after which observers are told.
    const send = actor.send.bind(actor)
    actor.send = (event) => {
      this.#observers.turn(() => {
        const { type } = event
        const wantsHealth = (type === 'ISOLATE' || type === 'TRIP') && event.health === undefined
        send(wantsHealth ? { ...event, health: this.#owner.health() } : event)
      })
    }
    this.#adopt(actor)
    this.#observers.turn(() => (this.#hasEnded ? actor.stop() : actor.start()))
    return actor
  }

  /** Whether there is an actor that nobody else may hold. */
  get isAwake(): boolean {
    return this.#actor !== undefined && !this.#isShared
  }

  /** A closed circuit that nothing moves needs no actor: what it has decided is enough. */
  rest(): void {
    if (this.#observers.areWaiting) return
    this.#following?.unsubscribe()
    this.#actor?.stop()
    this.#following = this.#actor = undefined
  }

  /** Leaves an actor that is not ours, and ends our own. */
  end(): void {
    this.#hasEnded = true
    this.#following?.unsubscribe()
    if (this.#ownsActor) this.#actor?.stop()
    else if (this.#actor !== undefined) breakersByActor.delete(this.#actor)
  }

  /** Follows an actor: our own, or one that lives in somebody else's system. */
  #adopt(actor: BreakerActorRef): void {
    const { value, context } = actor.getSnapshot()
    this.#actor = actor
    breakersByActor.set(actor, this.#owner)
    this.take(value as CircuitState, context)
    this.#following = actor.subscribe({
      next: ({ value, context }) => {
        this.#owner.follow(value as CircuitState, context)
      },
      error: (error: unknown) => {
        this.#owner.settings.report(error)
        // An actor in which something threw is dead. Ours goes on from where it was before.
        this.#actor = undefined
        if (this.#ownsActor) this.start()
        else this.#owner.dispose()
      },
      complete: () => {
        this.#owner.dispose()
      },
    })
  }
}
