/** @param {readonly number[]} values */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  const upper = sorted[middle] ?? NaN
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? NaN)) / 2
}

/**
 * Median absolute deviation: half of the values are no further than this from the median. Unlike a
 * standard deviation it does not care for the few rounds in which something else ran.
 *
 * @param {readonly number[]} values
 */
export function spread(values) {
  const middle = median(values)
  return median(values.map((value) => Math.abs(value - middle)))
}

/**
 * The ratio round by round, for what slows a round down slows both sides down.
 *
 * @param {readonly number[]} one
 * @param {readonly number[]} other
 */
export function ratios(one, other) {
  return one.map((value, round) => value / (other[round] ?? NaN))
}
