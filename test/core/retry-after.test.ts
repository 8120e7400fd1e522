import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { retryAfterHint } from 'recloser/core'

const now = Date.UTC(2026, 9, 21, 7, 0, 0)
const hint = (failure: unknown) => retryAfterHint(failure, () => now)
const header = (value: unknown) => hint({ headers: { 'retry-after': value } })

describe('the hint when to try again', () => {
  it('is the retryAfter of the failure, in milliseconds', () => {
    expect(hint(Object.assign(new Error('busy'), { retryAfter: 1500 }))).toBe(1500)
    expect(hint({ retryAfter: 0 })).toBe(0)
  })

  it.each([-1, NaN, Infinity, -Infinity])('is none when retryAfter is %s', (retryAfter) => {
    expect(hint({ retryAfter, headers: { 'retry-after': '7' } })).toBeUndefined()
  })

  it('is the Retry-After header of a response, in seconds', () => {
    expect(hint(new Response(null, { status: 429, headers: { 'Retry-After': '7' } }))).toBe(7000)
    expect(header('120')).toBe(120_000)
    expect(header(' 120 ')).toBe(120_000)
    expect(header(120)).toBe(120_000)
    expect(hint({ headers: { 'Retry-After': '3' } })).toBe(3000)
  })

  it('is the header of the response that an error carries', () => {
    const response = new Response(null, { status: 503, headers: { 'retry-after': '2' } })
    expect(hint(Object.assign(new Error('unavailable'), { response }))).toBe(2000)
    for (const headers of [{}, null])
      expect(hint({ headers, response: { headers: { 'retry-after': '4' } } })).toBe(4000)
  })

  it.each([
    ['Wed, 21 Oct 2026 07:28:00 GMT', 28 * 60_000],
    ['Wednesday, 21-Oct-26 07:00:01 GMT', 1000],
    ['Wed Oct 21 07:00:02 2026', 2000],
    ['Wed, 21 Oct 2026 06:59:59 GMT', 0],
  ])('reads the HTTP date %s', (date, ms) => {
    expect(header(date)).toBe(ms)
  })

  it.each([0, 1, 2, 3, 4, 5, 6])(
    'reads HTTP dates of every day of the week, %i days on',
    (days) => {
      const date = new Date(now + days * 86_400_000)
      const [day, number, month, year, time] = date.toUTCString().replace(',', '').split(' ')
      const weekday = date.toLocaleDateString('en-US', { weekday: 'long', timeZone: 'UTC' })
      expect(header(date.toUTCString())).toBe(days * 86_400_000)
      expect(header(`${weekday}, ${number}-${month}-${year?.slice(2)} ${time} GMT`)).toBe(
        days * 86_400_000,
      )
      expect(header(`${day} ${month} ${number} ${time} ${year}`)).toBe(days * 86_400_000)
    },
  )

  it.each([
    '',
    ' ',
    'soon',
    '120s',
    '-5',
    '+5',
    '1.5',
    'foo 2099',
    'later 50',
    '0x10',
    'by Wed, 21 Oct 2026 07:28:00 GMT',
  ])('is none when the header says %j', (value) => {
    expect(header(value)).toBeUndefined()
  })

  it.each([
    null,
    undefined,
    'busy',
    42,
    Symbol('busy'),
    {},
    { headers: null },
    { headers: 'retry-after: 7' },
    { headers: { 'retry-after': ['7'] } },
    { headers: { get: () => null } },
    { response: null },
    { response: { headers: undefined } },
    { retryAfter: '7' },
  ])('is none without one (%#)', (failure) => {
    expect(hint(failure)).toBeUndefined()
  })

  it('is none when reading it throws', () => {
    const touchy = {
      get headers(): never {
        throw new Error('no')
      },
    }
    expect(hint(touchy)).toBeUndefined()
    const get = () => {
      throw new Error('no')
    }
    expect(hint({ headers: { get } })).toBeUndefined()
  })

  it('is never negative, and never throws', () => {
    const carriers = fc.oneof(
      fc.anything(),
      fc.record({ retryAfter: fc.anything() }),
      fc.record({ headers: fc.record({ 'retry-after': fc.anything() }) }),
      fc.record({ headers: fc.record({ 'retry-after': fc.string() }) }),
      fc.record({ response: fc.record({ headers: fc.anything() }) }),
    )
    fc.assert(
      fc.property(carriers, (failure) => {
        const ms = hint(failure)
        expect(ms === undefined || ms >= 0).toBe(true)
      }),
    )
  })
})
