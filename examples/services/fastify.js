// A service with Fastify: when its upstream server is down it says so at once, and when to come back.
import fastify from 'fastify'
import { visit } from './customer.js'
import { openPrices } from './prices.js'

const prices = await openPrices()

const app = fastify({ forceCloseConnections: true })
app.get('/price', async (_, reply) => {
  const { status, headers, body } = await prices.price()
  return reply.code(status).headers(headers).send(body)
})
app.get('/health', () => prices.health())

await visit(await app.listen({ port: 0, host: '127.0.0.1' }))

await app.close()
await prices.close()
