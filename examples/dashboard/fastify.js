// The dashboard in Fastify, which must leave body and answer to it. Runs until Ctrl-C.
import fastify from 'fastify'
import { createDashboard } from 'recloser/dashboard'
import { openShop } from './shop.js'
import { authorize, say } from './token.js'

const dashboard = createDashboard(openShop(), { path: '/breakers', authorize })

const app = fastify()
app.get('/', () => 'the shop\n')

await app.register((scope, _, done) => {
  scope.removeAllContentTypeParsers()
  scope.addContentTypeParser('*', (_request, _payload, parsed) => {
    parsed(null)
  })
  for (const url of ['/breakers', '/breakers/*']) {
    scope.all(url, (request, reply) => {
      reply.hijack()
      dashboard.listener(request.raw, reply.raw)
    })
  }
  done()
})

await app.listen({ port: Number(process.argv[2] ?? 4000), host: '127.0.0.1' })
say(/** @type {import('node:net').AddressInfo} */ (app.server.address()).port)
