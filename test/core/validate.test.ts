import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { integer, number, oneOf, optionalFunction, optionsOf, shown } from 'recloser/core'

describe('a number', () => {
  it('is given back when it is within its bounds', () => {
    expect(number('base', 0.5, { above: 0, max: 1 })).toBe(0.5)
    expect(number('base', 1, { above: 0, max: 1 })).toBe(1)
    expect(number('base', 0, { min: 0 })).toBe(0)
    expect(number('base', -3, {})).toBe(-3)
    expect(number('base', Infinity, { min: 0, infinite: true })).toBe(Infinity)
  })

  it.each([
    [0, { above: 0, max: 1 }, 'base must be above 0 and at most 1, got 0'],
    [1.5, { above: 0, max: 1 }, 'base must be above 0 and at most 1, got 1.5'],
    [-1, { min: 0 }, 'base must be at least 0 and finite, got -1'],
    [NaN, { min: 0 }, 'base must be at least 0 and finite, got NaN'],
    [Infinity, { min: 0 }, 'base must be at least 0 and finite, got Infinity'],
    [-1, { min: 0, infinite: true }, 'base must be at least 0, got -1'],
    [NaN, {}, 'base must be finite, got NaN'],
  ])('out of bounds is a RangeError (%#)', (value, bounds, message) => {
    expect(() => number('base', value, bounds)).toThrow(new RangeError(message))
  })

  it.each([
    ['5', '"5"'],
    [null, 'null'],
    [undefined, 'undefined'],
    [50n, '50'],
    [true, 'true'],
    [{}, 'an object'],
    [[], 'an array'],
    [() => 5, 'a function'],
  ])('of another type is a TypeError (%#)', (value, text) => {
    expect(() => number('base', value, { min: 1, max: 9 })).toThrow(
      new TypeError(`base must be a number, at least 1 and at most 9, got ${text}`),
    )
  })

  it('may come with a guess at what was meant', () => {
    const hint = (value: number) => (value > 1 ? String(value / 100) : undefined)
    expect(() => number('ratio', 50, { max: 1, hint })).toThrow('got 50; did you mean 0.5?')
    expect(() => number('ratio', -1, { min: 0, max: 1, hint })).toThrow(/got -1$/)
    expect(() => number('ratio', '50', { max: 1, hint })).toThrow(/got "50"$/)
  })

  it('passes exactly when it is finite and within its bounds', () => {
    fc.assert(
      fc.property(fc.double(), fc.double({ noNaN: true }), (value, min) => {
        const run = () => number('x', value, { min })
        if (value >= min && Number.isFinite(value)) expect(run()).toBe(value)
        else expect(run).toThrow(RangeError)
      }),
    )
  })
})

describe('an integer', () => {
  it('is given back when it is whole and within its bounds', () => {
    expect(integer('count', 3, { min: 1 })).toBe(3)
    expect(integer('count', Infinity, { min: 1, infinite: true })).toBe(Infinity)
  })

  it.each([
    [2.5, { min: 1 }, RangeError, 'count must be an integer, at least 1 and finite, got 2.5'],
    [0, { min: 1 }, RangeError, 'count must be an integer, at least 1 and finite, got 0'],
    [NaN, { min: 1 }, RangeError, 'count must be an integer, at least 1 and finite, got NaN'],
    [Infinity, { min: 1 }, RangeError, 'got Infinity'],
    ['3', { min: 1 }, TypeError, 'count must be an integer, at least 1 and finite, got "3"'],
  ])('is refused otherwise (%#)', (value, bounds, type, message) => {
    const run = () => integer('count', value, bounds)
    expect(run).toThrow(type)
    expect(run).toThrow(message)
  })
})

describe('a value in a message', () => {
  it.each([
    ['a "quoted" text', '"a \\"quoted\\" text"'],
    [Symbol('mark'), 'Symbol(mark)'],
    [null, 'null'],
    [{ a: 1 }, 'an object'],
    [new Error('x'), 'an object'],
    [-0, '0'],
  ])('reads well (%#)', (value, text) => {
    expect(shown(value)).toBe(text)
  })

  it('is something unprintable when looking at it throws', () => {
    const { proxy, revoke } = Proxy.revocable([], {})
    revoke()
    expect(shown(proxy)).toBe('something unprintable')
  })

  it('never throws', () => {
    fc.assert(
      fc.property(fc.anything({ withNullPrototype: true, withSparseArray: true }), (value) => {
        expect(shown(value)).toBeTypeOf('string')
      }),
    )
  })
})

describe('options', () => {
  const known = ['base', 'factor']

  it('are given back when every key is known', () => {
    const options = { base: 1 }
    expect(optionsOf('options', options, known)).toBe(options)
    expect(optionsOf('options', {}, known)).toEqual({})
  })

  it('with an unknown key are refused by name', () => {
    expect(() => optionsOf('break options', { base: 1, fcator: 2 }, known)).toThrow(
      new TypeError('break options: unknown option "fcator"; known are base, factor'),
    )
  })

  it.each([
    [null, 'null'],
    [undefined, 'undefined'],
    [5, '5'],
    [[], 'an array'],
    ['x', '"x"'],
  ])('that are no object are refused (%#)', (value, text) => {
    expect(() => optionsOf('options', value as never, known)).toThrow(
      new TypeError(`options must be an object, got ${text}`),
    )
  })
})

describe('a word of a list', () => {
  it('is given back when it is in it', () => {
    expect(oneOf('mode', 'shadow', ['enforcing', 'shadow'])).toBe('shadow')
  })

  it.each([
    ['Shadow', '"Shadow"'],
    [undefined, 'undefined'],
    [1, '1'],
  ])('is refused by name otherwise (%#)', (value, text) => {
    expect(() => oneOf('mode', value, ['enforcing', 'shadow'])).toThrow(
      new TypeError(`mode must be one of 'enforcing', 'shadow', got ${text}`),
    )
  })
})

describe('a function that may be left out', () => {
  it('is given back, or its absence', () => {
    const fn = () => 1
    expect(optionalFunction('random', fn)).toBe(fn)
    expect(optionalFunction<unknown>('random', undefined)).toBeUndefined()
  })

  it('is refused when it is something else', () => {
    expect(() => optionalFunction<unknown>('random', 0.5)).toThrow(
      new TypeError('random must be a function, got 0.5'),
    )
    expect(() => optionalFunction<unknown>('random', null)).toThrow('got null')
  })
})
