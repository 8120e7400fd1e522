export { timeout } from './timeout.js'
export { TimeoutError } from './timeout-error.js'
export type { Timeout, TimeoutEvent, TimeoutOptions } from './timeout.js'
