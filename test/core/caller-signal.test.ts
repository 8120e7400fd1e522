import { describe, expect, it } from 'vitest'
import { idleSignal, liveSignal, onAbort, untilCallerLeaves } from 'recloser/core'
import { outage } from '../support/breakers.js'
import { listenersOf, turn, watch } from '../support/layers.js'

function createCaller() {
  const controller = new AbortController()
  const heard: string[] = []
  const hear = (name: string) => onAbort(controller.signal, () => heard.push(name))
  return { controller, signal: controller.signal, heard, hear }
}

describe('whoever waits for a signal', () => {
  it('hears its abort once, in the order of asking, by way of one listener', () => {
    const { controller, signal, heard, hear } = createCaller()
    for (let i = 0; i < 20; i++) hear(String(i))
    expect(listenersOf(signal)).toBe(1)
    controller.abort()
    controller.abort()
    expect(heard).toEqual(Array.from({ length: 20 }, (_, i) => String(i)))
    expect(listenersOf(signal)).toBe(0)
  })

  it('hears nothing after it has left; the last one leaves no listener behind', () => {
    const { controller, signal, heard, hear } = createCaller()
    const [leaveFirst, leaveSecond] = [hear('first'), hear('second')]
    leaveFirst()
    leaveFirst()
    expect(listenersOf(signal)).toBe(1)
    leaveSecond()
    expect(listenersOf(signal)).toBe(0)
    hear('third')
    expect(listenersOf(signal)).toBe(1)
    controller.abort()
    expect(heard).toEqual(['third'])
  })

  it('hears at once of an abort that has been', () => {
    const { controller, signal, heard, hear } = createCaller()
    controller.abort()
    hear('late')()
    expect(heard).toEqual(['late'])
    expect(listenersOf(signal)).toBe(0)
  })

  it('is not told when one who was told before has sent it away', () => {
    const { controller, signal, heard, hear } = createCaller()
    onAbort(signal, () => {
      leave()
      hear('meanwhile')
    })
    const leave = hear('sent away')
    controller.abort()
    expect(heard).toEqual(['meanwhile'])
  })

  it('hears of an abort although one before it throws, which the signal is told', () => {
    const { heard } = createCaller()
    const listeners: (() => void)[] = []
    const signal = {
      aborted: false,
      addEventListener: (_: string, listener: () => void) => listeners.push(listener),
    } as unknown as AbortSignal
    onAbort(signal, () => {
      throw new Error('the clock is broken')
    })
    onAbort(signal, () => heard.push('second'))
    expect(listeners[0]).toThrow('the clock is broken')
    expect(heard).toEqual(['second'])
  })

  it('has nothing to wait for when the signal is the one that never aborts', () => {
    expect(liveSignal(idleSignal)).toBeUndefined()
    expect(liveSignal(undefined)).toBeUndefined()
    const { signal } = createCaller()
    expect(liveSignal(signal)).toBe(signal)
  })

  it('has nothing to wait for without a signal', () => {
    onAbort(undefined, () => expect.unreachable())()
    const call = Promise.resolve(1)
    expect(untilCallerLeaves(call, undefined)).toBe(call)
  })

  it('gets what the call gives, and its error untouched; no listener is left', async () => {
    const { signal } = createCaller()
    await expect(untilCallerLeaves(Promise.resolve(1), signal)).resolves.toBe(1)
    const failed = watch(untilCallerLeaves(Promise.reject(outage), signal))
    expect(listenersOf(signal)).toBe(1)
    await turn()
    expect(failed.error).toBe(outage)
    expect(listenersOf(signal)).toBe(0)
  })

  it('is told before the call is given up', async () => {
    const { controller, signal } = createCaller()
    let state: string | undefined
    const result = watch(
      untilCallerLeaves(new Promise(() => undefined), signal, () => (state = result.state)),
    )
    controller.abort('gone')
    await turn()
    expect([state, result.error]).toEqual(['pending', 'gone'])
  })

  it('gives up a call also when nobody is to be told', async () => {
    const { controller, signal } = createCaller()
    const result = watch(untilCallerLeaves(new Promise(() => undefined), signal))
    controller.abort('gone')
    await turn()
    expect(result.error).toBe('gone')
  })
})
