// What an inspector of XState charts needs to show breakers well, whichever inspector it is.
export { createLegacyBridge } from './legacy-bridge.js'
export type { LegacyBridge, LegacyBridgeOptions, LegacyMessage } from './legacy-bridge.js'
export { toInspector } from './to-inspector.js'
export type { InspectorLike } from './to-inspector.js'
