// A stream through a breaker: a subscription is a call. Lost connections break the circuit, and then
// nobody knocks at the server until the break is over.
import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import { createInterface } from 'node:readline'
import { createBreaker, consecutiveFailures, isBrokenCircuit, protect } from 'recloser'
import { Observable, retry, timer } from 'rxjs'

// A real server: it drops the first three connections in mid-sentence, and serves the fourth.
let connections = 0
const server = createServer((socket) => {
  connections++
  socket.write(`price ${connections}\n`)
  if (connections <= 3) setTimeout(() => socket.resetAndDestroy(), 10)
  else socket.end('price of the day\n')
})
server.listen(0, '127.0.0.1')
await once(server, 'listening')
const { port } = /** @type {import('node:net').AddressInfo} */ (server.address())

/** @type {Observable<string>} */
const lines$ = new Observable((subscriber) => {
  const socket = connect(port, '127.0.0.1')
  socket.on('error', (error) => subscriber.error(error))
  socket.on('end', () => subscriber.complete())
  const lines = createInterface(socket).on('line', (line) => subscriber.next(line))
  // It passes on the errors of its socket, which are told already.
  lines.on('error', () => {})
  return () => socket.destroy()
})

const breaker = createBreaker('prices', { trip: consecutiveFailures(3), breakDuration: 200 })
breaker.transitions$.subscribe(({ from, to, reason }) => {
  console.log(`${from} → ${to}: ${reason}`)
})

lines$
  .pipe(
    protect(breaker),
    retry({
      // A broken circuit says when it is worth trying again; after another failure, soon.
      delay: (error) => timer(isBrokenCircuit(error) ? (error.retryAfter ?? 1000) : 20),
    }),
  )
  .subscribe({
    next: (line) => console.log(line),
    complete: () => {
      console.log(
        `complete after ${connections} connections; rejected: ${breaker.stats().rejected}`,
      )
      breaker.dispose()
      server.close()
    },
  })
