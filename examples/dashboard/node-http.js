// The dashboard in a server of node:http. Runs until Ctrl-C.
import { createServer } from 'node:http'
import { createDashboard } from 'recloser/dashboard'
import { openShop } from './shop.js'
import { authorize, say } from './token.js'

const dashboard = createDashboard(openShop(), { path: '/breakers', authorize })

const server = createServer((request, response) => {
  if (request.url?.startsWith('/breakers')) dashboard.listener(request, response)
  else response.end('the shop\n')
})

server.listen(Number(process.argv[2] ?? 4000), '127.0.0.1', () => {
  say(/** @type {import('node:net').AddressInfo} */ (server.address()).port)
})
