import { RefusedError } from './session.js'
import type { Message } from '../wire.js'
import type { Session } from './session.js'

/** How the line to the server is. */
export type Line =
  | { readonly status: 'connecting' }
  | { readonly status: 'live' }
  /** Nobody looks at the page: it listens again when somebody does. */
  | { readonly status: 'paused' }
  | {
      readonly status: 'lost'
      readonly reason: RefusedError
      /** Page time, ms. */
      readonly since: number
      readonly retryAt: number
    }

/** The server says something every five seconds at least. */
const longestSilence = 15_000
/** A page in the background gives its connection back: a browser has six for a server. */
const hiddenFor = 60_000
const firstRetry = 500
const longestRetry = 10_000

/** Reads the event stream, and reads it again when the line breaks. */
export class Connection {
  readonly #session: Session
  readonly #onMessage: (message: Message) => void
  readonly #onLine: (line: Line) => void
  #abort = new AbortController()
  #wake = () => {}
  #failures = 0
  #lostSince: number | undefined
  #hiding: number | undefined

  constructor(
    session: Session,
    onMessage: (message: Message) => void,
    onLine: (line: Line) => void,
  ) {
    this.#session = session
    this.#onMessage = onMessage
    this.#onLine = onLine
    document.addEventListener('visibilitychange', () => {
      this.#followVisibility()
    })
    void this.#run()
  }

  /** Tries now rather than later. */
  retry(): void {
    this.#failures = 0
    this.#wake()
  }

  async #run(): Promise<never> {
    this.#onLine({ status: 'connecting' })
    for (;;) {
      try {
        await this.#listen()
      } catch (error) {
        const reason =
          error instanceof RefusedError ? error : new RefusedError('unreachable', 'no answer')
        if (document.hidden) {
          this.#onLine({ status: 'paused' })
          await this.#sleep(undefined)
        } else {
          const since = (this.#lostSince ??= Date.now())
          const pause = Math.min(firstRetry * 2 ** this.#failures++, longestRetry)
          // Not all pages at the same moment.
          const wait = pause * (0.75 + Math.random() / 2)
          this.#onLine({ status: 'lost', reason, since, retryAt: Date.now() + wait })
          await this.#sleep(wait)
        }
      }
    }
  }

  /** Ends only by an error: a stream that ends is a line that breaks. */
  async #listen(): Promise<never> {
    this.#abort = new AbortController()
    const { signal } = this.#abort
    let silence = this.#watch()
    try {
      const reader = (await this.#session.events(signal)).getReader()
      const decoder = new TextDecoder()
      let text = ''
      for (;;) {
        const { done, value } = await reader.read()
        if (done) throw new RefusedError('unreachable', 'the server ended the connection')
        clearTimeout(silence)
        silence = this.#watch()
        text += decoder.decode(value, { stream: true })
        let end = text.indexOf('\n\n')
        while (end >= 0) {
          if (text.startsWith('data: ')) this.#hear(text.slice('data: '.length, end))
          text = text.slice(end + 2)
          end = text.indexOf('\n\n')
        }
      }
    } finally {
      clearTimeout(silence)
      this.#abort.abort()
    }
  }

  #watch(): number {
    return window.setTimeout(() => {
      this.#abort.abort()
    }, longestSilence)
  }

  #hear(data: string): void {
    const message = JSON.parse(data) as Message
    if (message.type === 'everything') {
      this.#failures = 0
      this.#lostSince = undefined
      this.#onLine({ status: 'live' })
    }
    this.#onMessage(message)
  }

  #followVisibility(): void {
    clearTimeout(this.#hiding)
    if (document.hidden) {
      this.#hiding = window.setTimeout(() => {
        this.#abort.abort()
      }, hiddenFor)
    } else {
      this.retry()
    }
  }

  #sleep(ms: number | undefined): Promise<void> {
    return new Promise((resolve) => {
      const timer = ms === undefined ? undefined : setTimeout(resolve, ms)
      this.#wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }
}
