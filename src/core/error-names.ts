/** Names beyond this many are counted together as `other`: names come from anywhere. */
export const maxErrorNames = 50

/** Adds to the count of a name, in bounded space. */
export function countName(names: Map<string, number>, name: string, by: number): void {
  const count = names.get(name)
  if (count !== undefined) names.set(name, count + by)
  else if (names.size < maxErrorNames) names.set(name, by)
  else names.set('other', (names.get('other') ?? 0) + by)
}

/** The name a failure is counted under: that of the error, else the type of what was thrown. */
export function errorName(error: unknown): string {
  if (typeof error !== 'object') return typeof error
  try {
    const { name } = error as { name?: unknown }
    return typeof name === 'string' && name !== '' ? name.slice(0, 100) : 'object'
  } catch {
    return 'object'
  }
}
