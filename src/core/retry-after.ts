/**
 * When the dependency asked to be left alone, in milliseconds from now: `retryAfter` of the failure
 * (milliseconds), or the `Retry-After` header (seconds or an HTTP date, RFC 9110 section 10.2.3) of
 * the response that the failure is or carries. Undefined when there is none or it is nonsense.
 *
 * @param wall - epoch milliseconds now
 */
export function retryAfterHint(failure: unknown, wall: () => number): number | undefined {
  try {
    const carrier = failure as Carrier | null | undefined
    const own = carrier?.retryAfter
    if (typeof own === 'number') return Number.isFinite(own) && own >= 0 ? own : undefined
    const header = readHeader(carrier?.headers) ?? readHeader(carrier?.response?.headers)
    return header === undefined ? undefined : parseHeader(header, wall)
  } catch {
    // A getter of somebody else's object threw: no hint.
  }
}

interface Carrier {
  readonly retryAfter?: unknown
  readonly headers?: HeaderBag
  readonly response?: { readonly headers?: HeaderBag } | null
}

type HeaderBag = { get?: unknown } | null | undefined

function readHeader(headers: HeaderBag): string | undefined {
  if (typeof headers !== 'object' || headers === null) return undefined
  const bag = headers as Record<string, unknown>
  const value: unknown =
    typeof headers.get === 'function'
      ? (headers.get as (name: string) => unknown).call(headers, 'retry-after')
      : (bag['retry-after'] ?? bag['Retry-After'])
  return typeof value === 'string' || typeof value === 'number' ? String(value).trim() : undefined
}

/** The three forms of an HTTP date begin with the day of the week (RFC 9110 section 5.6.7). */
const httpDate = /^(Mon|Tues?|Wed(nes)?|Thu(rs)?|Fri|Sat(ur)?|Sun)(day)?,? /

function parseHeader(value: string, wall: () => number): number | undefined {
  if (/^\d+$/.test(value)) return Number(value) * 1000
  // Date.parse takes nearly anything for a date.
  const date = httpDate.test(value) ? Date.parse(value.replace(/( GMT)?$/, ' GMT')) : NaN
  return Number.isNaN(date) ? undefined : Math.max(0, date - wall())
}
