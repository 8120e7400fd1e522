// A process that knows only XState 4: the real receiver of @xstate/inspect 0.8. It prints a line of
// JSON for each thing it hears, and sends to the charts what it reads from stdin.
import { createInterface } from 'node:readline'
import inspect from '@xstate/inspect'
import { WebSocket } from 'ws'

globalThis.WebSocket = WebSocket
const receiver = inspect.createWebSocketReceiver({ server: process.argv[2] })

receiver.subscribe((heard) => {
  const { type, sessionId } = heard
  if (type === 'service.register') {
    const { machine, state, id } = heard
    print({
      type,
      sessionId,
      id,
      state: state.value,
      context: state.context,
      chart: {
        states: Object.keys(machine.states),
        events: machine.events,
        isolated: machine.transition('closed', { type: 'ISOLATE' }).value,
        guards: machine.states.closed.on.OUTCOME.map(({ cond }) => cond?.name),
      },
    })
  } else if (type === 'service.state') {
    print({ type, sessionId, state: heard.state.value, context: heard.state.context })
  } else if (type === 'service.event') {
    print({ type, sessionId, event: heard.event.name, data: heard.event.data })
  } else {
    print({ type, sessionId })
  }
})

createInterface({ input: process.stdin }).on('line', (line) => {
  const { origin, data } = JSON.parse(line)
  const event = { name: data.type, data, $$type: 'scxml', type: 'external', origin }
  receiver.send({ type: 'xstate.event', event: JSON.stringify(event) })
})

function print(value) {
  console.log(JSON.stringify(value))
}
