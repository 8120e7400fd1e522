// Types as an application sees them, in ESM and in CommonJS.
import { createBreaker, createRegistry } from 'recloser'
import { formatDuration } from 'recloser/core'
import { breakerMachine } from 'recloser/machines'
import { createFakeClock } from 'recloser/testing'
import { createActor } from 'xstate'
import type { Breaker, Transition } from 'recloser'

const breaker: Breaker = createBreaker('payments', { clock: createFakeClock() })
export const paid: Promise<string> = breaker.execute((signal) => String(signal.aborted))
export const latest: Transition | undefined = createRegistry().get('stock').history[0]
export const state: 'closed' | 'open' | 'halfOpen' | 'isolated' | 'restoring' = createActor(
  breakerMachine,
  { input: { name: 'payments' } },
).getSnapshot().value
export const text: string = formatDuration(1000)
