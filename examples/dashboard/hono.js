// The dashboard in Hono, which speaks Web-standard requests. Runs until Ctrl-C.
import { serve } from '@hono/node-server'
import { Hono } from 'hono'
import { createDashboard } from 'recloser/dashboard'
import { openShop } from './shop.js'
import { authorize, say } from './token.js'

const dashboard = createDashboard(openShop(), { path: '/breakers', authorize })

const app = new Hono()
app.get('/', (context) => context.text('the shop\n'))
// Also what is at /breakers itself.
app.all('/breakers/*', (context) => dashboard.fetch(context.req.raw))

serve(
  { fetch: app.fetch, port: Number(process.argv[2] ?? 4000), hostname: '127.0.0.1' },
  ({ port }) => say(port),
)
