import { request } from 'undici'

/** What a dependency answered, its body read to the end. */
interface Answer {
  readonly status: number
  /** For the hint that a `Retry-After` gives. */
  readonly headers: unknown
}

/** Asks for a URL; what it throws is the error of its library. */
export type Client = (url: string, signal: AbortSignal) => Promise<Answer>

export const clients: Record<'fetch' | 'undici', Client> = {
  async fetch(url, signal) {
    const response = await fetch(url, { signal })
    await response.text()
    return { status: response.status, headers: response.headers }
  },
  async undici(url, signal) {
    const { statusCode, headers, body } = await request(url, { signal })
    await body.text()
    return { status: statusCode, headers }
  },
}
