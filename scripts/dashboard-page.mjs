// Builds the page of the dashboard with Vite into one module: a string that any server can send and
// any bundler can carry, in ESM and CommonJS alike. Nothing is read from disk when it is served.
import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'vite'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const target = join(root, 'src/dashboard/page.built.ts')

const result = await build({
  root: join(root, 'src/dashboard/page'),
  configFile: false,
  logLevel: 'warn',
  esbuild: { jsx: 'automatic', jsxImportSource: 'preact' },
  build: {
    write: false,
    target: 'es2023',
    modulePreload: false,
    cssCodeSplit: false,
    rollupOptions: {
      input: join(root, 'src/dashboard/page/main.tsx'),
      output: { format: 'iife' },
    },
  },
})

const { output } = Array.isArray(result) ? result[0] : /** @type {any} */ (result)
const script = sourceOf('.js').replaceAll('</script', '<\\/script').replaceAll('<!--', '<\\!--')
const style = sourceOf('.css')

const html = `<!doctype html>
<!--
${['preact', 'uplot'].map(licenceOf).join('\n')}-->
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Circuit breakers</title>
<style>${style}</style>
</head>
<body>
<div id="app"></div>
<noscript>This page shows circuits live, and needs JavaScript for it.</noscript>
<script>${script}</script>
</body>
</html>
`

// Only this script and this style run, and the page speaks with its own server only.
const policy = [
  "default-src 'none'",
  `script-src '${hashOf(script)}'`,
  `style-src '${hashOf(style)}'`,
  "connect-src 'self'",
  'img-src data:',
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

const tag = `"${createHash('sha256').update(html).digest('base64url').slice(0, 22)}"`

const module = `// Made by scripts/dashboard-page.mjs out of src/dashboard/page.
export const page: string = ${JSON.stringify(html)}
export const pageTag: string = ${JSON.stringify(tag)}
export const pagePolicy: string = ${JSON.stringify(policy)}
`

// A file that is as it was keeps its time: whoever watches it need not look again.
if (!isWritten()) writeFileSync(target, module)

/** @param {string} ending */
function sourceOf(ending) {
  const file = output.find((/** @type {any} */ { fileName }) => fileName.endsWith(ending))
  return String(file.code ?? file.source).trim()
}

/** @param {string} text */
function hashOf(text) {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`
}

/**
 * What the page contains of others, as their licence wants it said.
 *
 * @param {string} name
 */
function licenceOf(name) {
  const folder = dirname(createRequire(import.meta.url).resolve(`${name}/package.json`))
  const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  return `${name} ${version}\n\n${readFileSync(join(folder, 'LICENSE'), 'utf8').trim()}\n`
}

function isWritten() {
  try {
    return readFileSync(target, 'utf8') === module
  } catch {
    return false
  }
}
