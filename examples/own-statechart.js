// The breaker as an actor within a statechart of your own, which follows the state of the circuit.
import { breakerMachine, breakerOf } from 'recloser/machines'
import { createActor, setup } from 'xstate'

const shopMachine = setup({
  actors: { breaker: breakerMachine },
}).createMachine({
  id: 'shop',
  invoke: {
    id: 'payments',
    src: 'breaker',
    input: { name: 'payments', options: { minimumThroughput: 3, breakDuration: 50 } },
    // Every move of the circuit is an event of the shop.
    onSnapshot: [
      { guard: ({ event }) => event.snapshot.matches('closed'), target: '.anyPayment' },
      { target: '.cashOnly' },
    ],
  },
  initial: 'anyPayment',
  states: { anyPayment: {}, cashOnly: {} },
})

const shop = createActor(shopMachine)
let shown = ''
shop.subscribe(({ value }) => {
  if (value !== shown) console.log(`shop: ${value}`)
  shown = value
})
shop.start()

// The call API over the actor. Events do as well: `actor.send({ type: 'ISOLATE', reason: '…' })`.
const { payments: actor } = shop.getSnapshot().children
if (actor === undefined) throw new Error('the shop has no breaker')
const payments = breakerOf(actor)

for (let i = 1; i <= 4; i++) {
  const { status } = await payments.attempt(() => {
    throw new Error('card terminal is offline')
  })
  console.log(`payment ${i}: ${status}`)
}

actor.send({ type: 'RESET' })
const { status } = await payments.attempt(() => 'paid')
console.log(`payment 5: ${status}`)
shop.stop()
