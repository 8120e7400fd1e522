// The dashboard in Express, which takes the prefix off the URL: no `path` is needed. Runs until Ctrl-C.
import express from 'express'
import { createDashboard } from 'recloser/dashboard'
import { openShop } from './shop.js'
import { authorize, say } from './token.js'

const dashboard = createDashboard(openShop(), { authorize })

const app = express()
app.use('/breakers', dashboard.listener)
app.get('/', (_, response) => void response.send('the shop\n'))

const server = app.listen(Number(process.argv[2] ?? 4000), '127.0.0.1', () => {
  say(/** @type {import('node:net').AddressInfo} */ (server.address()).port)
})
