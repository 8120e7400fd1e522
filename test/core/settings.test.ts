import { describe, expect, it, vi } from 'vitest'
import { createBreaker } from 'recloser'
import {
  Settings,
  adaptiveBreakDuration,
  consecutiveFailures,
  constantBreakDuration,
  countWindow,
  exponentialBreakDuration,
  linearBreakDuration,
  systemClock,
  withJitter,
} from 'recloser/core'
import { createFakeClock } from 'recloser/testing'
import type { BreakDuration, BreakerOptions } from 'recloser/core'

describe('settings', () => {
  it('have every default filled in', () => {
    const settings = new Settings()
    expect(settings).toMatchObject({
      limits: {
        failureRatio: 0.5,
        slowRatio: Infinity,
        minimumThroughput: 10,
        consecutiveFailures: Infinity,
      },
      sampling: { by: 'time', duration: 10_000 },
      slowAfter: Infinity,
      breakDuration: 30_000,
      maxBreakDuration: 300_000,
      halfOpen: { probes: 1, successes: 1, maxConcurrent: 1, probeLease: 30_000 },
      classify: undefined,
      mode: 'enforcing',
      historySize: 100,
      captureStack: false,
      inspect: undefined,
      snapshot: undefined,
    })
    expect(settings.clock).toBe(systemClock)
    expect(settings.random).toBe(Math.random)
  })

  it('take what is set, at its bounds', () => {
    expect(
      new Settings({
        failureRatio: 1,
        minimumThroughput: 1,
        samplingDuration: 10,
        slowCall: { duration: 0 },
        breakDuration: 0,
        maxBreakDuration: Infinity,
        halfOpen: { probes: 5, maxConcurrent: 9, probeLease: 0.5 },
        historySize: 0,
        captureStack: true,
      }),
    ).toMatchObject({
      limits: { failureRatio: 1, slowRatio: 0.5, minimumThroughput: 1 },
      sampling: { duration: 10 },
      slowAfter: 0,
      breakDuration: 0,
      maxBreakDuration: Infinity,
      halfOpen: { probes: 5, successes: 5, maxConcurrent: 9, probeLease: 0.5 },
      historySize: 0,
      captureStack: true,
    })
    expect(new Settings({ historySize: 10_000 }).historySize).toBe(10_000)
    expect(new Settings({ halfOpen: { probes: 3, successes: 2 } }).halfOpen.successes).toBe(2)
    expect(new Settings({ breakDuration: Infinity }).breakDuration).toBe(Infinity)
  })

  it('of a trip policy take the place of ratio and minimum', () => {
    expect(new Settings({ trip: consecutiveFailures(3) })).toMatchObject({
      limits: { failureRatio: Infinity, consecutiveFailures: 3 },
      sampling: { by: 'time' },
    })
    expect(
      new Settings({ trip: countWindow({ size: 4, failureRatio: 0.25 }), failureRatio: 0.9 }),
    ).toMatchObject({
      limits: { failureRatio: 0.25, minimumThroughput: 4, consecutiveFailures: Infinity },
      sampling: { by: 'count', size: 4 },
    })
  })

  it('check a trip policy that was written by hand', () => {
    const byHand = { type: 'countWindow', size: 20 } as never
    expect(new Settings({ trip: byHand }).limits.minimumThroughput).toBe(10)
  })

  it.each<[object, string]>([
    [{ failureRatio: 0 }, 'failureRatio must be above 0 and at most 1, got 0'],
    [{ failureRatio: 50 }, 'failureRatio must be above 0 and at most 1, got 50; did you mean 0.5?'],
    [{ failureRatio: '0.5' }, 'failureRatio must be a number, above 0 and at most 1, got "0.5"'],
    [
      { minimumThroughput: 0 },
      'minimumThroughput must be an integer, at least 1 and finite, got 0',
    ],
    [{ minimumThroughput: 2.5 }, 'minimumThroughput must be an integer'],
    [{ samplingDuration: 9 }, 'samplingDuration must be at least 10 and finite, got 9'],
    [{ samplingDuration: Infinity }, 'samplingDuration must be at least 10 and finite'],
    [{ slowCall: { ratio: 0.5 } }, 'slowCall.duration must be a number, at least 0 and finite'],
    [{ slowCall: { duration: -1 } }, 'slowCall.duration must be at least 0 and finite, got -1'],
    [
      { slowCall: { duration: 1, ratio: 2 } },
      'slowCall.ratio must be above 0 and at most 1, got 2',
    ],
    [{ slowCall: { threshold: 1 } }, 'slowCall: unknown option "threshold"; known are duration'],
    [{ slowCall: 500 }, 'slowCall must be an object, got 500'],
    [{ trip: 'consecutive' }, 'trip must be consecutiveFailures(…) or countWindow(…), got "cons'],
    [{ trip: null }, 'trip must be consecutiveFailures(…) or countWindow(…), got null'],
    [{ trip: { type: 'consecutiveFailures' } }, 'consecutiveFailures count must be an integer'],
    [{ trip: { type: 'countWindow', size: 0 } }, 'size must be an integer'],
    [{ breakDuration: -1 }, 'breakDuration must be at least 0, got -1'],
    [{ breakDuration: NaN }, 'breakDuration must be at least 0, got NaN'],
    [{ breakDuration: '30s' }, 'breakDuration must be a number, at least 0, got "30s"'],
    [{ maxBreakDuration: 0 }, 'maxBreakDuration must be above 0, got 0'],
    [{ halfOpen: { probes: 0 } }, 'halfOpen.probes must be an integer, at least 1'],
    [
      { halfOpen: { successes: 2 } },
      'halfOpen.successes must be an integer, at least 1 and at most 1',
    ],
    [{ halfOpen: { maxConcurrent: 0 } }, 'halfOpen.maxConcurrent must be an integer'],
    [{ halfOpen: { probeLease: 0 } }, 'halfOpen.probeLease must be above 0 and finite, got 0'],
    [{ halfOpen: { probeLease: Infinity } }, 'halfOpen.probeLease must be above 0 and finite'],
    [{ halfOpen: { permits: 1 } }, 'halfOpen: unknown option "permits"'],
    [{ halfOpen: null }, 'halfOpen must be an object, got null'],
    [{ classify: 'all' }, 'classify must be a function, got "all"'],
    [{ mode: 'off' }, "mode must be one of 'enforcing', 'shadow', 'disabled', got \"off\""],
    [{ captureStack: 'yes' }, 'captureStack must be one of true, false, got "yes"'],
    [{ historySize: -1 }, 'historySize must be an integer, at least 0 and at most 10000, got -1'],
    [{ historySize: 10_001 }, 'historySize must be an integer'],
    [
      { clock: null },
      'clock must have the methods now, setTimeout and clearTimeout; now is missing',
    ],
    [{ clock: { now: Date.now } }, 'setTimeout is missing'],
    [{ clock: { now: Date.now, setTimeout } }, 'clearTimeout is missing'],
    [{ clock: { ...createFakeClock(), wall: 5 } }, 'clock.wall must be a function, got 5'],
    [{ random: 0.5 }, 'random must be a function, got 0.5'],
    [{ onError: true }, 'onError must be a function, got true'],
    [{ snapshot: 'x' }, 'snapshot must be an object, got "x"'],
    [{ failureRate: 0.5 }, 'breaker options: unknown option "failureRate"; known are failureRatio'],
    [[], 'breaker options must be an object, got an array'],
    [{ trip: { type: 'failures', count: 3 } }, 'trip must be consecutiveFailures(…) or countW'],
    [{ inspect: null }, 'inspect must be a function or an observer, got null'],
    [{ inspect: { next: 'yes' } }, 'inspect must be a function or an observer, got an object'],
  ])('refuse %j', (options, message) => {
    expect(() => new Settings(options)).toThrow(
      expect.objectContaining({ message: expect.stringContaining(message) as string }),
    )
  })

  it.each<[object, typeof TypeError | typeof RangeError]>([
    [{ failureRatio: 2 }, RangeError],
    [{ failureRatio: '2' }, TypeError],
    [{ mode: 'off' }, TypeError],
    [{ captureStack: 'yes' }, TypeError],
    [{ inspect: 'yes' }, TypeError],
  ])('refuse %j with the right type of error', (options, type) => {
    expect(() => new Settings(options)).toThrow(type)
  })

  it('are neither the options nor share them', () => {
    const halfOpen = { probes: 3 }
    const options = { failureRatio: 0.2, halfOpen, trip: countWindow({ size: 5 }) }
    const before = structuredClone(options)
    const settings = new Settings(options)
    options.failureRatio = 0.9
    halfOpen.probes = 9
    expect(settings.halfOpen.probes).toBe(3)
    expect(before.halfOpen.probes).toBe(3)
    const again = settings.with({ minimumThroughput: 2 })
    expect(again.limits.minimumThroughput).toBe(5)
    expect(again.halfOpen.probes).toBe(3)
  })

  it('take an option that is undefined for one that is not there', () => {
    const silent = { failureRatio: undefined, samplingDuration: undefined, halfOpen: undefined }
    expect(new Settings(silent as object).toJSON()).toEqual(new Settings().toJSON())
  })

  it('keep a snapshot to themselves: it is of use only once', () => {
    const snapshot = createBreaker('db').snapshot()
    expect(new Settings({ snapshot }).with({ historySize: 1 }).snapshot).toBeUndefined()
  })

  it('take frozen options', () => {
    const options = Object.freeze({ halfOpen: Object.freeze({ probes: 2 }) })
    expect(new Settings(options).halfOpen.probes).toBe(2)
  })

  it('with something else keep the rest', () => {
    const clock = createFakeClock()
    const settings = new Settings({ clock, failureRatio: 0.2, minimumThroughput: 3 })
    const other = settings.with({ failureRatio: 0.4 })
    expect(other.limits).toMatchObject({ failureRatio: 0.4, minimumThroughput: 3 })
    clock.advance(5)
    expect(other.clock.now()).toBe(5)
    expect(settings.limits.failureRatio).toBe(0.2)
    expect(settings.with({ failureRatio: undefined } as object).limits.failureRatio).toBe(0.2)
  })

  it('are made of options, or are settings already', () => {
    const settings = new Settings()
    expect(Settings.of(settings)).toBe(settings)
    expect(Settings.of({ historySize: 3 }).historySize).toBe(3)
    expect(Settings.of(undefined).historySize).toBe(100)
  })

  it('are shared by breakers that are made of the same options', () => {
    const options = { failureRatio: 0.4, halfOpen: { probes: 2 }, onError: () => undefined }
    const settings = Settings.of(options)
    expect(Settings.of({ ...options, halfOpen: { probes: 2 } })).toBe(settings)
    expect(Settings.of(undefined)).toBe(Settings.of({}))
  })

  it.each<[what: string, first: BreakerOptions, second: BreakerOptions]>([
    ['another value', { failureRatio: 0.4 }, { failureRatio: 0.5 }],
    ['other keys of the same number', { failureRatio: 0.4 }, { minimumThroughput: 10 }],
    ['a key more', { failureRatio: 0.4 }, { failureRatio: 0.4, historySize: 1 }],
    ['a key less', { failureRatio: 0.4, historySize: 1 }, { failureRatio: 0.4 }],
    ['another function', { random: () => 0 }, { random: () => 0 }],
    ['something else within', { halfOpen: { probes: 2 } }, { halfOpen: { probes: 3 } }],
  ])('are made anew for %s', (_, first, second) => {
    const settings = Settings.of(first)
    expect(Settings.of(second)).not.toBe(settings)
    expect(Settings.of(second).toJSON()).toEqual(new Settings(second).toJSON())
  })

  it.each<[string, BreakerOptions, change: object]>([
    ['halfOpen', { halfOpen: { probes: 2 } }, { probes: 3 }],
    ['slowCall', { slowCall: { duration: 5 } }, { duration: 6 }],
    ['trip', { trip: { ...countWindow({ size: 5 }) } }, { size: 6 }],
  ])('are made anew when somebody has changed %s in his options since', (key, options, change) => {
    const settings = Settings.of(options)
    const before = settings.toJSON()
    Object.assign(options[key as 'halfOpen'] as object, change)
    expect(Settings.of(options).toJSON()).toEqual(new Settings(options).toJSON())
    expect(Settings.of(options).toJSON()).not.toEqual(before)
    expect(settings.toJSON()).toEqual(before)
  })

  it('with a clock are not shared: one that was set back begins anew with the next breaker', () => {
    let now = 100
    const clock = { now: () => now, setTimeout: () => undefined, clearTimeout: () => undefined }
    expect(Settings.of({ clock }).clock.now()).toBe(100)
    now = 0
    expect(Settings.of({ clock }).clock.now()).toBe(0)
  })

  it('with a snapshot are not shared', () => {
    const snapshot = createBreaker('db').snapshot()
    expect(Settings.of({ snapshot })).not.toBe(Settings.of({ snapshot }))
  })

  it.each([null, '', [], 7])('are not made of %j, whatever the latest were made of', (options) => {
    Settings.of({})
    expect(() => Settings.of(options as never)).toThrow(TypeError)
  })

  it('are not made of options that are unknown, whatever the latest were made of', () => {
    Settings.of({ failureRatio: 0.4 })
    expect(() => Settings.of({ failureRation: undefined } as never)).toThrow(/failureRation/)
    Settings.of({ slowCall: undefined } as never)
    expect(() => Settings.of({ slowCal: undefined } as never)).toThrow(/slowCal/)
  })

  it.each<[object, RegExp]>([
    [{ halfOpen: [] }, /halfOpen must be an object, got an array/],
    [{ halfOpen: null }, /halfOpen must be an object, got null/],
    [{ halfOpen: { probe: undefined } }, /unknown option "probe"/],
  ])('are not made of %j because the latest had an empty object there', (options, complaint) => {
    expect(() => new Settings(options)).toThrow(complaint)
    Settings.of({ halfOpen: {} })
    expect(() => Settings.of(options)).toThrow(complaint)
  })

  it('are not changed by who is shown the limits of one breaker', () => {
    const { limits } = createBreaker('users').stats()
    expect(() => Object.assign(limits, { minimumThroughput: 1 })).toThrow(TypeError)
    expect(createBreaker('orders').stats().limits.minimumThroughput).toBe(10)
  })

  it('show an inspector their figures only', () => {
    const figures = (options: BreakerOptions) =>
      JSON.parse(JSON.stringify(new Settings(options))) as unknown
    expect(
      figures({ breakDuration: exponentialBreakDuration(), classify: () => 'success' }),
    ).toEqual({
      limits: {
        failureRatio: 0.5,
        slowRatio: null,
        minimumThroughput: 10,
        consecutiveFailures: null,
      },
      sampling: { by: 'time', duration: 10_000 },
      slowAfter: null,
      breakDuration: { type: 'exponential', base: 30_000, factor: 1.5 },
      maxBreakDuration: 300_000,
      halfOpen: { probes: 1, successes: 1, maxConcurrent: 1, probeLease: 30_000 },
      mode: 'enforcing',
    })
  })

  it.each<[BreakDuration, unknown]>([
    [500, 500],
    [() => 5, 'custom'],
    [constantBreakDuration(5), { type: 'constant', ms: 5 }],
    [linearBreakDuration(), { type: 'linear', base: 30_000, increment: 15_000 }],
    [adaptiveBreakDuration(), { type: 'adaptive' }],
    [withJitter(500, 0.1), { type: 'jitter', of: 500, ratio: 0.1 }],
  ])('show an inspector what their break is made of (%#)', (breakDuration, shown) => {
    expect(new Settings({ breakDuration }).toJSON()).toMatchObject({ breakDuration: shown })
  })
})

