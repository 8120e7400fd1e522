import { assertSignal, isBrokenCircuit } from '../core/index.js'
import { sleep } from '../layer/alarm.js'
import { RetryPolicy } from './retry-policy.js'
import type { RetryOptions } from './retry-policy.js'

/** What p-retry hands to its callbacks, as far as it is used here. */
export interface FailedAttempt {
  readonly error: unknown
  readonly attemptNumber: number
}

/** Options for p-retry, from version 7 on. */
export interface PRetryOptions {
  /** Whether to call again; for a broken circuit that is waited for, when that may be. */
  readonly shouldRetry: (failed: FailedAttempt) => Promise<boolean>
  /** False for a broken circuit: its rejection costs no attempt. */
  readonly shouldConsumeRetry: (failed: FailedAttempt) => boolean
  readonly signal?: AbortSignal
}

/**
 * The same knowledge for p-retry: `pRetry(fn, { retries: 2, ...pRetryOptions() })`. How often and
 * after which delay is p-retry's own matter (`retries`, `minTimeout`, …); this says which errors are
 * worth it, waits for the circuit if asked to, and keeps to the budget.
 *
 * @param options - `signal` ends a wait for the circuit, and is handed on to p-retry
 * @throws TypeError or RangeError naming the option that is wrong
 */
export function pRetryOptions({
  signal,
  ...options
}: Pick<RetryOptions, 'retryOn' | 'waitForCircuit' | 'budget' | 'clock' | 'onError'> & {
  readonly signal?: AbortSignal
} = {}): PRetryOptions {
  const elsewhere = ['attempts', 'backoff', 'maxDelay', 'deadline', 'random'] as const
  if (signal !== undefined) assertSignal(signal)
  const policy = new RetryPolicy('pRetryOptions', options, elsewhere)
  return {
    async shouldRetry({ error, attemptNumber }) {
      const next = policy.after(error, {
        attempts: attemptNumber - 1,
        rejections: attemptNumber - 1,
        hasEarned: attemptNumber > 1,
        previousDelay: 0,
        startedAt: undefined,
      })
      if (next.type === 'wait') await sleep(policy.clock, next.delay, signal)
      return next.type !== 'stop'
    },
    shouldConsumeRetry: ({ error }) => !isBrokenCircuit(error),
    ...(signal === undefined ? {} : { signal }),
  }
}
