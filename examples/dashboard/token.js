import { randomUUID } from 'node:crypto'

/** Who has this token may act: the page asks for it. Yours may be a session, or a proxy that signs in. */
export const token = process.env.DASHBOARD_TOKEN ?? randomUUID()

/** @param {Request} request */
export function authorize(request) {
  return request.headers.get('authorization') === `Bearer ${token}`
}

/** Where to look. @param {number} port */
export function say(port) {
  console.log(`dashboard: http://127.0.0.1:${port}/breakers/`)
  console.log(`token for its buttons: ${token}`)
}