describe('what differs between settings and options', () => {
  const classify = () => 'success' as const
  const clock = createFakeClock()
  const options: BreakerOptions = {
    failureRatio: 0.2,
    halfOpen: { probes: 2, successes: 1 },
    trip: countWindow({ size: 5 }),
    classify,
    clock,
    breakDuration: withJitter(exponentialBreakDuration({ base: 5 }), 0.1),
  }
  const settings = new Settings(options)

  it('is nothing when they say the same in other objects', () => {
    expect(settings.differsIn({})).toBeUndefined()
    expect(settings.differsIn(options)).toBeUndefined()
    expect(
      settings.differsIn({
        failureRatio: 0.2,
        halfOpen: { successes: 1, probes: 2, maxConcurrent: 1 },
        trip: countWindow({ size: 5, failureRatio: 0.5 }),
        classify,
        clock,
        breakDuration: withJitter(exponentialBreakDuration({ base: 5 }), 0.1),
      }),
    ).toBeUndefined()
  })

  it.each<[BreakerOptions, string]>([
    [{ failureRatio: 0.3 }, 'failureRatio'],
    [{ minimumThroughput: 3 }, 'minimumThroughput'],
    [{ halfOpen: { probes: 2 } }, 'halfOpen'],
    [{ halfOpen: { probes: 2, successes: 1, probeLease: 5 } }, 'halfOpen'],
    [{ trip: consecutiveFailures(5) }, 'trip'],
    [{ classify: () => 'success' }, 'classify'],
    [{ breakDuration: withJitter(exponentialBreakDuration({ base: 6 }), 0.1) }, 'breakDuration'],
    [{ breakDuration: withJitter(linearBreakDuration({ base: 5 }), 0.1) }, 'breakDuration'],
    [{ breakDuration: () => 5 }, 'breakDuration'],
    [{ breakDuration: 5 }, 'breakDuration'],
    [{ slowCall: { duration: 5 } }, 'slowCall'],
    [{ onError: () => undefined }, 'onError'],
  ])('is found (%#)', (other, name) => {
    expect(settings.differsIn(other)).toBe(name)
  })

  it('is not asked of options that are none', () => {
    expect(() => settings.differsIn({ halfOpen: 5 as never })).toThrow('halfOpen must be an object')
    expect(() => settings.differsIn({ failureRatoi: 1 } as never)).toThrow('failureRatoi')
  })

  it('is nothing between two rules of the same make', () => {
    for (const make of [
      adaptiveBreakDuration,
      exponentialBreakDuration,
      linearBreakDuration,
      () => constantBreakDuration(5),
    ]) {
      const one = new Settings({ breakDuration: make() })
      expect(one.differsIn({ breakDuration: make() })).toBeUndefined()
    }
    const one = new Settings({ breakDuration: constantBreakDuration(5) })
    expect(one.differsIn({ breakDuration: constantBreakDuration(6) })).toBe('breakDuration')
  })
})

