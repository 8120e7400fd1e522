/** A call under way, for the test to settle. */
export interface PendingCall<T> {
  readonly signal: AbortSignal
  /** Ends it well. A call that has ended stays as it is. */
  resolve(value: T): void
  /** Ends it with an error, which may be any value. */
  reject(error: unknown): void
}

/** A function whose calls the test settles by hand. */
export interface ControlledCall<T> {
  (signal: AbortSignal): Promise<T>
  /** Every call that was made, oldest first. */
  readonly calls: readonly PendingCall<T>[]
  /** Settles the oldest call that has not settled. */
  resolve(value: T): void
  /** Settles the oldest call that has not settled. */
  reject(error: unknown): void
}

/** Makes one: `const call = controlledCall(); breaker.execute(call); call.reject(new Error())`. */
export function controlledCall<T = unknown>(): ControlledCall<T> {
  const calls: PendingCall<T>[] = []
  const open: PendingCall<T>[] = []
  const run = (signal: AbortSignal): Promise<T> =>
    new Promise<T>((resolve, reject) => {
      const close = () => {
        const index = open.indexOf(call)
        if (index >= 0) open.splice(index, 1)
      }
      const call: PendingCall<T> = {
        signal,
        resolve: (value) => {
          close()
          resolve(value)
        },
        reject: (error) => {
          close()
          // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- whatever the test says
          reject(error)
        },
      }
      calls.push(call)
      open.push(call)
    })
  const oldest = (): PendingCall<T> => {
    const call = open[0]
    if (call === undefined) throw new Error('no call is under way')
    return call
  }
  return Object.assign(run, {
    calls,
    resolve: (value: T) => {
      oldest().resolve(value)
    },
    reject: (error: unknown) => {
      oldest().reject(error)
    },
  })
}
