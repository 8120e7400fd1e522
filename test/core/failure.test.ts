import { describe, expect, it } from 'vitest'
import {
  Failure,
  countName,
  errorName,
  isOutcomeKind,
  maxErrorNames,
  messageOf,
} from 'recloser/core'

const wall = () => 0

/** An object whose every property throws. */
const touchy: object = new Proxy(
  {},
  {
    get() {
      throw new Error('no')
    },
  },
)

describe('a failure', () => {
  it('carries name, message and hint, and keeps the error within reach', () => {
    const error = Object.assign(new TypeError('fetch failed'), { retryAfter: 1500 })
    const failure = Failure.thrown(error, wall)
    expect(failure).toMatchObject({ name: 'TypeError', message: 'fetch failed', retryAfter: 1500 })
    expect(failure.error).toBe(error)
  })

  it('shows nothing else to an inspector', () => {
    const error = Object.assign(new Error('no'), { request: { password: 'secret' } })
    const shown = JSON.stringify(Failure.thrown(error, wall))
    expect(JSON.parse(shown)).toEqual({ name: 'Error', message: 'no' })
  })

  it('is not wrapped in another', () => {
    const failure = Failure.thrown(new Error('no'), wall)
    expect(Failure.thrown(failure, wall)).toBe(failure)
  })

  it('that was returned has no error, but may carry a hint', () => {
    const failure = Failure.returned({ status: 429, headers: { 'retry-after': '7' } }, wall)
    expect(failure.error).toBeUndefined()
    expect(failure.retryAfter).toBe(7000)
  })
})

describe('the name of a failure', () => {
  class QuotaError extends Error {
    override name = 'QuotaError'
  }

  it.each([
    [new Error('x'), 'Error'],
    [new QuotaError(), 'QuotaError'],
    [new DOMException('x', 'AbortError'), 'AbortError'],
    ['text', 'string'],
    [404, 'number'],
    [undefined, 'undefined'],
    [null, 'object'],
    [{}, 'object'],
    [{ name: '' }, 'object'],
    [{ name: 5 }, 'object'],
    [{ name: ['a list'] }, 'object'],
    [{ name: 'n'.repeat(500) }, 'n'.repeat(100)],
    [touchy, 'object'],
  ])('is found (%#)', (error, name) => {
    expect(errorName(error)).toBe(name)
  })
})

describe('the message of a failure', () => {
  it.each([
    [new Error('down'), 'down'],
    ['down', 'down'],
    [404, '404'],
    [undefined, ''],
    [null, 'null'],
    [{}, ''],
    [{ message: 5 }, '5'],
    [{ message: Object.create(null) as object }, ''],
    [{ message: 'm'.repeat(5000) }, 'm'.repeat(1000)],
    [touchy, ''],
  ])('is found (%#)', (error, message) => {
    expect(messageOf(error)).toBe(message)
  })
})

describe('counting by name', () => {
  it('adds up', () => {
    const names = new Map<string, number>()
    countName(names, 'A', 1)
    countName(names, 'A', 2)
    countName(names, 'B', 1)
    expect(Object.fromEntries(names)).toEqual({ A: 3, B: 1 })
  })

  it('counts as others what comes after the first fifty names', () => {
    const names = new Map<string, number>()
    for (let i = 0; i < 70; i++) countName(names, `E${String(i)}`, 1)
    countName(names, 'E0', 1)
    expect(maxErrorNames).toBe(50)
    expect(names.size).toBe(51)
    expect(names.get('E0')).toBe(2)
    expect(names.get('other')).toBe(20)
  })
})

describe('the kind of an outcome', () => {
  it.each(['success', 'failure', 'ignored'])('may be %s', (kind) => {
    expect(isOutcomeKind(kind)).toBe(true)
  })

  it.each(['Success', '', undefined, true, 0])('may not be %s', (kind) => {
    expect(isOutcomeKind(kind)).toBe(false)
  })
})
