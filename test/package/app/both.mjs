// The ESM and the CommonJS build in one process: two copies of each class, one meaning.
import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import * as esm from 'recloser'

/** @type {typeof esm} */
// eslint-disable-next-line @typescript-eslint/no-unsafe-assignment -- what require gives is any
const cjs = createRequire(import.meta.url)('recloser')

for (const { ours, theirs } of [
  { ours: esm, theirs: cjs },
  { ours: cjs, theirs: esm },
]) {
  const inner = theirs.createBreaker('inner')
  inner.isolate('for the test')
  const error = inner.rejection()
  assert.ok(!(error instanceof ours.BrokenCircuitError), 'there are two copies')
  assert.ok(ours.isBrokenCircuit(error))
  assert.ok(ours.isIsolatedCircuit(error))

  // A call refused by the inner breaker says nothing about what the outer one guards.
  const outer = ours.createBreaker('outer')
  await assert.rejects(outer.execute(() => inner.execute(() => 'never')))
  assert.equal(outer.stats().failures, 0)
  assert.equal(outer.stats().ignored, 1)
}
