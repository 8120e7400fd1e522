import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { createScene, refusalOf, site } from './support.js'

describe('the page', () => {
  it('is one document that asks no other host for anything', async () => {
    const { get } = createScene()
    const response = await get('/')
    const html = await response.text()
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8')
    expect(html).toContain('<div id="app"></div>')
    expect(html.match(/<(?:link|img|iframe)|\ssrc=|\shref=|@import|url\((?!#)/g)).toBeNull()
  })

  it('allows just the script and the style that are in it', async () => {
    const { get } = createScene()
    const response = await get('/')
    const html = await response.text()
    const policy = response.headers.get('content-security-policy') ?? ''
    for (const [tag, directive] of [
      ['script', 'script-src'],
      ['style', 'style-src'],
    ] as const) {
      const source = new RegExp(`<${tag}>([^]*?)</${tag}>`).exec(html)?.[1] ?? ''
      const hash = createHash('sha256').update(source).digest('base64')
      expect(source.length).toBeGreaterThan(1000)
      expect(policy).toContain(`${directive} 'sha256-${hash}'`)
    }
    expect(policy).toContain("default-src 'none'")
    expect(policy).toContain("frame-ancestors 'none'")
    expect(policy).not.toContain('unsafe')
  })

  it('says whose work it contains', async () => {
    const { get } = createScene()
    const html = await (await get('/')).text()
    expect(html).toMatch(/preact \d[^]*Copyright[^]*uplot \d[^]*Copyright/)
  })

  it('cannot be framed, and its type is not guessed', async () => {
    const { get } = createScene()
    for (const path of ['/', '/breaker?name=x', '/nowhere']) {
      const { headers } = await get(path)
      expect(headers.get('x-frame-options')).toBe('DENY')
      expect(headers.get('x-content-type-options')).toBe('nosniff')
      expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'")
    }
  })

  it('is not sent again to a browser that has it', async () => {
    const { get } = createScene()
    const tag = (await get('/')).headers.get('etag') ?? ''
    const again = await get('/', { 'if-none-match': `W/${tag}` })
    expect(again.status).toBe(304)
    expect(await again.text()).toBe('')
    expect((await get('/', { 'if-none-match': '"another"' })).status).toBe(200)
  })

  it('answers HEAD without a body', async () => {
    const { dashboard } = createScene()
    const response = await dashboard.fetch(new Request(site, { method: 'HEAD' }))
    expect(response.status).toBe(200)
    expect(await response.text()).toBe('')
  })

  it('is served where it is mounted, with and without the slash, and nowhere else', async () => {
    const { get } = createScene({ path: '/ops/breakers' })
    expect((await get('/ops/breakers')).status).toBe(200)
    expect((await get('/ops/breakers/')).status).toBe(200)
    expect((await get('/ops/breakers/events')).status).toBe(200)
    expect((await get('/ops/breakers/elsewhere')).status).toBe(404)
    expect((await get('/')).status).toBe(404)
    expect((await get('/events')).status).toBe(404)
  })

  it('opens from a link on another site, where only data are refused', async () => {
    const { get } = createScene()
    const headers = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' }
    expect((await get('/', headers)).status).toBe(200)
    expect(await refusalOf(await get('/events', headers))).toBe('403 cross-site')
  })

  it('refuses other methods, and says which it takes', async () => {
    const { dashboard } = createScene()
    const response = await dashboard.fetch(new Request(site, { method: 'DELETE' }))
    expect(await refusalOf(response.clone())).toBe('405 method-not-allowed')
    expect(response.headers.get('allow')).toBe('GET, HEAD')
  })
})
