export { fallback } from './fallback.js'
export { FallbackFailedError } from './fallback-error.js'
export type { Answer, Fallback, FallbackEvent, FallbackOptions } from './fallback.js'
