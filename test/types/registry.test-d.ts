// Clock and inspector are the registry's.
import { createRegistry } from 'recloser'
import { createFakeClock } from 'recloser/testing'
import { expectTypeOf } from 'vitest'
import type { Breaker, Stats } from 'recloser'

const clock = createFakeClock()
const registry = createRegistry({ clock, maxIdle: 60_000, defaults: { failureRatio: 0.3 } })
createRegistry()

expectTypeOf(registry.get('api')).toEqualTypeOf<Breaker>()
expectTypeOf(registry.get('api', { failureRatio: 0.2 })).toEqualTypeOf<Breaker>()
expectTypeOf([...registry]).toEqualTypeOf<Breaker[]>()
expectTypeOf(registry.stats()).toEqualTypeOf<Record<string, Stats>>()
registry.get('api', { snapshot: {} })
// @ts-expect-error options of breakers go into defaults
createRegistry({ failureRatio: 0.3 })
// @ts-expect-error no clock of its own by default
createRegistry({ defaults: { clock } })
// @ts-expect-error nor one for a single breaker
registry.get('api', { clock })
// @ts-expect-error no two breakers go on from one snapshot
createRegistry({ defaults: { snapshot: {} } })
// @ts-expect-error a breaker has a name
registry.get()
