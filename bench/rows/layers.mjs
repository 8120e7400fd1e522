// What each layer costs a call that succeeds, beside cockatiel's of the same kind.
import {
  ConstantBackoff,
  TimeoutStrategy,
  bulkhead as cockatielBulkhead,
  fallback as cockatielFallback,
  handleAll,
  retry as cockatielRetry,
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
import { bareCall } from '../contenders.mjs'
import { samplingBreaker } from '../contenders/cockatiel.mjs'
import { interleave } from '../interleave.mjs'
import { figuresOf, ratioTarget } from '../row.mjs'

const patience = 2_000
const maxConcurrent = 100
// As good as endless: what is measured is a token that is there.
const rate = { limit: 1e9, burst: 1e9 }

const fn = () => Promise.resolve(1)
/** @param {AbortSignal} signal */
const heeding = (signal) => Promise.resolve(signal.aborted)
const { signal } = new AbortController()

const four = pipeline(retry(), createBreaker('bench'), timeout(patience), bulkhead(maxConcurrent))
const cockatielFour = wrap(
  cockatielRetry(handleAll, { maxAttempts: 3, backoff: new ConstantBackoff(100) }),
  samplingBreaker(),
  // Aggressive: it rejects at once, as ours does.
  cockatielTimeout(patience, TimeoutStrategy.Aggressive),
  cockatielBulkhead(maxConcurrent),
)
const cockatielRetries = cockatielRetry(handleAll, {
  maxAttempts: 3,
  backoff: new ConstantBackoff(100),
})
const cockatielTimes = cockatielTimeout(patience, TimeoutStrategy.Aggressive)
const cockatielSlots = cockatielBulkhead(maxConcurrent)
const cockatielAnswers = cockatielFallback(handleAll, 1)

const layers = {
  retry: retry(),
  budgeted: retry({ budget: createRetryBudget() }),
  timeout: timeout(patience),
  bulkhead: bulkhead(maxConcurrent),
  fallback: fallback(() => 1),
  limiter: createRateLimiter(rate),
  key: createKeyedRateLimiter(rate).get('key'),
  shard: createShardedRateLimiter({ ...rate, shards: 8 }).get('key'),
}

/** @type {{ id: string, title: string, cases: Record<string, () => unknown>, peer?: string }[]} */
const questions = [
  {
    id: 'retry',
    title: 'A call that succeeds through a retry',
    peer: 'cockatiel',
    cases: {
      recloser: () => layers.retry.execute(fn),
      'recloser, with a budget': () => layers.budgeted.execute(fn),
      cockatiel: () => cockatielRetries.execute(fn),
    },
  },
  {
    id: 'timeout',
    title: '… through a timeout',
    peer: 'cockatiel',
    cases: {
      recloser: () => layers.timeout.execute(fn),
      cockatiel: () => cockatielTimes.execute(fn),
    },
  },
  {
    id: 'timeout-signal',
    title: '… through a timeout, and takes a signal',
    peer: 'cockatiel',
    cases: {
      recloser: () => layers.timeout.execute(heeding),
      cockatiel: () => cockatielTimes.execute(({ signal }) => heeding(signal)),
    },
  },
  {
    id: 'bulkhead',
    title: '… through a bulkhead',
    peer: 'cockatiel',
    cases: {
      recloser: () => layers.bulkhead.execute(fn),
      cockatiel: () => cockatielSlots.execute(fn),
    },
  },
  {
    id: 'fallback',
    title: '… through a fallback',
    peer: 'cockatiel',
    cases: {
      recloser: () => layers.fallback.execute(fn),
      cockatiel: () => cockatielAnswers.execute(fn),
    },
  },
  {
    id: 'rate-limiter',
    title: '… through a rate limiter',
    cases: {
      one: () => layers.limiter.execute(fn),
      'of a key': () => layers.key.execute(fn),
      sharded: () => layers.shard.execute(fn),
    },
  },
  {
    id: 'pipeline',
    title: 'A call that succeeds through four stages: retry, breaker, timeout, bulkhead',
    peer: 'cockatiel',
    cases: {
      recloser: () => four.execute(fn),
      cockatiel: () => cockatielFour.execute(fn),
    },
  },
  {
    id: 'pipeline-signal',
    title: 'The same, and it takes a signal',
    peer: 'cockatiel',
    cases: {
      recloser: () => four.execute(heeding),
      cockatiel: () => cockatielFour.execute(({ signal }) => heeding(signal)),
    },
  },
  {
    id: 'pipeline-abort',
    title: 'The same, and its caller may abort it',
    peer: 'cockatiel',
    cases: {
      recloser: () => four.execute(heeding, { signal }),
      cockatiel: () => cockatielFour.execute(({ signal }) => heeding(signal), signal),
    },
  },
]

const limit = 0.9

/** A row for each layer, and some for a pipeline of four. */
export const layerRows = Object.fromEntries(
  questions.map(({ id, title, cases, peer }) => [
    id,
    /**
     * @param {import('../effort.mjs').Size} size
     * @returns {Promise<import('../row.mjs').Row>}
     */
    async ({ effort }) => {
      const samples = await interleave(
        [[bareCall.name, fn], ...Object.entries(cases)].map(([name, call]) => ({
          name: /** @type {string} */ (name),
          async repeat(calls) {
            for (let i = 0; i < calls; i++) await /** @type {() => unknown} */ (call)()
          },
        })),
        effort,
      )
      const targets = peer === undefined ? [] : [ratioTarget(samples, 'recloser', peer, limit)]
      return { id, title, unit: 'ns', figures: figuresOf(samples), targets }
    },
  ]),
)
