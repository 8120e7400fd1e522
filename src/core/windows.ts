import { CountWindow } from './count-window.js'
import { TimeWindow } from './time-window.js'
import type { SamplingWindow } from './sampling-window.js'
import type { Sampling } from './trip-policy.js'

/** An empty window over what is to be sampled: the latest milliseconds, or the latest calls. */
export function createWindow(sampling: Sampling): SamplingWindow {
  return sampling.by === 'time' ? new TimeWindow(sampling.duration) : new CountWindow(sampling.size)
}
