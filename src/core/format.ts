const units = [
  [3_600_000, 'h'],
  [60_000, 'min'],
  [1000, 's'],
] as const

/** A duration for people: «250 ms», «1.5 s», «5 min», «2 h», «no end». */
export function formatDuration(ms: number): string {
  if (ms === Infinity) return 'no end'
  for (const [size, unit] of units) {
    // Half a minute reads better in seconds, an hour and a half in minutes.
    if (ms >= size && (ms % size === 0 || ms >= 10 * size || unit === 's'))
      return `${round(ms / size, 1)} ${unit}`
  }
  return `${round(ms, 0)} ms`
}

/** A rate from 0 to 1 in per cent, as short as it is exact to two decimals: «62.5%». */
export function formatRate(rate: number): string {
  return `${round(rate * 100, 2)}%`
}

function round(value: number, digits: number): string {
  return String(Number(value.toFixed(digits)))
}
