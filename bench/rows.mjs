import { creation, growth } from './rows/creation.mjs'
import { cycle } from './rows/cycle.mjs'
import { failure } from './rows/failure.mjs'
import { manyBreakers, manyCalls } from './rows/flatness.mjs'
import { layerRows } from './rows/layers.mjs'
import { allocation, heap } from './rows/memory.mjs'
import { parts } from './rows/parts.mjs'
import { permit } from './rows/permit.mjs'
import { rejection } from './rows/rejection.mjs'
import { size } from './rows/size.mjs'
import { success } from './rows/success.mjs'
import { watched } from './rows/watched.mjs'

/**
 * Every row by its id, in the order in which they are shown.
 *
 * @type {Record<string, (size: import('./effort.mjs').Size) => Promise<import('./row.mjs').Row>>}
 */
export const rows = {
  success,
  watched,
  permit,
  parts,
  rejection,
  failure,
  ...layerRows,
  cycle,
  creation,
  growth,
  'many-breakers': manyBreakers,
  'many-calls': manyCalls,
  heap,
  allocation,
  size,
}
