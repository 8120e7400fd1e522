import type { BreakerDetail, DashboardAction, RefusalBody, RefusalCode } from '../wire.js'

/** The server said no, or nothing that makes sense. */
export class RefusedError extends Error {
  constructor(
    readonly code: RefusalCode | 'unreachable',
    message: string,
  ) {
    super(message)
  }
}

/**
 * Speaks with the server. A token that somebody typed in lives as long as the page: it is not kept
 * where a later page, or another script, could find it.
 */
export class Session {
  readonly #base = location.pathname.replace(/\/*$/, '/')
  #token: string | undefined

  useToken(token: string): void {
    this.#token = token
  }

  /** @throws RefusedError */
  async events(signal: AbortSignal): Promise<ReadableStream<Uint8Array>> {
    const response = await this.#send('events', { signal })
    if (response.body === null) throw new RefusedError('unreachable', 'the server sent nothing')
    return response.body
  }

  /** @throws RefusedError */
  async detail(name: string, signal: AbortSignal): Promise<BreakerDetail> {
    const response = await this.#send(`breaker?name=${encodeURIComponent(name)}`, { signal })
    return (await response.json()) as BreakerDetail
  }

  /** @throws RefusedError */
  async act(action: DashboardAction): Promise<void> {
    await this.#send('actions', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(action),
    })
  }

  async #send(path: string, init: RequestInit): Promise<Response> {
    const headers = new Headers(init.headers)
    if (this.#token !== undefined) headers.set('authorization', `Bearer ${this.#token}`)
    let response: Response
    try {
      response = await fetch(this.#base + path, { ...init, headers, cache: 'no-store' })
    } catch {
      throw new RefusedError('unreachable', 'the server cannot be reached')
    }
    if (response.ok) return response
    const body = (await response.json().catch(() => undefined)) as RefusalBody | undefined
    throw body?.error === undefined
      ? new RefusedError('unreachable', `the server answers ${String(response.status)}`)
      : new RefusedError(body.error.code, body.error.message)
  }
}
