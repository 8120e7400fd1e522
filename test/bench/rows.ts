/** The rows that the bench has to have. */
export const rowIds = [
  ...['success', 'watched', 'permit', 'parts', 'rejection', 'failure'],
  ...['retry', 'timeout', 'timeout-signal', 'bulkhead', 'fallback', 'rate-limiter'],
  ...['pipeline', 'pipeline-signal', 'pipeline-abort'],
  ...['cycle', 'creation', 'growth', 'many-breakers', 'many-calls'],
  ...['heap', 'allocation', 'size'],
]
