import type { Message } from './wire.js'

/** Bytes that may wait for a reader before it is told everything anew instead. */
const longestQueue = 256 * 1024

const encoder = new TextEncoder()

/** A message as the event stream carries it. JSON keeps line ends out of the data. */
export function encoded(message: Message): Uint8Array {
  return encoder.encode(`data: ${JSON.stringify(message)}\n\n`)
}

/** Says nothing, but that the line is still there. */
export const heartbeat = encoder.encode(':\n\n')

/**
 * A reader of the event stream. What it has not taken is bounded: one that falls behind misses
 * messages, and is told everything when it reads on.
 */
export class Reader {
  readonly stream: ReadableStream<Uint8Array>
  #controller: ReadableStreamDefaultController<Uint8Array> | undefined
  #behind = false
  /** Monotonic ms at which it last took something. */
  #readAt: number

  constructor(
    private readonly everything: () => Uint8Array,
    private readonly now: () => number,
    private readonly left: (reader: Reader) => void,
  ) {
    this.#readAt = now()
    this.stream = new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          this.#controller = controller
          controller.enqueue(everything())
        },
        pull: () => {
          this.#readAt = now()
          if (this.#behind) this.#catchUp()
        },
        cancel: () => {
          this.#controller = undefined
          left(this)
        },
      },
      { highWaterMark: longestQueue, size: (chunk) => chunk.byteLength },
    )
  }

  send(chunk: Uint8Array): void {
    if (this.#controller === undefined) return
    if (this.#behind || (this.#controller.desiredSize ?? 0) <= 0) this.#behind = true
    else this.#controller.enqueue(chunk)
  }

  /** Whether it has taken nothing for `ms` although there was something to take. */
  isStuck(ms: number): boolean {
    return this.#behind && this.now() - this.#readAt >= ms
  }

  close(): void {
    this.#end((controller) => controller.close())
  }

  /** Ends it the hard way: what is queued is lost, and whoever pumps it learns at once. */
  drop(): void {
    this.#end((controller) => controller.error(new Error('the reader is too slow')))
  }

  #catchUp(): void {
    this.#behind = false
    this.#controller?.enqueue(this.everything())
  }

  #end(how: (controller: ReadableStreamDefaultController<Uint8Array>) => void): void {
    const controller = this.#controller
    this.#controller = undefined
    if (controller === undefined) return
    how(controller)
    this.left(this)
  }
}
