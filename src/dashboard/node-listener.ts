/**
 * What the listener takes of Node's `IncomingMessage`. Said structurally, so that runtimes without
 * Node's types can use this package.
 */
export interface NodeRequest extends AsyncIterable<unknown> {
  readonly method?: string | undefined
  readonly url?: string | undefined
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
}

/** What the listener takes of Node's `ServerResponse`. */
export interface NodeResponse {
  readonly destroyed: boolean
  /** Status and headers, before any of the body. */
  writeHead(status: number, headers: Record<string, string>): unknown
  /** False when what is queued should be taken first: `drain` says when it has been. */
  write(chunk: Uint8Array): boolean
  /** The body is complete. */
  end(): unknown
  /** Ends the connection, whatever was still to come. */
  destroy(): unknown
  /** Listens for one event. */
  once(event: 'close' | 'drain', listener: () => void): unknown
  /** Listens no longer. */
  off(event: 'close' | 'drain', listener: () => void): unknown
}

/** More than any action; the handler refuses what is longer. */
const longestBody = 64 * 1024

/** The same answers, for a server of `node:http`. */
export function nodeListener(
  fetch: (request: Request) => Promise<Response>,
  report: (error: unknown) => void,
): (request: NodeRequest, response: NodeResponse) => void {
  return (request, response) => {
    serve(fetch, request, response).catch((error: unknown) => {
      // Whoever asked has gone, or the request is none that can be answered.
      if (!response.destroyed) report(error)
      response.destroy()
    })
  }
}

async function serve(
  fetch: (request: Request) => Promise<Response>,
  from: NodeRequest,
  to: NodeResponse,
): Promise<void> {
  const request = await webRequest(from)
  if (request === undefined) {
    to.writeHead(400, { 'content-type': 'text/plain' })
    to.end()
    return
  }
  const response = await fetch(request)
  to.writeHead(response.status, Object.fromEntries(response.headers))
  if (response.body !== null) await pump(response.body, to)
  to.end()
}

/** Methods that a Web-standard request cannot have. */
const foreignMethods = ['CONNECT', 'TRACE', 'TRACK']

/** Undefined when the address or the method makes no sense. */
async function webRequest(from: NodeRequest): Promise<Request | undefined> {
  const { method = 'GET', url = '/', headers } = from
  const host = headers.host ?? headers[':authority'] ?? 'localhost'
  // Put together by hand: resolved against a base, `//elsewhere` would name another host.
  const address = `http://${String(host)}${url}`
  if (!url.startsWith('/') || !URL.canParse(address)) return undefined
  if (foreignMethods.includes(method)) return undefined
  const sent = new Headers()
  for (const [name, value] of Object.entries(headers)) {
    if (value === undefined || name.startsWith(':')) continue
    for (const one of Array.isArray(value) ? value : [value]) sent.append(name, one)
  }
  if (method === 'GET' || method === 'HEAD') return new Request(address, { method, headers: sent })
  return new Request(address, { method, headers: sent, body: await bodyOf(from) })
}

async function bodyOf(from: NodeRequest): Promise<BodyInit> {
  // A body parser was here before us.
  const { body } = from as { body?: unknown }
  if (typeof body === 'string') return body
  if (body instanceof Uint8Array) return new Uint8Array(body)
  if (typeof body === 'object' && body !== null) return JSON.stringify(body)
  const chunks: Uint8Array<ArrayBuffer>[] = []
  let size = 0
  for await (const chunk of from) {
    const bytes = chunk as Uint8Array<ArrayBuffer>
    size += bytes.byteLength
    // Read on even so: an answer gets through only when everything has been sent.
    if (chunks.length === 0 || size <= longestBody) chunks.push(bytes)
  }
  return new Blob(chunks)
}

/** Hands on no faster than the other side takes it, so that nothing piles up here. */
async function pump(body: ReadableStream<Uint8Array>, to: NodeResponse): Promise<void> {
  const reader = body.getReader()
  const gone = () => {
    reader.cancel().catch(() => undefined)
  }
  to.once('close', gone)
  // A reader that is dropped for being slow waits for a drain that does not come.
  reader.closed.catch(() => to.destroy())
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done || to.destroyed) return
      if (!to.write(value)) await drained(to)
    }
  } finally {
    to.off('close', gone)
    // It may have gone before anybody listened: while it was asked who it is, say.
    gone()
  }
}

function drained(to: NodeResponse): Promise<void> {
  return new Promise((resolve) => {
    const go = () => {
      to.off('drain', go)
      to.off('close', go)
      resolve()
    }
    to.once('drain', go)
    to.once('close', go)
  })
}
