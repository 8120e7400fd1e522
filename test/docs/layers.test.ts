import { describe, expect, it } from 'vitest'
import { BulkheadFullError, bulkhead } from 'recloser/bulkhead'
import { FallbackFailedError, fallback } from 'recloser/fallback'
import {
  RateLimitedError,
  createRateLimiter,
  createShardedRateLimiter,
} from 'recloser/rate-limiter'
import { RetryExhaustedError, createRetryBudget, retry } from 'recloser/retry'
import { TimeoutError, timeout } from 'recloser/timeout'
import { read } from './markdown.js'
import { firstCells, knownOptions } from './tables.js'

const wrong = { none: 1 } as never

describe('the guide to the layers', () => {
  it.each([
    ['retry', 0, () => retry(wrong)],
    ['retry', 1, () => createRetryBudget(wrong)],
    ['timeout', 0, () => timeout(wrong)],
    ['bulkhead', 0, () => bulkhead(wrong)],
    ['fallback', 0, () => fallback(() => 1, wrong)],
    ['rate-limiter', 0, () => createRateLimiter(wrong)],
    ['rate-limiter', 1, () => createShardedRateLimiter(wrong)],
  ])('lists every option: %s, table %d', (page, table, mistake) => {
    expect(firstCells(`docs/${page}.md`, 'option', table).sort()).toEqual(
      knownOptions(mistake).sort(),
    )
  })

  it.each([
    ['retry', new RetryExhaustedError(2, [1, 2], 'attempts')],
    ['timeout', new TimeoutError(1)],
    ['bulkhead', new BulkheadFullError(1, 0)],
    ['fallback', new FallbackFailedError(1, 2)],
    ['rate-limiter', new RateLimitedError('limit', 1, 1)],
  ] as const)('names the error of each, with its code: %s', (page, { name, code }) => {
    expect(read(`docs/${page}.md`)).toMatch(new RegExp(`\`${name}\` has \`code\`\\s\`${code}\``))
  })
})
