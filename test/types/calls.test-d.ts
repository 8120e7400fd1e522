// What calls give.
import { isBrokenCircuit, isIsolatedCircuit } from 'recloser'
import { expectTypeOf } from 'vitest'
import type { Attempt, Breaker, BrokenCircuitError, Permit } from 'recloser'

declare const breaker: Breaker

// execute gives what the function gives, awaited.
expectTypeOf(breaker.execute(() => 1)).toEqualTypeOf<Promise<number>>()
expectTypeOf(breaker.execute(() => Promise.resolve('a'))).toEqualTypeOf<Promise<string>>()
expectTypeOf(breaker.execute((signal) => signal)).toEqualTypeOf<Promise<AbortSignal>>()
void breaker.execute((signal) => fetch('/', { signal }), { signal: new AbortController().signal })
declare const maybe: { signal?: AbortSignal | undefined }
void breaker.execute(() => 1, { signal: maybe.signal })
// @ts-expect-error a call is a function
void breaker.execute(Promise.resolve(1))
// @ts-expect-error that takes nothing but a signal
void breaker.execute((id: number) => id)
// @ts-expect-error an option that does not exist
void breaker.execute(() => 1, { timeout: 100 })

// wrap keeps the signature.
const add = breaker.wrap((a: number, b?: number) => a + (b ?? 1))
expectTypeOf(add).parameters.toEqualTypeOf<[a: number, b?: number]>()
expectTypeOf(add).returns.toEqualTypeOf<Promise<number>>()
// @ts-expect-error an argument is missing
void add()
// @ts-expect-error an argument of another type
void add('1')

class Client {
  base = '/users/'
  get = breaker.wrap(function (this: Client, id: number) {
    return Promise.resolve(this.base + String(id))
  })
}
expectTypeOf(new Client().get(1)).toEqualTypeOf<Promise<string>>()
const { get } = new Client()
// @ts-expect-error it wants its object
void get(1)

// attempt is told apart by its status.
declare const attempt: Attempt<number>
expectTypeOf(breaker.attempt(() => 1)).toEqualTypeOf<Promise<Attempt<number>>>()
// @ts-expect-error only a success has a value for sure
attempt.value.toFixed()
if (attempt.status === 'success') {
  expectTypeOf(attempt.value).toEqualTypeOf<number>()
  // @ts-expect-error a success has no error
  void attempt.error
} else if (attempt.status === 'failure') {
  expectTypeOf(attempt.error).toEqualTypeOf<unknown>()
  expectTypeOf(attempt.value).toEqualTypeOf<number | undefined>()
} else {
  expectTypeOf(attempt.error).toEqualTypeOf<BrokenCircuitError>()
  expectTypeOf(attempt.retryAfter).toEqualTypeOf<number | undefined>()
  expectTypeOf(attempt.state).toEqualTypeOf<'open' | 'halfOpen' | 'isolated'>()
}

// A permit may be refused.
// @ts-expect-error it may be undefined
breaker.tryAcquire().succeed()
const permit = breaker.tryAcquire()
expectTypeOf(permit).toEqualTypeOf<Permit | undefined>()
permit?.fail('any reason')

// Errors are known by what they are.
declare const error: unknown
// @ts-expect-error nothing is known yet
void error.retryAfter
if (isBrokenCircuit(error)) expectTypeOf(error.retryAfter).toEqualTypeOf<number | undefined>()
if (isIsolatedCircuit(error)) expectTypeOf(error.reasons).toEqualTypeOf<readonly string[]>()
