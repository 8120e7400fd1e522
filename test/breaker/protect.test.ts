import { Subject } from 'rxjs'
import { protect } from 'recloser'
import { describe, expect, it, vi } from 'vitest'
import { createRig, outage } from '../support/breakers.js'

describe('a source that ends because its subscriber has left', () => {
  it.each<[string, (source: Subject<string>) => void]>([
    [
      'with an error',
      (source) => {
        source.error(outage)
      },
    ],
    [
      'well',
      (source) => {
        source.complete()
      },
    ],
  ])('%s is ignored and not judged', (_, end) => {
    const classify = vi.fn(() => 'failure' as const)
    const { breaker } = createRig({ classify })
    const source = new Subject<string>()
    breaker.outcomes$.subscribe(() => {
      end(source)
    })
    source
      .pipe(protect(breaker))
      .subscribe({ error: () => undefined })
      .unsubscribe()
    expect(breaker.stats()).toMatchObject({ ignored: 1, throughput: 0 })
    expect(classify).not.toHaveBeenCalled()
  })
})
