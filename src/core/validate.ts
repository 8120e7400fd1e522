/** Bounds of a number; `hint` may guess what was meant. */
export interface Bounds {
  readonly min?: number
  /** Exclusive lower bound. */
  readonly above?: number
  readonly max?: number
  /** Whether Infinity will do. */
  readonly infinite?: boolean
  /** Sees a number that is out of bounds. */
  readonly hint?: (value: number) => string | undefined
}

/**
 * Returns `value` when it is a number within `bounds`.
 *
 * @throws TypeError when it is no number, RangeError when it is out of bounds; both name the option,
 * the bounds and the value
 */
export function number(option: string, value: unknown, bounds: Bounds): number {
  return checked(option, value, bounds, false)
}

/** As {@link number}, for whole numbers. */
export function integer(option: string, value: unknown, bounds: Bounds): number {
  return checked(option, value, bounds, true)
}

function checked(option: string, value: unknown, bounds: Bounds, whole: boolean): number {
  const { min = -Infinity, above = -Infinity, max = Infinity, infinite = false } = bounds
  if (typeof value !== 'number') throw new TypeError(complaint(option, value, whole, bounds))
  const fits = value >= min && value > above && value <= max && (infinite || Number.isFinite(value))
  if (!fits || (whole && !Number.isInteger(value) && value !== Infinity)) {
    throw new RangeError(complaint(option, value, whole, bounds))
  }
  return value
}

function complaint(option: string, value: unknown, whole: boolean, bounds: Bounds): string {
  const limits: string[] = []
  if (bounds.min !== undefined) limits.push(`at least ${String(bounds.min)}`)
  if (bounds.above !== undefined) limits.push(`above ${String(bounds.above)}`)
  if (bounds.max !== undefined) limits.push(`at most ${String(bounds.max)}`)
  if (bounds.infinite !== true && bounds.max === undefined) limits.push('finite')
  const meant = typeof value === 'number' ? bounds.hint?.(value) : undefined
  const question = meant === undefined ? '' : `; did you mean ${meant}?`
  const what = whole ? 'an integer, ' : typeof value === 'number' ? '' : 'a number, '
  return `${option} must be ${what}${limits.join(' and ')}, got ${shown(value)}${question}`
}

/** A value as an error message shows it. Never throws. */
export function shown(value: unknown): string {
  try {
    if (typeof value === 'string') return JSON.stringify(value)
    if (typeof value === 'function') return 'a function'
    if (Array.isArray(value)) return 'an array'
    return typeof value === 'object' && value !== null ? 'an object' : String(value)
  } catch {
    return 'something unprintable'
  }
}

/**
 * Returns `value` as a record when it is an object with no other keys than `known`.
 *
 * @throws TypeError naming the unknown key and the known ones
 */
export function optionsOf<T extends object>(
  what: string,
  value: T,
  known: readonly string[],
): { readonly [K in keyof T]: unknown } {
  if (
    typeof (value as unknown) !== 'object' ||
    (value as unknown) === null ||
    Array.isArray(value)
  ) {
    throw new TypeError(`${what} must be an object, got ${shown(value)}`)
  }
  for (const key of Object.keys(value)) {
    if (!known.includes(key)) {
      throw new TypeError(`${what}: unknown option ${shown(key)}; known are ${known.join(', ')}`)
    }
  }
  return value
}

/** Returns `value` when it is one of `allowed`. @throws TypeError naming all of them */
export function oneOf<T extends string | boolean>(
  option: string,
  value: unknown,
  allowed: readonly T[],
): T {
  if (!allowed.includes(value as T)) {
    const list = allowed
      .map((word) => (typeof word === 'string' ? `'${word}'` : String(word)))
      .join(', ')
    throw new TypeError(`${option} must be one of ${list}, got ${shown(value)}`)
  }
  return value as T
}

/** Returns `value` when it is a function or absent. @throws TypeError naming the option */
export function optionalFunction<T>(option: string, value: T | undefined): T | undefined {
  if (value !== undefined && typeof value !== 'function') {
    throw new TypeError(`${option} must be a function, got ${shown(value)}`)
  }
  return value
}
