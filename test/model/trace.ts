import { consecutiveFailures, countWindow } from 'recloser'
import fc from 'fast-check'
import type { BreakerOptions, TripPolicy } from 'recloser'

/** What the dependency answers, or what a classifier or a holder of a permit makes of it. */
export interface Ending {
  readonly kind: 'success' | 'failure' | 'ignored' | 'refused'
  /** What is thrown: an error of that name, a text, or nothing. */
  readonly thrown: 'TimeoutError' | 'ConnectionError' | 'text' | 'nothing'
  /** The hint that the failure carries, in ms. */
  readonly retryAfter?: number | undefined
  /** What the classifier answers when it is asked about this ending. */
  readonly verdict: 'plain' | 'success' | 'failure' | 'ignored' | 'throws' | 'nonsense'
  /** What the classifier does before it answers. */
  readonly meanwhile?: Operation | undefined
}

/** What somebody does to a breaker. `which` is counted among those that there are, round and round. */
export type Operation =
  | { readonly do: 'acquire' }
  | { readonly do: 'fill' }
  | {
      readonly do: 'execute'
      readonly by: 'execute' | 'attempt' | 'wrap'
      readonly signal: 'none' | 'live' | 'aborted'
      /** The function ends before it returns a promise. */
      readonly atOnce?: Ending | undefined
    }
  | { readonly do: 'settle'; readonly which: number; readonly ending: Ending }
  | { readonly do: 'settleAgain'; readonly which: number; readonly ending: Ending }
  | { readonly do: 'abort'; readonly which: number }
  /** Calls that are admitted and end at once, one after the other. */
  | { readonly do: 'burst'; readonly endings: readonly Ending[] }
  | {
      readonly do: 'feed'
      readonly kind: 'success' | 'failure' | 'ignored' | 'nonsense'
      readonly thrown: Ending['thrown']
      readonly duration?: number | undefined
    }
  | { readonly do: 'isolate'; readonly reason: string; readonly duration?: number | undefined }
  | { readonly do: 'release'; readonly which: number }
  | { readonly do: 'reset' }
  | { readonly do: 'forceHalfOpen' }
  | { readonly do: 'trip'; readonly duration?: number | undefined }
  /** As an event to the actor instead of a method of the breaker. */
  | {
      readonly do: 'send'
      readonly event: 'ISOLATE' | 'RELEASE' | 'RESET' | 'FORCE_HALF_OPEN' | 'TRIP'
    }
  /** Only looks. */
  | { readonly do: 'read' }
  /** Throws, where somebody listens. */
  | { readonly do: 'throw' }

/** How time goes on: past some ms, or to (or beside) the boundary counted by `which`. */
export interface Lapse {
  readonly do: 'lapse'
  /** Timers fire, or the event loop is blocked meanwhile. */
  readonly timers: boolean
  readonly ms?: number | undefined
  readonly boundary?: { readonly which: number; readonly beside: number } | undefined
}

/** The breaker is saved, its process is away for a while, and another one goes on. */
export interface Restore {
  readonly do: 'restore'
  readonly away: number
}

export type Step = Operation | Lapse | Restore

/** What the rule for the break duration does when it is asked. */
export interface RuleAnswer {
  readonly returns: number | 'throws' | 'text'
  readonly meanwhile?: Operation | undefined
}

export interface Trace {
  readonly options: TracedOptions
  readonly rule: readonly RuleAnswer[]
  /** Which streams somebody listens to. */
  readonly hears: {
    readonly transitions: boolean
    readonly outcomes: boolean
    readonly rejections: boolean
    readonly aborts: boolean
  }
  /** What those who listen do, one thing each time they hear something. */
  readonly reactions: readonly (Operation | undefined)[]
  readonly steps: readonly Step[]
}

export interface TracedOptions {
  readonly failureRatio: number
  readonly slowCall: BreakerOptions['slowCall']
  readonly trip: TripPolicy | undefined
  readonly maxBreakDuration: number | undefined
  readonly mode: BreakerOptions['mode']
  readonly historySize: number | undefined
  readonly minimumThroughput: number
  readonly samplingDuration: number
  /** ms, or the rule of the trace. */
  readonly breakDuration: number | 'rule'
  readonly halfOpen: {
    readonly probes: number
    readonly successes: number
    readonly maxConcurrent: number
    readonly probeLease: number
  }
  readonly classifies: boolean
}

const which = fc.nat({ max: 7 })
const thrown = fc.constantFrom('TimeoutError', 'ConnectionError', 'text', 'nothing')
const hint = fc.constantFrom(undefined, undefined, undefined, 0, 7, 70, 1_000_000)
const holdDuration = fc.constantFrom(undefined, undefined, 1, 20, 100, Infinity)
const tripDuration = fc.constantFrom(undefined, undefined, 0, 20, 100, Infinity)

