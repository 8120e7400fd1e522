// A service with Express: when its upstream server is down it says so at once, and when to come back.
import { once } from 'node:events'
import express from 'express'
import { visit } from './customer.js'
import { openPrices } from './prices.js'

const prices = await openPrices()

const app = express()
app.get('/price', async (_, response) => {
  const { status, headers, body } = await prices.price()
  response.status(status).set(headers).json(body)
})
app.get('/health', (_, response) => void response.json(prices.health()))

const server = app.listen(0, '127.0.0.1')
await once(server, 'listening')
const { port } = /** @type {import('node:net').AddressInfo} */ (server.address())
await visit(`http://127.0.0.1:${port}`)

server.close()
server.closeAllConnections()
await prices.close()
