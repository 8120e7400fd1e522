import { Observable, throwError } from 'rxjs'
import { Alarm } from '../layer/alarm.js'
import { RetryPolicy } from './retry-policy.js'
import type { RetryOptions } from './retry-policy.js'

/**
 * The same knowledge for streams: `source$.pipe(protect(breaker), retry({ delay: retryDelay() }))`
 * with the `retry` of rxjs. The stream ends with its last error, as rxjs has it. rxjs counts every
 * subscription, so a wait for the circuit costs an attempt here, and `deadline` is not offered: put
 * `timeout` of rxjs outside. A budget earns from streams that fail, the only ones seen here.
 *
 * @throws TypeError or RangeError naming the option that is wrong
 */
export function retryDelay(
  options: Omit<RetryOptions, 'deadline'> = {},
): (error: unknown, retryCount: number) => Observable<unknown> {
  const policy = new RetryPolicy('retryDelay options', options, ['deadline'])
  return (error, retryCount) => {
    const next = policy.after(error, {
      attempts: retryCount - 1,
      rejections: retryCount - 1,
      hasEarned: retryCount > 1,
      previousDelay: 0,
      startedAt: undefined,
    })
    if (next.type === 'stop' || retryCount >= policy.attempts) return throwError(() => error)
    return new Observable((subscriber) => {
      const alarm = new Alarm(policy.clock, next.delay, () => {
        subscriber.next(undefined)
      })
      return () => {
        alarm.clear()
      }
    })
  }
}
