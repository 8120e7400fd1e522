// Metrics for Prometheus: a server with /metrics, and what a scrape of it gives.
import { createServer } from 'node:http'
import { register } from 'prom-client'
import { createRegistry } from 'recloser'
import { instrument } from 'recloser/prometheus'

const registry = createRegistry({ defaults: { minimumThroughput: 3 } })
instrument(registry)

const server = createServer((request, response) => {
  void answer(request.url ?? '').then(({ status, type = 'text/plain', body }) => {
    response.writeHead(status, { 'content-type': type }).end(body)
  })
})

/**
 * @param {string} path
 * @returns {Promise<{ status: number, type?: string, body: string }>}
 */
async function answer(path) {
  if (path === '/metrics')
    return { status: 200, type: register.contentType, body: await register.metrics() }
  const order = await registry.get('orders').attempt(() => {
    throw new Error('connection refused')
  })
  return { status: 503, body: order.status }
}

server.listen(0, '127.0.0.1', () => void visit())

async function visit() {
  const address = server.address()
  const port = typeof address === 'object' ? address?.port : undefined
  for (let i = 1; i <= 5; i++) {
    const response = await fetch(`http://127.0.0.1:${port}/orders/${i}`)
    console.log(`order ${i}: ${await response.text()}`)
  }
  const scrape = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text()
  for (const line of scrape.split('\n')) {
    if (line.startsWith('recloser_') && !line.includes('_bucket')) console.log(line)
  }
  registry.dispose()
  server.closeAllConnections()
  server.close()
}