describe('an error of a callback', () => {
  const bug = new Error('bug')
  const buggy = () => {
    throw bug
  }

  it.each<[string, BreakerOptions['inspect']]>([
    ['a function', buggy],
    ['an observer', { next: buggy }],
  ])('also that of an inspector, which is %s, is told to onError', (_, inspect) => {
    const onError = vi.fn()
    new Settings({ inspect, onError } as BreakerOptions).inspect?.({})
    expect(onError).toHaveBeenCalledExactlyOnceWith(bug)
  })

  it('is told to onError', () => {
    const onError = vi.fn()
    new Settings({ onError }).report(bug)
    expect(onError).toHaveBeenCalledExactlyOnceWith(bug)
  })

  it('is logged when there is no onError', () => {
    const log = vi.spyOn(console, 'error').mockReturnValue()
    new Settings().report(bug)
    expect(log).toHaveBeenCalledExactlyOnceWith('recloser: a callback or subscriber threw', bug)
    log.mockRestore()
  })

  it('ends there, also when onError throws or rejects', async () => {
    const unhandled = vi.fn()
    process.on('unhandledRejection', unhandled)
    new Settings({
      onError: () => {
        throw new Error('worse')
      },
    }).report(bug)
    const rejecting = (): unknown => Promise.reject(new Error('worse'))
    new Settings({ onError: rejecting }).report(bug)
    await new Promise((resolve) => setImmediate(resolve))
    process.off('unhandledRejection', unhandled)
    expect(unhandled).not.toHaveBeenCalled()
  })
})
