// What each layer costs a call that succeeds, beside cockatiel's of the same kind:
// node bench/layers.mjs [--quick]
import {
  ConstantBackoff,
  TimeoutStrategy,
  bulkhead as cockatielBulkhead,
  circuitBreaker,
  fallback as cockatielFallback,
  handleAll,
  retry as cockatielRetry,
  SamplingBreaker,
  timeout as cockatielTimeout,
  wrap,
} from 'cockatiel'
import { createBreaker } from 'recloser'
import { bulkhead } from 'recloser/bulkhead'
import { fallback } from 'recloser/fallback'
import { pipeline } from 'recloser/pipeline'
import {
  createKeyedRateLimiter,
  createRateLimiter,
  createShardedRateLimiter,
} from 'recloser/rate-limiter'
import { createRetryBudget, retry } from 'recloser/retry'
import { timeout } from 'recloser/timeout'
import { full, quick } from './effort.mjs'
import { interleave } from './interleave.mjs'
import { figuresOf, ratioTarget } from './row.mjs'

const limit = 2_000
const maxConcurrent = 100
// As good as endless: what is measured is a token that is there.
const rate = { limit: 1e9, burst: 1e9 }

const fn = () => Promise.resolve(1)
/** @param {AbortSignal} signal */
const heeding = (signal) => Promise.resolve(signal.aborted)
const { signal } = new AbortController()

const four = pipeline(retry(), createBreaker('bench'), timeout(limit), bulkhead(maxConcurrent))
const cockatielFour = wrap(
  cockatielRetry(handleAll, { maxAttempts: 3, backoff: new ConstantBackoff(100) }),
  circuitBreaker(handleAll, {
    halfOpenAfter: 30_000,
    breaker: new SamplingBreaker({ threshold: 0.5, duration: 10_000, minimumRps: 1 }),
  }),
  // Aggressive: it rejects at once, as ours does.
  cockatielTimeout(limit, TimeoutStrategy.Aggressive),
  cockatielBulkhead(maxConcurrent),
)
const cockatielRetries = cockatielRetry(handleAll, {
  maxAttempts: 3,
  backoff: new ConstantBackoff(100),
})
const cockatielTimes = cockatielTimeout(limit, TimeoutStrategy.Aggressive)
const cockatielSlots = cockatielBulkhead(maxConcurrent)
const cockatielAnswers = cockatielFallback(handleAll, 1)

const layers = {
  retry: retry(),
  budgeted: retry({ budget: createRetryBudget() }),
  timeout: timeout(limit),
  bulkhead: bulkhead(maxConcurrent),
  fallback: fallback(() => 1),
  limiter: createRateLimiter(rate),
  key: createKeyedRateLimiter(rate).get('key'),
  shard: createShardedRateLimiter({ ...rate, shards: 8 }).get('key'),
}

/** @type {{ title: string, cases: Record<string, () => unknown>, peer?: string }[]} */
const rows = [
  {
    title: 'retry',
    peer: 'cockatiel',
    cases: {
      recloser: () => layers.retry.execute(fn),
      'recloser, with a budget': () => layers.budgeted.execute(fn),
      cockatiel: () => cockatielRetries.execute(fn),
    },
  },
  {
    title: 'timeout',
    peer: 'cockatiel',
    cases: {
      recloser: () => layers.timeout.execute(fn),
      cockatiel: () => cockatielTimes.execute(fn),
    },
  },
  {
    title: 'timeout of a call that takes a signal',
    peer: 'cockatiel',
    cases: {
      recloser: () => layers.timeout.execute(heeding),
      cockatiel: () => cockatielTimes.execute(({ signal }) => heeding(signal)),
    },
  },
  {
    title: 'bulkhead',
    peer: 'cockatiel',
    cases: {
      recloser: () => layers.bulkhead.execute(fn),
      cockatiel: () => cockatielSlots.execute(fn),
    },
  },
  {
    title: 'fallback',
    peer: 'cockatiel',
    cases: {
      recloser: () => layers.fallback.execute(fn),
      cockatiel: () => cockatielAnswers.execute(fn),
    },
  },
  {
    title: 'rate limiter',
    cases: {
      one: () => layers.limiter.execute(fn),
      'of a key': () => layers.key.execute(fn),
      sharded: () => layers.shard.execute(fn),
    },
  },
  {
    title: 'retry, breaker, timeout and bulkhead as a pipeline',
    peer: 'cockatiel',
    cases: {
      recloser: () => four.execute(fn),
      cockatiel: () => cockatielFour.execute(fn),
    },
  },
  {
    title: 'the same, with a call that takes a signal',
    peer: 'cockatiel',
    cases: {
      recloser: () => four.execute(heeding),
      cockatiel: () => cockatielFour.execute(({ signal }) => heeding(signal)),
    },
  },
  {
    title: 'the same, with a caller that may abort',
    peer: 'cockatiel',
    cases: {
      recloser: () => four.execute(heeding, { signal }),
      cockatiel: () => cockatielFour.execute(({ signal }) => heeding(signal), signal),
    },
  },
]

const { effort } = process.argv.includes('--quick') ? quick : full
const atMost = 0.9

for (const { title, cases, peer } of rows) {
  const samples = await interleave(
    [['bare await', fn], ...Object.entries(cases)].map(([name, call]) => ({
      name: /** @type {string} */ (name),
      async repeat(calls) {
        for (let i = 0; i < calls; i++) await /** @type {() => unknown} */ (call)()
      },
    })),
    effort,
  )
  console.log(title)
  for (const { name, median, spread } of figuresOf(samples)) {
    console.log(`  ${name.padEnd(26)} ${median.toFixed(0).padStart(6)} ns ± ${spread.toFixed(0)}`)
  }
  if (peer === undefined) continue
  const { value, reached } = ratioTarget(samples, 'recloser', peer, atMost)
  console.log(`  ${value.toFixed(2)} of ${peer}${reached ? '' : `, more than ${atMost}`}`)
}
process.exit(0)
