import { clients } from './clients.js'
import { faults } from './faulty-server.js'
import { breakDuration, complaintsAbout, runOutage } from './outage.js'
import type { Report } from './outage.js'

/** What a soak saw so far. */
interface Sum {
  outages: number
  calls: number
  rejected: number
  /** The longest time in ms that a recovery took to be noticed. */
  recovery: number
  complaints: number
}

/**
 * One outage after the other for some minutes, four dependencies at a time, several hundred calls a
 * second in all. Tells what is wrong when it is, and a sum every ten seconds.
 *
 * @returns how much was wrong
 */
export async function soak(minutes: number, tell: (line: string) => void): Promise<number> {
  const end = performance.now() + minutes * 60_000
  const sum: Sum = { outages: 0, calls: 0, rejected: 0, recovery: 0, complaints: 0 }
  const timer = setInterval(() => tell(line(sum)), 10_000)
  await Promise.all(
    [0, 1, 2, 3].map(async (dependency) => {
      for (let turn = dependency; performance.now() < end; turn++) {
        const fault = faults[turn % faults.length] ?? 'refused'
        const client = turn % 2 === 0 ? clients.fetch : clients.undici
        const failingRounds = 1 + (turn % 3)
        const report = await runOutage({ fault, client, rate: 150, failingRounds })
        add(report, sum, tell)
      }
    }),
  )
  clearInterval(timer)
  tell(line(sum))
  return sum.complaints
}

function add(report: Report, sum: Sum, tell: (line: string) => void): void {
  sum.outages++
  sum.calls += report.calls.size
  sum.rejected += report.rejected
  // Who is told to wait a second does so.
  if (report.outage.fault !== 'status 429') sum.recovery = Math.max(sum.recovery, report.recovery)
  for (const complaint of complaintsAbout(report)) {
    sum.complaints++
    tell(`${report.outage.fault}: ${complaint}`)
  }
}

function line({ outages, calls, rejected, recovery, complaints }: Sum): string {
  globalThis.gc?.()
  const megabytes = process.memoryUsage().heapUsed / 1e6
  return (
    `${String(outages)} outages, ${String(calls)} calls, ${String(rejected)} rejected, ` +
    `recovery noticed after ${recovery.toFixed(0)} ms at most (break ${String(breakDuration)} ms), ` +
    `heap ${megabytes.toFixed(0)} MB, ${String(complaints)} complaints`
  )
}
