const brand: unique symbol = Symbol.for('recloser.refusal') as never

/**
 * Marks an error class whose instances say «the call was never made»: a broken circuit, a full
 * bulkhead, an empty rate limiter. A breaker outside ignores them, for they say nothing about the
 * dependency. The mark is a registered symbol and therefore holds across copies of this package.
 */
export function markRefusal(errorClass: { readonly prototype: object }): void {
  Object.defineProperty(errorClass.prototype, brand, { value: true })
}

interface Branded {
  readonly [brand]?: unknown
}

/** True for an error that says that the call was never made. Never throws. */
export function isRefusal(error: unknown): boolean {
  try {
    return (error as Branded | null | undefined)?.[brand] === true
  } catch {
    return false
  }
}
