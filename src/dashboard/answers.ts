import type { RefusalBody, RefusalCode } from './wire.js'

const statusOf: Record<RefusalCode, number> = {
  'bad-request': 400,
  unauthorized: 403,
  'read-only': 403,
  'cross-site': 403,
  'not-found': 404,
  'method-not-allowed': 405,
  'no-effect': 409,
  'too-large': 413,
  disposed: 503,
  'too-many-readers': 503,
}

/** On every answer: nobody frames it, guesses its type, or learns from where a link was followed. */
const guards = {
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
}

/** For answers that are data: no content of theirs is ever run. */
const dataPolicy = "default-src 'none'; frame-ancestors 'none'"

export function answer(body: BodyInit | null, headers: Record<string, string>, status = 200) {
  return new Response(body, {
    status,
    headers: {
      'content-security-policy': dataPolicy,
      'cache-control': 'no-store',
      ...guards,
      ...headers,
    },
  })
}

export function json(value: unknown, status = 200, headers: Record<string, string> = {}): Response {
  return answer(
    JSON.stringify(value),
    { 'content-type': 'application/json; charset=utf-8', ...headers },
    status,
  )
}

/** Thrown by whoever finds that a request cannot be served. */
export class Refusal extends Error {
  constructor(
    readonly code: RefusalCode,
    message: string,
    readonly headers: Record<string, string> = {},
  ) {
    super(message)
  }

  toResponse(): Response {
    const body: RefusalBody = { error: { code: this.code, message: this.message } }
    return json(body, statusOf[this.code], this.headers)
  }
}
