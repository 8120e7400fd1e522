import { useEffect, useState } from 'react'
import { createRoot } from 'react-dom/client'
import { createRegistry, isBrokenCircuit } from 'recloser'
import { RegistryProvider, useBreaker, useTransitions } from 'recloser/react'

const registry = createRegistry({
  defaults: { minimumThroughput: 4, samplingDuration: 5000, breakDuration: 5000 },
})

/** The call that the breaker guards: an answer of the server that says 5xx is a failure. */
async function fetchPrice(signal: AbortSignal): Promise<string> {
  const response = await fetch('/price', { signal })
  if (!response.ok) throw new Error(`the server answers ${String(response.status)}`)
  return response.text()
}

function Banner() {
  const { state, stats, retryAfter } = useBreaker('prices')
  const seconds = Math.ceil((retryAfter ?? 0) / 1000)
  const messages = {
    closed: `Prices are up to date. ${percent(stats.failureRate)} of ${String(stats.throughput)} calls failed.`,
    open: `Prices are not available. Trying again in ${String(seconds)} s.`,
    halfOpen: 'Trying whether prices are back…',
    isolated: `Prices are switched off: ${stats.isolation.join(', ')}.`,
  }
  return (
    <p role="status" data-state={state}>
      {messages[state]}
    </p>
  )
}

function Price() {
  const [price, setPrice] = useState('…')
  useEffect(() => {
    const asking = setInterval(() => {
      registry
        .get('prices')
        .execute(fetchPrice)
        .then(setPrice, (error: unknown) => {
          // The banner tells of a circuit that is not closed. The last price is better than none.
          if (!isBrokenCircuit(error)) console.warn(String(error))
        })
    }, 500)
    return () => {
      clearInterval(asking)
    }
  }, [])
  return <p>A coffee is {price}</p>
}

function Log() {
  const transitions = useTransitions(registry, { limit: 10 })
  return (
    <ol aria-label="What happened">
      {transitions.map(({ at, from, to, reason }) => (
        <li key={`${String(at)} ${to}`}>
          {from} → {to}: {reason}
        </li>
      ))}
    </ol>
  )
}

function App() {
  return (
    <RegistryProvider registry={registry}>
      <h1>The price of coffee</h1>
      <Banner />
      <Price />
      <p>
        <button onClick={() => void fetch('/break', { method: 'POST' })}>Break the server</button>{' '}
        <button onClick={() => void fetch('/repair', { method: 'POST' })}>Repair it</button>
      </p>
      <Log />
    </RegistryProvider>
  )
}

function percent(rate: number): string {
  return `${(rate * 100).toFixed(0)}%`
}

createRoot(document.querySelector('#app') as Element).render(<App />)
