/**
 * Rows under a head, each column as wide as it needs. Text is flush left, numbers flush right.
 *
 * @param {string[]} head
 * @param {(string | number)[][]} rows
 */
export function table(head, rows) {
  const widths = head.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => String(row[column]).length)),
  )
  return [head, ...rows].map((row, line) =>
    row
      .map((cell, column) => {
        const width = widths[column] ?? 0
        const isNumber = typeof rows[Math.max(0, line - 1)]?.[column] === 'number'
        return isNumber ? String(cell).padStart(width) : String(cell).padEnd(width)
      })
      .join('  ')
      .trimEnd(),
  )
}
