/**
 * A row for people.
 *
 * @param {import('./row.mjs').Row} row
 */
export function printed({ title, unit, figures, targets }) {
  const width = Math.max(...figures.map(({ name }) => name.length))
  return [
    title,
    ...figures.map(
      ({ name, median, spread }) =>
        `  ${name.padEnd(width)}  ${shortened(median).padStart(9)} ${unit} ± ${shortened(spread)}`,
    ),
    ...targets.map(
      ({ claim, value, limit, reached }) =>
        `  ${reached ? '✓' : '✗'} ${claim}: ${shortened(value)}, wanted at most ${shortened(limit)}`,
    ),
  ].join('\n')
}

/**
 * A number as long as it is worth reading.
 *
 * @param {number} value
 */
export function shortened(value) {
  const digits = value >= 100 ? 0 : value >= 10 ? 1 : value >= 1 ? 2 : 3
  return Number(value.toFixed(digits)).toLocaleString('en', { maximumFractionDigits: 3 })
}
