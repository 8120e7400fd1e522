// Bundles the page, serves it, and answers its calls, or fails: the page says which.
import { createServer } from 'node:http'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { build } from 'esbuild'

const { port } = parseArgs({ options: { port: { type: 'string', default: '0' } } }).values
const here = import.meta.dirname

const { outputFiles } = await build({
  entryPoints: [join(here, 'app.tsx')],
  bundle: true,
  write: false,
  minify: true,
  format: 'esm',
  target: 'es2022',
  jsx: 'automatic',
  define: { 'process.env.NODE_ENV': '"production"' },
})
const page = `<!doctype html>
<html lang="en">
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width">
  <title>A breaker in the browser</title>
  <link rel="icon" href="data:,">
  <style>
    body { font: 1rem/1.5 system-ui, sans-serif; max-width: 40rem; margin: 2rem auto; padding: 0 1rem }
    [role=status] { padding: .75rem 1rem; border-left: .5rem solid #2a7d46; background: #e7f4ec }
    [role=status][data-state=open] { border-color: #b3261e; background: #fbe9e7 }
    [role=status][data-state=halfOpen] { border-color: #9a6700; background: #fdf3d8 }
  </style>
  <div id="app"></div>
  <script type="module" src="/app.js"></script>
</html>`

let broken = false
/** Calls of the page that have reached this server. */
let calls = 0

const server = createServer((request, response) => {
  const route = `${request.method} ${request.url}`
  if (route === 'GET /') {
    response.setHeader('content-type', 'text/html').end(page)
  } else if (route === 'GET /app.js') {
    response.setHeader('content-type', 'text/javascript').end(outputFiles[0]?.text)
  } else if (route === 'GET /price') {
    calls++
    response.writeHead(broken ? 503 : 200).end(`${(4 + Math.random()).toFixed(2)} €`)
  } else if (route === 'POST /break' || route === 'POST /repair') {
    broken = route === 'POST /break'
    response.end()
  } else if (route === 'GET /calls') {
    response.end(String(calls))
  } else {
    response.writeHead(404).end()
  }
})

server.listen(Number(port), '127.0.0.1', () => {
  const address = server.address()
  if (address !== null && typeof address === 'object')
    console.log(`http://127.0.0.1:${address.port}/`)
})
