// A service with Hono: when its upstream server is down it says so at once, and when to come back.
import { once } from 'node:events'
import { serve } from '@hono/node-server'
import { Hono } from 'hono'
import { visit } from './customer.js'
import { openPrices } from './prices.js'

const prices = await openPrices()

const app = new Hono()
app.get('/price', async (context) => {
  const { status, headers, body } = await prices.price()
  return context.json(body, status, headers)
})
app.get('/health', (context) => context.json(prices.health()))

const server = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' })
await once(server, 'listening')
const { port } = /** @type {import('node:net').AddressInfo} */ (server.address())
await visit(`http://127.0.0.1:${port}`)

server.close()
await prices.close()