const control: fc.Arbitrary<Operation> = fc.oneof(
  fc.record({
    do: fc.constant('isolate'),
    reason: fc.constantFrom('one', 'two'),
    duration: holdDuration,
  }),
  fc.record({ do: fc.constant('release'), which }),
  fc.record({ do: fc.constant('trip'), duration: tripDuration }),
  fc.constantFrom<Operation>({ do: 'reset' }, { do: 'forceHalfOpen' }),
  fc.record({
    do: fc.constant('send'),
    event: fc.constantFrom('ISOLATE', 'RELEASE', 'RESET', 'FORCE_HALF_OPEN', 'TRIP'),
  }),
)

const plainEnding: fc.Arbitrary<Ending> = fc.record({
  kind: fc.constantFrom(
    'success',
    'success',
    'failure',
    'failure',
    'failure',
    'ignored',
    'refused',
  ),
  thrown,
  retryAfter: hint,
  verdict: fc.constantFrom('plain', 'plain', 'plain', 'success', 'failure', 'ignored', 'throws'),
})

const call: fc.Arbitrary<Operation> = fc.oneof(
  fc.constant<Operation>({ do: 'acquire' }),
  fc.record({ do: fc.constant('settle'), which, ending: plainEnding }),
  fc.record({ do: fc.constant('settleAgain'), which, ending: plainEnding }),
  fc.record({ do: fc.constant('abort'), which }),
  fc.record({
    do: fc.constant('feed'),
    kind: fc.constantFrom('success', 'failure', 'failure', 'ignored', 'nonsense'),
    thrown,
    duration: fc.constantFrom(undefined, 0, 5, 6, 30),
  }),
)

/** What may be done from within a callback. */
const inner: fc.Arbitrary<Operation> = fc.oneof(
  { weight: 2, arbitrary: call },
  { weight: 2, arbitrary: control },
  { weight: 1, arbitrary: fc.constantFrom<Operation>({ do: 'read' }, { do: 'fill' }) },
)

const ending: fc.Arbitrary<Ending> = fc
  .tuple(plainEnding, fc.boolean(), fc.integer({ min: 0, max: 9 }), inner)
  .map(([plain, nonsense, dice, meanwhile]) => ({
    ...plain,
    ...(nonsense && dice === 9 ? { verdict: 'nonsense' as const } : {}),
    ...(dice === 0 ? { meanwhile } : {}),
  }))

const failing: Ending = { kind: 'failure', thrown: 'TimeoutError', verdict: 'plain' }
const fine: Ending = { kind: 'success', thrown: 'nothing', verdict: 'plain' }

const lapse: fc.Arbitrary<Lapse> = fc
  .tuple(
    fc.boolean(),
    fc.boolean(),
    fc.oneof(
      { weight: 6, arbitrary: fc.nat({ max: 960 }).map((eighths) => eighths / 8) },
      { weight: 2, arbitrary: fc.nat({ max: 3000 }) },
      { weight: 1, arbitrary: fc.constantFrom(0, 3_600_000, 2 ** 31 - 1, 2 ** 31, 2 ** 33) },
    ),
    which,
    fc.constantFrom(-1, -0.125, 0, 0, 0, 0.125, 1),
  )
  .map(([timers, atBoundary, ms, which, beside]) =>
    atBoundary ? { do: 'lapse', timers, boundary: { which, beside } } : { do: 'lapse', timers, ms },
  )

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: lapse },
  { weight: 4, arbitrary: fc.constant<Step>({ do: 'acquire' }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('execute'),
      by: fc.constantFrom('execute', 'attempt', 'wrap'),
      signal: fc.constantFrom('none', 'live', 'live', 'aborted'),
      // Most are still under way when the next thing happens.
      atOnce: fc.oneof(
        { weight: 3, arbitrary: fc.constant(undefined) },
        { weight: 1, arbitrary: ending },
      ),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('abort'), which }) },
  {
    weight: 8,
    arbitrary: fc.record({ do: fc.constant('settle'), which, ending }),
  },
  {
    weight: 2,
    arbitrary: fc
      .oneof(
        fc.array(fc.constantFrom(failing, failing, failing, fine), { minLength: 1, maxLength: 6 }),
        fc.array(ending, { minLength: 1, maxLength: 6 }),
      )
      .map((endings): Step => ({ do: 'burst', endings })),
  },
  { weight: 4, arbitrary: call },
  { weight: 3, arbitrary: control },
  { weight: 1, arbitrary: fc.constant<Step>({ do: 'fill' }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('restore'),
      away: fc.oneof(
        fc.constant(0),
        fc.nat({ max: 240 }).map((halves) => halves / 2),
      ),
    }),
  },
)

