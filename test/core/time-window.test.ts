import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { TimeWindow, bucketCount } from 'recloser/core'
import type { OutcomeKind } from 'recloser/core'

interface Seen {
  readonly bucket: number
  readonly kind: OutcomeKind
  readonly slow: boolean
}

/** What a window is meant to count, from a list of everything that ever happened. */
function recount(seen: readonly Seen[], now: number) {
  const live = seen.filter(({ bucket }) => bucket > now - bucketCount)
  const of = (kind: OutcomeKind) => live.filter((one) => one.kind === kind).length
  const successes = of('success')
  const failures = of('failure')
  const slow = live.filter((one) => one.slow).length
  const throughput = successes + failures
  return {
    successes,
    failures,
    slow,
    ignored: of('ignored'),
    throughput,
    failureRate: throughput === 0 ? 0 : failures / throughput,
    slowRate: throughput === 0 ? 0 : slow / throughput,
  }
}

const outcome = fc.record({
  // Steps back as well: a clock may do what it must not.
  step: fc.oneof(fc.integer({ min: -500, max: 500 }), fc.integer({ min: 0, max: 12_000 })),
  kind: fc.constantFrom<OutcomeKind>('success', 'failure', 'ignored'),
  slow: fc.boolean(),
})

describe('a time window', () => {
  it('counts what a naive list of outcomes counts, also when time steps back', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 100 }),
        fc.array(outcome, { maxLength: 200 }),
        (width, steps) => {
          const window = new TimeWindow(width * bucketCount)
          const seen: Seen[] = []
          let at = 0
          let latest = -Infinity
          for (const { step, kind, slow } of steps) {
            at += step
            latest = Math.max(latest, at)
            // An ignored call is never slow.
            const isSlow = slow && kind !== 'ignored'
            window.record(at, kind, isSlow)
            const bucket = Math.floor(latest / width)
            seen.push({ bucket, kind, slow: isSlow })
            expect(window).toMatchObject(recount(seen, bucket))
            expect(window.health(at)).toMatchObject(recount(seen, bucket))
          }
        },
      ),
    )
  })

  it('keeps an outcome for nine tenths of its duration at least and never for all of it', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 10, max: 5000 }),
        fc.integer({ min: 0, max: 100_000 }),
        fc.integer({ min: 0, max: 10_000 }),
        (duration, at, later) => {
          const window = new TimeWindow(duration)
          window.record(at, 'failure', false)
          const { failures } = window.health(at + later)
          if (later >= duration) expect(failures).toBe(0)
          if (later < duration - Math.ceil(duration / bucketCount)) expect(failures).toBe(1)
        },
      ),
    )
  })

  it('has forgotten an outcome at exactly its duration, whatever the duration', () => {
    // Eleven does not divide by ten: the edges of the buckets are fractions.
    for (let at = 0; at < 1000; at++) {
      const window = new TimeWindow(11)
      window.record(at, 'failure', false)
      expect([at, window.health(at + 11).failures]).toEqual([at, 0])
    }
  })

  it('forgets what expired when it is merely read', () => {
    const window = new TimeWindow(1000)
    window.record(0, 'failure', false)
    expect(window.health(999).failures).toBe(1)
    expect(window.health(1000).failures).toBe(0)
  })

  it('keeps the figures of the latest time when it is read at an earlier one', () => {
    const window = new TimeWindow(1000)
    window.record(5000, 'failure', false)
    expect(window.health(0).failures).toBe(1)
    window.record(-10_000, 'success', false)
    expect(window.health(5000)).toMatchObject({ successes: 1, failures: 1 })
  })

  it('counts at times before the origin of its clock', () => {
    const window = new TimeWindow(1000)
    window.record(-1250, 'failure', false)
    expect(window.health(-301).failures).toBe(1)
    expect(window.health(-300).failures).toBe(0)
  })

  it('does not read a time that is no number', () => {
    const window = new TimeWindow(1000)
    window.record(100, 'failure', false)
    expect(window.health(NaN).failures).toBe(1)
  })

  it('hands out figures that later outcomes do not change', () => {
    const window = new TimeWindow(1000)
    const before = window.health(0)
    window.record(0, 'failure', true)
    expect(before).toMatchObject({ throughput: 0, failures: 0, slow: 0, failureRate: 0 })
  })

  it('counts streaks over all time: ignored calls leave them, the other outcome ends them', () => {
    const window = new TimeWindow(1000)
    window.record(0, 'failure', false)
    window.record(5000, 'ignored', false)
    window.record(9000, 'failure', false)
    expect(window).toMatchObject({ consecutiveFailures: 2, consecutiveSuccesses: 0 })
    window.record(9000, 'success', false)
    window.record(9000, 'ignored', false)
    expect(window).toMatchObject({ consecutiveFailures: 0, consecutiveSuccesses: 1 })
  })

  it('tells failures by name, those of expired buckets no longer', () => {
    const window = new TimeWindow(1000)
    window.record(0, 'failure', false, 'TypeError')
    window.record(500, 'failure', false, 'TypeError')
    window.record(500, 'failure', false, 'TimeoutError')
    window.record(500, 'failure', false)
    window.record(500, 'success', false, 'nobody')
    expect(Object.fromEntries(window.errors())).toEqual({ TypeError: 2, TimeoutError: 1 })
    window.advance(1000)
    expect(Object.fromEntries(window.errors())).toEqual({ TypeError: 1, TimeoutError: 1 })
  })

  it('goes on from plain data as if nothing had been in between', () => {
    fc.assert(
      fc.property(
        fc.array(outcome, { maxLength: 60 }),
        fc.array(outcome, { maxLength: 60 }),
        fc.integer({ min: -1e6, max: 1e6 }),
        (before, after, offset) => {
          const one = new TimeWindow(1000)
          let at = 0
          for (const { step, kind, slow } of before) one.record((at += step), kind, slow, 'E')
          one.advance(at)
          const saved = JSON.parse(JSON.stringify(one.save((time) => time + offset))) as {
            rows: []
          }
          const two = new TimeWindow(1000)
          two.load(saved, one, (time) => time - offset)
          expect(two.errors()).toEqual(one.errors())
          for (const { step, kind, slow } of after) {
            // A clock that steps back is the engine's to hold: plain data knows no latest time.
            at += Math.abs(step)
            one.record(at, kind, slow, 'F')
            two.record(at, kind, slow, 'F')
            expect(two.health(at)).toEqual(one.health(at))
            expect(two.errors()).toEqual(one.errors())
          }
        },
      ),
    )
  })

  it('saves a row per bucket that counted something, oldest first, at the middle of its time', () => {
    const window = new TimeWindow(1000)
    window.record(150, 'failure', true, 'E')
    window.record(420, 'success', false)
    window.record(420, 'ignored', false)
    expect(window.save((at) => at + 5000)).toEqual({
      rows: [
        { at: 5150, successes: 0, failures: 1, slow: 1, ignored: 0, errors: { E: 1 } },
        { at: 5450, successes: 1, failures: 0, slow: 0, ignored: 1, errors: {} },
      ],
    })
    expect(new TimeWindow(1000).save((at) => at)).toEqual({ rows: [] })
  })

  it('stays as small as its buckets however many calls it counts', () => {
    const window = new TimeWindow(1000)
    for (let i = 0; i < 100_000; i++) window.record(i / 100, 'failure', false, `Error${String(i)}`)
    expect(window.throughput).toBe(100_000)
    expect(window.save((at) => at).rows).toHaveLength(10)
    // At most 50 names and the rest.
    expect(window.errors().size).toBeLessThanOrEqual(51)
  })
})
