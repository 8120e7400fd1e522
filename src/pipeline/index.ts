export { pipeline } from './pipeline.js'
export type { Pipeline } from './pipeline.js'
export type { AddedBy, Call, CallOptions, Layer } from '../layer/layer.js'