/** What chance alone would seldom put together. */
const story: fc.Arbitrary<readonly Step[]> = fc.oneof(
  fc
    .tuple(fc.integer({ min: 1, max: 4 }), ending)
    .map(([calls, ending]): Step[] => [
      ...Array.from({ length: calls }, (): Step => ({ do: 'acquire' })),
      { do: 'lapse', timers: true, ms: 21 },
      ...Array.from({ length: calls }, (): Step => ({ do: 'settle', which: 0, ending })),
    ]),
  fc
    .tuple(holdDuration, lapse, which)
    .map(([duration, lapse, which]): Step[] => [
      { do: 'trip', duration: 100 },
      { do: 'isolate', reason: 'a break to come back to', duration },
      lapse,
      { do: 'release', which },
    ]),
  fc
    .tuple(fc.boolean(), ending)
    .map(([isolated, ending]): Step[] => [
      { do: 'burst', endings: [failing, failing, failing, failing] },
      ...(isolated ? [{ do: 'isolate', reason: 'by hand' } as const] : []),
      { do: 'forceHalfOpen' },
      { do: 'acquire' },
      { do: 'settle', which: 7, ending },
    ]),
  fc
    .tuple(fc.constantFrom('execute', 'attempt'), fc.option(lapse), which)
    .map(([by, lapse, which]): Step[] => [
      { do: 'trip' },
      { do: 'forceHalfOpen' },
      { do: 'execute', by, signal: 'live' },
      ...(lapse === null ? [] : [lapse]),
      { do: 'abort', which },
    ]),
)

const options: fc.Arbitrary<TracedOptions> = fc.record({
  failureRatio: fc.constantFrom(0.1, 1 / 3, 0.5, 0.5, 0.6, 2 / 3, 1),
  minimumThroughput: fc.integer({ min: 1, max: 4 }),
  samplingDuration: fc.constantFrom(10, 37, 100, 1000, 1001),
  slowCall: fc.constantFrom(
    undefined,
    undefined,
    { duration: 0 },
    { duration: 5 },
    { duration: 5, ratio: 1 / 3 },
    { duration: 20, ratio: 1 },
  ),
  trip: fc.oneof(
    { weight: 3, arbitrary: fc.constant(undefined) },
    { weight: 1, arbitrary: fc.integer({ min: 1, max: 3 }).map(consecutiveFailures) },
    {
      weight: 1,
      arbitrary: fc
        .tuple(fc.integer({ min: 1, max: 5 }), fc.nat({ max: 4 }), fc.constantFrom(0.4, 0.5, 1))
        .map(([size, less, failureRatio]) =>
          countWindow({ size, failureRatio, minimumThroughput: Math.max(1, size - less) }),
        ),
    },
  ),
  breakDuration: fc.constantFrom<TracedOptions['breakDuration']>(
    'rule',
    'rule',
    0,
    1,
    30,
    100,
    2 ** 32 + 5,
    Infinity,
  ),
  maxBreakDuration: fc.constantFrom(undefined, 50, 2 ** 32, Infinity),
  halfOpen: fc
    .tuple(
      fc.integer({ min: 1, max: 4 }),
      fc.nat({ max: 3 }),
      fc.integer({ min: 1, max: 3 }),
      fc.constantFrom(1, 20, 50),
    )
    .map(([probes, less, maxConcurrent, probeLease]) => ({
      probes,
      successes: Math.max(1, probes - less),
      maxConcurrent,
      probeLease,
    })),
  classifies: fc.boolean(),
  mode: fc.constantFrom(undefined, undefined, undefined, 'enforcing', 'shadow', 'disabled'),
  historySize: fc.constantFrom(undefined, undefined, 0, 2),
})

const rule: fc.Arbitrary<RuleAnswer> = fc.record({
  returns: fc.constantFrom<RuleAnswer['returns']>(
    0,
    10,
    30,
    30,
    75,
    Infinity,
    NaN,
    -5,
    'throws',
    'throws',
    'text',
  ),
  meanwhile: fc.oneof(fc.constant(undefined), inner),
})

/** A random breaker and what happens to it. */
export const trace: fc.Arbitrary<Trace> = fc.record({
  options,
  rule: fc.array(rule, { minLength: 1, maxLength: 4 }),
  hears: fc.record({
    transitions: fc.boolean(),
    outcomes: fc.boolean(),
    rejections: fc.boolean(),
    aborts: fc.boolean(),
  }),
  reactions: fc.array(
    fc.oneof(
      { weight: 4, arbitrary: fc.constant(undefined) },
      { weight: 2, arbitrary: inner },
      { weight: 1, arbitrary: fc.constant<Operation>({ do: 'throw' }) },
    ),
    { maxLength: 8 },
  ),
  steps: fc
    .array(
      fc.oneof({ weight: 7, arbitrary: step.map((one) => [one]) }, { weight: 1, arbitrary: story }),
      { minLength: 1, maxLength: 60, size: 'max' },
    )
    .map((parts) => parts.flat()),
})
