import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { breakCircuit, createScene, site } from './support.js'

const name = fc.constantFrom('payments', 'search', 'nobody', '__proto__', 'constructor', '')
const anything = fc.jsonValue({ maxDepth: 2 })

/** As the page sends it, but for what is wrong with it. */
const action = fc.record(
  {
    action: fc.oneof(fc.constantFrom('isolate', 'release', 'forceHalfOpen', 'reset'), anything),
    breaker: fc.oneof(name, anything),
    reason: fc.oneof(fc.string({ maxLength: 300 }), anything),
    duration: fc.oneof(fc.double(), anything),
    hold: fc.oneof(fc.nat(3), anything),
  },
  { requiredKeys: [] },
)
const body = fc.oneof(
  action.map((it) => JSON.stringify(it)),
  fc.string(),
  anything.map((it) => JSON.stringify(it)),
)
const path = fc.oneof(
  fc.constantFrom('/', '/events', '/actions', '/breaker', '//', '/events/', '/%', '/?breaker=x'),
  name.map((it) => `/breaker?name=${encodeURIComponent(it)}`),
  fc.webPath(),
)
const header = fc.record(
  {
    'content-type': fc.constantFrom('application/json', 'text/plain', 'APPLICATION/JSON; a=b', ''),
    origin: fc.constantFrom(site, 'null', 'https://evil.example', 'no origin', ''),
    'sec-fetch-site': fc.constantFrom('same-origin', 'none', 'cross-site', '?'),
    'if-none-match': fc.constantFrom('*', '""', 'W/"x"'),
  },
  { requiredKeys: [] },
)
const method = fc.constantFrom('GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH', 'NONE')

describe('whatever is asked', () => {
  it('is answered or refused: nothing breaks, and no breaker is made by asking', async () => {
    const request = fc.record({ method, path, header, body })
    await fc.assert(
      fc.asyncProperty(fc.array(request, { minLength: 1, maxLength: 20 }), async (requests) => {
        const scene = createScene({ authorize: () => true, maxReaders: 3 })
        breakCircuit(scene.registry.get('payments'))
        scene.registry.get('search').isolate('maintenance')
        for (const { method, path, header, body } of requests) {
          const bodyless = method === 'GET' || method === 'HEAD'
          const init = { method, headers: header, ...(bodyless ? {} : { body }) }
          const response = await scene.dashboard.fetch(new Request(site + path, init))
          expect([200, 304, 400, 403, 404, 405, 409, 413, 503]).toContain(response.status)
          expect(response.headers.get('x-content-type-options')).toBe('nosniff')
          scene.clock.advance(100)
        }
        expect(scene.reported).toEqual([])
        expect([...scene.registry].map(({ name }) => name)).toEqual(['payments', 'search'])
        scene.dashboard.dispose()
      }),
      { numRuns: 300 },
    )
  }, 60_000)
})
