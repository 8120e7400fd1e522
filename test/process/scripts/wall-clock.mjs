// Somebody sets the wall clock an hour back, and then two hours forth, while circuits are open.
import { createBreaker } from 'recloser'

const hour = 3_600_000
const real = Date.now
let skew = 0
Date.now = () => real() + skew

/** @param {number} ms */
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms))

const short = createBreaker('short', { breakDuration: 50 })
const long = createBreaker('long', { breakDuration: 60_000 })
short.trip('a test')
long.trip('a test')

skew = -hour
const setBack = long.retryAfter
await pause(60)
const admitted = short.tryAcquire()?.isProbe

skew = hour
const setForth = long.retryAfter
const stillOpen = long.tryAcquire() === undefined
long.reset()
const told = long.history.at(-1)?.at ?? 0

console.log(
  JSON.stringify({
    admitted,
    stillOpen,
    minutes: [setBack, setForth].map((ms) => Math.round((ms ?? 0) / 60_000)),
    toldByTheWall: Math.abs(told - Date.now()) < hour / 2,
    timeInState: long.stats().timeInState < hour / 2,
  }),
)
