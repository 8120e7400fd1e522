export { bulkhead } from './bulkhead.js'
export { BulkheadFullError } from './bulkhead-error.js'
export type { Bulkhead, BulkheadEvent, BulkheadOptions } from './bulkhead.js'
