import { randomBytes } from 'node:crypto'

/**
 * The page of a relay: the inspector in a frame, and a plain list until it is there, for its page may
 * not be reached. Names come in as text, never as HTML.
 */
export function relayPage(ui: string): { readonly html: string; readonly policy: string } {
  const nonce = randomBytes(16).toString('base64')
  const { href, origin } = new URL(ui)
  const policy = [
    "default-src 'none'",
    `script-src 'nonce-${nonce}'`,
    `style-src 'nonce-${nonce}'`,
    "connect-src 'self' ws://127.0.0.1:* ws://localhost:*",
    `frame-src ${origin}`,
    "frame-ancestors 'none'",
    "base-uri 'none'",
  ].join('; ')
  const html = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Charts</title>
<link rel="icon" href="data:,">
<style nonce="${nonce}">
  body { margin: 0; font: 1rem/1.5 system-ui, sans-serif }
  iframe { position: fixed; inset: 0; width: 100%; height: 100%; border: 0 }
  main { padding: 1rem 2rem }
  td, th { padding: .25rem 1rem .25rem 0; text-align: left }
</style>
<main>
  <h1>Charts</h1>
  <p id="note" role="status"></p>
  <table>
    <thead><tr><th>actor</th><th>state</th><th>latest event</th></tr></thead>
    <tbody></tbody>
  </table>
</main>
<iframe hidden title="Inspector"></iframe>
<script nonce="${nonce}">
  const inspector = ${literal({ href, origin })}
${script}</script>
</html>`
  return { html, policy }
}

/** JSON that may stand in a script of a page: it cannot end the script. */
function literal(value: unknown): string {
  return JSON.stringify(value).replaceAll('<', '\\u003c')
}

/** Follows the relay, and tells the inspector everything as soon as it says that it is there. */
const script = `
  const frame = document.querySelector('iframe')
  const note = document.querySelector('#note')
  const rows = document.querySelector('tbody')
  const actors = new Map()
  let isThere = false

  const tell = (message) => {
    if (isThere) frame.contentWindow.postMessage(message, inspector.origin)
  }

  const show = ({ type, sessionId, name, snapshot, event }) => {
    const actor = actors.get(sessionId)
    if (actor.row === undefined) {
      actor.row = rows.insertRow()
      for (let i = 0; i < 3; i++) actor.row.insertCell()
      actor.row.cells[0].textContent = name ?? sessionId
    }
    if (event !== undefined) actor.row.cells[2].textContent = event.type
    if (snapshot === undefined) return
    const { status = 'active', value = status } = snapshot
    const state = typeof value === 'string' ? value : JSON.stringify(value)
    actor.row.cells[1].textContent = status === 'stopped' ? state + ', stopped' : state
  }

  const hear = (message) => {
    const actor = actors.get(message.sessionId) ?? {}
    actors.set(message.sessionId, actor)
    if (message.type === '@xstate.actor') actor.registered = message
    if (message.type === '@xstate.snapshot') actor.latest = message
    show(message)
    tell(message)
  }

  const follow = () => {
    const socket = new WebSocket('ws://' + location.host)
    socket.onopen = () => {
      actors.clear()
      rows.replaceChildren()
      note.textContent = 'The inspector comes from ' + inspector.origin + '. It is shown here when it can be reached; until then, this is what the charts do.'
    }
    socket.onmessage = ({ data }) => hear(JSON.parse(data))
    socket.onclose = () => {
      note.textContent = 'The connection is lost: trying again.'
      setTimeout(follow, 1000)
    }
  }

  addEventListener('message', ({ source, data }) => {
    if (source !== frame.contentWindow || data?.type !== '@statelyai.connected') return
    isThere = true
    frame.hidden = false
    for (const { registered, latest } of actors.values()) {
      if (registered !== undefined) tell({ ...registered, snapshot: latest?.snapshot ?? registered.snapshot })
      if (latest !== undefined) tell(latest)
    }
  })

  frame.src = inspector.href
  follow()
`
