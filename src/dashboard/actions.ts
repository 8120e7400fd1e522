import { Refusal } from './answers.js'
import type { Breaker, Registry } from '../index.js'
import type { DashboardAction } from './wire.js'

const longestBody = 16 * 1024
const longestReason = 200

/**
 * Reads what a request asks to be done. Only JSON: a form of another site cannot send it unasked.
 *
 * @throws Refusal
 */
export async function readAction(request: Request): Promise<DashboardAction> {
  const type = request.headers.get('content-type')?.split(';')[0]?.trim().toLowerCase()
  if (type !== 'application/json') throw bad('the content type must be application/json')
  let body: unknown
  const text = await textOf(request)
  try {
    body = JSON.parse(text)
  } catch {
    throw bad('the body is no JSON')
  }
  return actionOf(body)
}

async function textOf({ body }: Request): Promise<string> {
  if (body === null) return ''
  const reader = body.getReader()
  const decoder = new TextDecoder()
  let text = ''
  let size = 0
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return text + decoder.decode()
    size += value.byteLength
    if (size > longestBody) {
      reader.cancel().catch(() => undefined)
      throw new Refusal('too-large', `the body must have at most ${longestBody} bytes`)
    }
    text += decoder.decode(value, { stream: true })
  }
}

function actionOf(body: unknown): DashboardAction {
  if (typeof body !== 'object' || body === null) throw bad('the body must be an object')
  const { action, breaker, reason, duration, hold } = body as Partial<Record<string, unknown>>
  if (typeof breaker !== 'string') throw bad('breaker must be a name')
  switch (action) {
    case 'isolate':
      if (typeof reason !== 'string' || reason.trim() === '' || reason.length > longestReason)
        throw bad(`reason must be a text of 1 to ${longestReason} characters`)
      if (duration === undefined || duration === null)
        return { action, breaker, reason: reason.trim() }
      if (typeof duration !== 'number' || !Number.isFinite(duration) || duration <= 0)
        throw bad('duration must be milliseconds above 0')
      return { action, breaker, reason: reason.trim(), duration }
    case 'release':
      if (typeof hold !== 'number') throw bad('hold must be the id of a hold')
      return { action, breaker, hold }
    case 'forceHalfOpen':
    case 'reset':
      return { action, breaker }
    default:
      throw bad('action must be isolate, release, forceHalfOpen or reset')
  }
}

/** @throws Refusal when there is nothing to act on */
export function perform(registry: Registry, action: DashboardAction): void {
  // Not `get` alone: that would make a breaker of any name.
  if (!registry.has(action.breaker))
    throw new Refusal('not-found', 'there is no breaker of that name')
  const breaker = registry.get(action.breaker)
  if (!act(breaker, action)) throw new Refusal('no-effect', noEffect[action.action])
}

const noEffect: Record<DashboardAction['action'], string> = {
  isolate: '',
  release: 'that hold is released already',
  forceHalfOpen: 'only an open or isolated circuit can be forced half-open',
  reset: '',
}

function act(breaker: Breaker, action: DashboardAction): boolean {
  switch (action.action) {
    case 'isolate':
      breaker.isolate(
        action.reason,
        action.duration === undefined ? {} : { duration: action.duration },
      )
      return true
    case 'release':
      return breaker.isolation?.holds.find(({ id }) => id === action.hold)?.release() ?? false
    case 'forceHalfOpen':
      return breaker.forceHalfOpen()
    case 'reset':
      breaker.reset()
      return true
  }
}

function bad(message: string): Refusal {
  return new Refusal('bad-request', message)
}
