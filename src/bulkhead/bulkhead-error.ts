import { markRefusal } from '../core/index.js'

/** No slot is free and the queue is full: the call was not made. A breaker outside ignores it. */
export class BulkheadFullError extends Error {
  override readonly name: string = 'BulkheadFullError'
  readonly code: string = 'ERR_BULKHEAD_FULL'
  /** Calls that may run at once. */
  readonly maxConcurrent: number
  /** Calls that may wait. */
  readonly maxQueue: number

  constructor(maxConcurrent: number, maxQueue: number) {
    const waiting = maxQueue === 0 ? '' : ` and ${String(maxQueue)} wait`
    super(`All ${String(maxConcurrent)} slots of the bulkhead are taken${waiting}; try again later`)
    this.maxConcurrent = maxConcurrent
    this.maxQueue = maxQueue
  }
}

markRefusal(BulkheadFullError)
