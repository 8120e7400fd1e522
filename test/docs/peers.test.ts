import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { SamplingBreaker, CircuitState as Cockatiel, circuitBreaker, handleAll } from 'cockatiel'
import CircuitBreaker from 'opossum'
import { createBreaker } from 'recloser'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { read, root } from './markdown.js'

// What the README says of this package and of two others, each made to do it: open when half of at
// least ten calls of ten seconds have failed, for 30 s.

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

type Call = (signal?: AbortSignal) => unknown

/** It comes without types. */
const Opossum = CircuitBreaker as unknown as new (
  fn: (fn: Call, signal?: AbortSignal) => Promise<unknown>,
  options: object,
) => {
  readonly opened: boolean
  readonly halfOpen: boolean
  fire(fn: Call, signal?: AbortSignal): Promise<unknown>
  on(event: 'success', listener: () => void): void
}

/** A breaker, whoever made it. */
interface Peer {
  readonly call: (fn: Call, signal?: AbortSignal) => Promise<unknown>
  readonly state: () => string
  /** Hears of calls that succeed. */
  readonly observe: (listener: () => void) => void
}

const makers: Readonly<Record<string, (limit?: number) => Peer>> = {
  recloser(failureRatio = 0.5) {
    const breaker = createBreaker('peer', { failureRatio, onError: () => undefined })
    return {
      call: (fn, signal) => breaker.execute(fn, { signal }),
      state: () => breaker.state,
      observe: (listener) => breaker.outcomes$.subscribe(listener),
    }
  },
  cockatiel(threshold = 0.5) {
    const window = new SamplingBreaker({ threshold, duration: 10_000, minimumRps: 1 })
    const policy = circuitBreaker(handleAll, { halfOpenAfter: 30_000, breaker: window })
    const names = { [Cockatiel.Open]: 'open', [Cockatiel.HalfOpen]: 'halfOpen' }
    return {
      call: (fn, caller) => policy.execute(({ signal }) => fn(signal), caller),
      state: () => (names as Record<number, string>)[policy.state] ?? 'closed',
      observe: (listener) => policy.onSuccess(listener),
    }
  },
  opossum(limit = 0.5) {
    const breaker = new Opossum((fn, signal) => Promise.resolve(fn(signal)), {
      errorThresholdPercentage: limit * 100,
      volumeThreshold: 10,
      rollingCountTimeout: 10_000,
      resetTimeout: 30_000,
      timeout: false,
    })
    return {
      call: (fn, signal) => breaker.fire(fn, signal),
      state: () => (breaker.opened ? 'open' : breaker.halfOpen ? 'halfOpen' : 'closed'),
      observe: (listener) => breaker.on('success', listener),
    }
  },
}

const hour = 3_600_000
const hang = () => new Promise(() => undefined)
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms)

async function fail(peer: Peer, times: number): Promise<void> {
  for (let i = 0; i < times; i++)
    await peer.call(() => Promise.reject(new Error('down'))).catch(() => undefined)
}

/** Opens a circuit, waits for the end of its break, and begins a probe that does not end. */
async function probing(peer: Peer): Promise<void> {
  await fail(peer, 12)
  expect(peer.state()).toBe('open')
  await pass(30_000)
  void peer.call(hang).catch(() => undefined)
  await pass(1)
  expect(peer.state()).toBe('halfOpen')
}

/** The state of a circuit that is half-open when a call of the time before the break ends. */
async function lateState(make: () => Peer, ending: 'answer' | 'error'): Promise<string> {
  const peer = make()
  let end = (): void => undefined
  const late = peer.call(
    () =>
      new Promise((answer, error) => {
        end = () => {
          if (ending === 'answer') answer('late')
          else error(new Error('late'))
        }
      }),
  )
  await probing(peer)
  end()
  await late.catch(() => undefined)
  return peer.state()
}

/** Whether a call settles within a second, and how. */
async function howItEnds(call: Promise<unknown>): Promise<'answered' | 'failed' | 'waiting'> {
  let how: 'answered' | 'failed' | 'waiting' = 'waiting'
  call.then(
    () => (how = 'answered'),
    () => (how = 'failed'),
  )
  await pass(1000)
  return how
}

