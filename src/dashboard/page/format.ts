import type { CircuitState } from '../wire.js'

/** States as people say them. */
export const stateNames: Record<CircuitState, string> = {
  closed: 'Closed',
  open: 'Open',
  halfOpen: 'Half-open',
  isolated: 'Isolated',
}

const counts = new Intl.NumberFormat('en')
const clockTime = new Intl.DateTimeFormat('en-GB', { timeStyle: 'medium' })
const dayAndTime = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'medium' })

/** «1,234» */
export function count(n: number): string {
  return counts.format(n)
}

/** «62.5%» */
export function percent(rate: number): string {
  return `${String(Number((rate * 100).toFixed(1)))}%`
}

/** Calls a second: «0», «0.4», «12», «1.2k». */
export function perSecond(rate: number): string {
  if (rate >= 10_000) return `${String(Math.round(rate / 1000))}k`
  if (rate >= 1000) return `${(rate / 1000).toFixed(1)}k`
  if (rate >= 10) return String(Math.round(rate))
  return String(Number(rate.toFixed(1)))
}

const units = [
  [86_400, 'd'],
  [3600, 'h'],
  [60, 'min'],
  [1, 's'],
] as const

/** A duration in its two largest units, rounded down: «4 min 5 s». */
export function duration(ms: number): string {
  let left = Math.max(0, Math.floor(ms / 1000))
  const parts: string[] = []
  for (const [size, unit] of units) {
    const n = Math.floor(left / size)
    if (n > 0 || (unit === 's' && parts.length === 0)) parts.push(`${String(n)} ${unit}`)
    else if (parts.length > 0) break
    left %= size
    if (parts.length === 2) break
  }
  return parts.join(' ')
}

/** The time left, rounded up: a break that has begun is never «0 s». */
export function timeLeft(ms: number): string {
  return duration(Math.ceil(ms / 1000) * 1000)
}

/** «12 s ago» */
export function ago(ms: number): string {
  if (ms < 1000) return 'just now'
  const [first = '', unit = ''] = duration(ms).split(' ')
  return `${first} ${unit} ago`
}

/** «03:12:45» */
export function timeOfDay(at: number): string {
  return clockTime.format(at)
}

/** «24 Nov 2026, 03:12:45» */
export function dateAndTime(at: number): string {
  return dayAndTime.format(at)
}
