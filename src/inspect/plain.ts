const maxEntries = 200
const maxText = 2000
/** Objects in one copy: a few that share each other would become millions. */
const maxObjects = 2000

/**
 * A copy that is nothing but data, as JSON can carry it, for people to read: numbers have at most
 * three decimals, what is infinite says so, errors are name and message, functions their names. It
 * is bounded, and never throws.
 *
 * @param maxDepth - objects within objects
 */
export function plain(value: unknown, maxDepth = 10): unknown {
  return copyOf(value, [], { maxDepth, objects: 0 })
}

interface Bounds {
  readonly maxDepth: number
  /** Copied so far. */
  objects: number
}

/** @param within - the objects around it, outermost first: where one comes again, there is a cycle */
function copyOf(value: unknown, within: readonly object[], bounds: Bounds): unknown {
  switch (typeof value) {
    case 'number':
      return Number.isFinite(value) ? Number(value.toFixed(3)) : String(value)
    case 'string':
      return value.length > maxText ? `${value.slice(0, maxText)}…` : value
    case 'bigint':
    case 'symbol':
      return String(value)
    case 'function':
      return { type: value.name }
    case 'object':
      return value === null ? null : objectOf(value, within, bounds)
    default:
      return value
  }
}

function objectOf(value: object, within: readonly object[], bounds: Bounds): unknown {
  if (within.includes(value)) return '[circular]'
  if (within.length === bounds.maxDepth || ++bounds.objects > maxObjects) return '[…]'
  const inner = [...within, value]
  const copy = (each: unknown) => copyOf(each, inner, bounds)
  try {
    if (value instanceof Error) return errorOf(value, copy)
    if ('toJSON' in value && typeof value.toJSON === 'function')
      return copy((value as { toJSON: (key: string) => unknown }).toJSON(''))
    if (Array.isArray(value) || value instanceof Set)
      return [...(value as Iterable<unknown>)].slice(0, maxEntries).map(copy)
    const entries = value instanceof Map ? [...value] : Object.entries(value)
    return Object.fromEntries(
      entries.slice(0, maxEntries).map(([key, each]) => [String(key), copy(each)]),
    )
  } catch {
    return '[unreadable]'
  }
}

function errorOf({ name, message, cause }: Error, copy: (value: unknown) => unknown): unknown {
  return {
    name: copy(name),
    message: copy(message),
    ...(cause === undefined ? {} : { cause: copy(cause) }),
  }
}
