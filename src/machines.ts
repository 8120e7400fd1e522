// The chart by itself, for those who have an actor system of their own.
export * from '../machines/index.js'
export { breakerOf } from './breaker/create-breaker.js'
