import { describe, expect, it, vi } from 'vitest'
import {
  BrokenCircuitError,
  DisposedBreakerError,
  IsolatedCircuitError,
  ProbeTimeoutError,
  isBrokenCircuit,
  isIsolatedCircuit,
  isRefusal,
  markRefusal,
  withoutStack,
} from 'recloser/core'

const open = { breaker: 'payments-api', state: 'open', retryAfter: 1500 } as const

/** An object that throws at whatever is done with it. */
function untouchable(): object {
  const { proxy, revoke } = Proxy.revocable({}, {})
  revoke()
  return proxy
}

describe('the error of a broken circuit', () => {
  it('says which circuit, in which state, and for how long', () => {
    const error = new BrokenCircuitError(open)
    expect(error).toBeInstanceOf(Error)
    expect(error).toMatchObject({
      name: 'BrokenCircuitError',
      code: 'ERR_CIRCUIT_BROKEN',
      message: 'Circuit "payments-api" is open for another 1.5 s',
      ...open,
    })
  })

  it.each([undefined, Infinity])('says so when it ends by hand only (%s)', (retryAfter) => {
    const { message } = new BrokenCircuitError({ ...open, retryAfter })
    expect(message).toBe('Circuit "payments-api" is open until it is reset')
  })

  it('says so when probes are under way', () => {
    const { message } = new BrokenCircuitError({ ...open, state: 'halfOpen', retryAfter: 0 })
    expect(message).toBe('Circuit "payments-api" is half-open and its probes are under way')
  })

  it('has a cause only where there is one', () => {
    const cause = new Error('the first')
    expect(new BrokenCircuitError({ ...open, cause }).cause).toBe(cause)
    expect('cause' in new BrokenCircuitError(open)).toBe(false)
  })

  it('survives a structured clone of its data', () => {
    const { breaker, state, retryAfter, code } = new BrokenCircuitError(open)
    expect(structuredClone({ breaker, state, retryAfter, code })).toEqual({
      ...open,
      code: 'ERR_CIRCUIT_BROKEN',
    })
  })
})

describe('the error of an isolated circuit', () => {
  it('is one of a broken circuit that gives every reason', () => {
    const error = new IsolatedCircuitError(
      { breaker: 'payments-api', state: 'isolated', retryAfter: undefined },
      ['maintenance', 'incident 7'],
    )
    expect(error).toBeInstanceOf(BrokenCircuitError)
    expect(error).toMatchObject({
      name: 'IsolatedCircuitError',
      code: 'ERR_CIRCUIT_ISOLATED',
      message: 'Circuit "payments-api" is isolated: maintenance; incident 7',
      reasons: ['maintenance', 'incident 7'],
      retryAfter: undefined,
    })
  })
})

describe('the other errors', () => {
  it('say what to do', () => {
    expect(new DisposedBreakerError('payments-api')).toMatchObject({
      name: 'DisposedBreakerError',
      code: 'ERR_BREAKER_DISPOSED',
      breaker: 'payments-api',
      message: 'Breaker "payments-api" was disposed of; create another one',
    })
    expect(new ProbeTimeoutError(30_000)).toMatchObject({
      name: 'ProbeTimeoutError',
      code: 'ERR_PROBE_TIMEOUT',
      message: 'The probe did not end within 30 s',
    })
  })

  it('are no errors of a broken circuit', () => {
    expect(isBrokenCircuit(new DisposedBreakerError('x'))).toBe(false)
    expect(isBrokenCircuit(new ProbeTimeoutError(1))).toBe(false)
    expect(isRefusal(new ProbeTimeoutError(1))).toBe(false)
  })
})

describe('telling errors apart', () => {
  const broken = new BrokenCircuitError(open)
  const isolated = new IsolatedCircuitError({ ...open, state: 'isolated' }, [])

  it('knows broken and isolated circuits', () => {
    expect([broken, isolated].map(isBrokenCircuit)).toEqual([true, true])
    expect([broken, isolated].map(isIsolatedCircuit)).toEqual([false, true])
    expect([broken, isolated].map(isRefusal)).toEqual([true, true])
    expect(isRefusal(new DisposedBreakerError('db'))).toBe(true)
  })

  it('knows those of another copy of the package by their mark', () => {
    const copy = { [Symbol.for('recloser.broken-circuit')]: true }
    expect(isBrokenCircuit(copy)).toBe(true)
    expect(isIsolatedCircuit({ ...copy, [Symbol.for('recloser.isolated-circuit')]: true })).toBe(
      true,
    )
    expect(isRefusal({ [Symbol.for('recloser.refusal')]: true })).toBe(true)
  })

  it.each([undefined, null, 'BrokenCircuitError', 1, new Error('other'), {}])(
    'takes %s for none',
    (value) => {
      expect([isBrokenCircuit(value), isIsolatedCircuit(value), isRefusal(value)]).toEqual([
        false,
        false,
        false,
      ])
    },
  )

  it('takes what cannot be looked at for none', () => {
    const value = untouchable()
    expect([isBrokenCircuit(value), isRefusal(value)]).toEqual([false, false])
  })

  it('knows a refusal of any class that was marked as one, and its subclasses', () => {
    class FullError extends Error {}
    class VeryFullError extends FullError {}
    markRefusal(FullError)
    expect([new FullError(), new VeryFullError(), new Error()].map(isRefusal)).toEqual([
      true,
      true,
      false,
    ])
    expect(Object.keys(new FullError())).toEqual([])
  })
})

describe('an error without a stack', () => {
  it('has only its headline, and the limit of the process is as before', () => {
    const limit = Error.stackTraceLimit
    const error = withoutStack(() => new BrokenCircuitError(open))
    expect(error.stack).not.toMatch(/\n\s+at /)
    expect(Error.stackTraceLimit).toBe(limit)
    expect(new Error('other').stack).toMatch(/\n\s+at /)
  })

  it('leaves the limit as it was when making it throws', () => {
    const limit = Error.stackTraceLimit
    const bug = new Error('bug')
    expect(() =>
      withoutStack(() => {
        throw bug
      }),
    ).toThrow(bug)
    expect(Error.stackTraceLimit).toBe(limit)
  })

  it('is made where there is no such limit, as in other engines', async () => {
    const before = Object.getOwnPropertyDescriptor(Error, 'stackTraceLimit') as PropertyDescriptor
    Reflect.deleteProperty(Error, 'stackTraceLimit')
    try {
      vi.resetModules()
      const elsewhere = await import('recloser/core')
      const error = elsewhere.withoutStack(() => new elsewhere.BrokenCircuitError(open))
      expect(error.message).toContain('is open')
      expect('stackTraceLimit' in Error).toBe(false)
    } finally {
      Object.defineProperty(Error, 'stackTraceLimit', before)
      vi.resetModules()
    }
  })

  it('keeps its stack where the limit cannot be set', async () => {
    const before = Object.getOwnPropertyDescriptor(Error, 'stackTraceLimit') as PropertyDescriptor
    // How a hardened runtime looks to a copy of the package that is loaded in it.
    Object.defineProperty(Error, 'stackTraceLimit', { ...before, writable: false })
    try {
      vi.resetModules()
      const hardened = await import('recloser/core')
      const error = hardened.withoutStack(() => new hardened.BrokenCircuitError(open))
      expect(error.stack).toMatch(/\n\s+at /)
    } finally {
      Object.defineProperty(Error, 'stackTraceLimit', before)
      // Other tests want a copy that knows this runtime.
      vi.resetModules()
    }
  })
})
