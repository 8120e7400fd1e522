/** What is used here of packages that come without types. */

declare module 'opossum' {
  export default class CircuitBreaker {
    constructor(fn: () => Promise<unknown>, options: Record<string, unknown>)
    fire(): Promise<unknown>
    shutdown(): void
  }
}

declare module 'brakes' {
  export default class Brakes {
    constructor(fn: () => Promise<unknown>, options: Record<string, unknown>)
    exec(): Promise<unknown>
    destroy(): void
  }
}