/** The lines of the table: what is looked at, and the words for what is seen. */
const lines: Readonly<Record<string, (make: (limit?: number) => Peer) => Promise<string>>> = {
  async 'An answer to a call from before the break'(make) {
    const seen = [await lateState(make, 'answer'), await lateState(make, 'error')].join(' ')
    const words = {
      'halfOpen halfOpen': 'moves nothing',
      'halfOpen open': 'can open a half-open circuit anew',
      'closed open': 'decides a half-open circuit',
    }
    return words[seen as keyof typeof words]
  },
  async 'A probe that never answers'(make) {
    const peer = make()
    await probing(peer)
    await pass(hour)
    // A minute is longer than one more break.
    for (let second = 0; second < 60; second++)
      if ((await howItEnds(peer.call(() => 'well'))) === 'answered') return 'fails after its lease'
    return 'keeps it half-open for ever'
  },
  async 'A call beside the probe'(make) {
    const peer = make()
    await probing(peer)
    return (await howItEnds(peer.call(() => 'well'))) === 'failed' ? 'is rejected' : 'waits for it'
  },
  async 'Calls that their callers abort'(make) {
    const peer = make()
    for (let i = 0; i < 12; i++) {
      const caller = new AbortController()
      const aborted = peer.call(
        () =>
          new Promise((_, reject) => {
            caller.signal.addEventListener('abort', () => {
              reject(new Error('aborted'))
            })
          }),
        caller.signal,
      )
      caller.abort()
      await aborted.catch(() => undefined)
    }
    return peer.state() === 'open' ? 'open the circuit' : 'are ignored'
  },
  async 'Nine failures, and one an hour later'(make) {
    const peer = make()
    await fail(peer, 9)
    await pass(hour)
    await fail(peer, 1)
    return peer.state() === 'open' ? 'open the circuit' : 'leave it closed'
  },
  async 'A limit of 100%'(make) {
    try {
      const peer = make(1)
      await fail(peer, 100)
      return peer.state() === 'open' ? 'opens' : 'never opens'
    } catch {
      return 'is not allowed'
    }
  },
  async 'An observer that throws'(make) {
    const peer = make()
    peer.observe(() => {
      throw new Error('observer')
    })
    const how = await howItEnds(peer.call(() => 'well'))
    return how === 'answered' ? 'hurts nobody' : 'makes a good call fail'
  },
}

const table = read('README.md')
  .split('\n')
  .filter((line) => line.startsWith('| '))
  .map((line) => line.split('|').map((cell) => cell.trim()))

describe('the README is right about', () => {
  const cases = Object.keys(lines).flatMap((line) =>
    Object.keys(makers).map((peer) => [peer, line]),
  )

  it.each(cases)('%s: %s', async (peer = '', line = '') => {
    const heads = table.find((cells) => cells.includes('cockatiel 3.2.1')) ?? []
    const column = heads.findIndex((cell) => cell.startsWith(peer))
    const said = table.find((cells) => cells[1] === line)?.[column]
    expect(said).toBe(await lines[line]?.(makers[peer] as () => Peer))
  })

  it.each(['cockatiel', 'opossum'])('the version of %s', (name) => {
    const path = resolve(root, `node_modules/${name}/package.json`)
    const { version } = JSON.parse(readFileSync(path, 'utf8')) as { version: string }
    expect(read('README.md')).toContain(`${name} ${version}`)
  })

  it('what was measured: a call takes less time than with either, a rejection less than half', () => {
    const { rows } = JSON.parse(read('bench/results.json')) as { rows: Row[] }
    const times = (id: string) => {
      const figures = rows.find((row) => row.id === id)?.figures ?? []
      return (name: string) => figures.find((figure) => figure.name === name)?.median ?? NaN
    }
    const call = times('success')
    const rejection = times('rejection')
    for (const peer of ['cockatiel', 'opossum']) {
      expect(call('recloser')).toBeLessThan(call(peer))
      expect(rejection('recloser')).toBeLessThan(rejection(peer) / 2)
    }
    const said = 'A call that succeeds takes less time than with either, a rejection less than half'
    expect(read('README.md').replaceAll('\n', ' ')).toContain(said)
  })
})

interface Row {
  readonly id: string
  readonly figures: readonly { readonly name: string; readonly median: number }[]
}
