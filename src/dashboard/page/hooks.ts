import { useEffect, useReducer, useRef } from 'preact/hooks'
import type { RefObject } from 'preact'
import type { Store } from './store.js'

/** Draws the component anew whenever the store has changed, and `perSecond` times a second for clocks. */
export function useStore(store: Store, perSecond: number): void {
  const [, redraw] = useReducer<number, undefined>((n) => n + 1, 0)
  useEffect(() => {
    const unsubscribe = store.subscribe(() => {
      redraw(undefined)
    })
    const timer = setInterval(() => {
      redraw(undefined)
    }, 1000 / perSecond)
    return () => {
      unsubscribe()
      clearInterval(timer)
    }
  }, [store, perSecond])
}

/** Calls `measure` with the size of an element, now and when it changes. */
export function useSize<E extends HTMLElement>(
  measure: (width: number, height: number) => void,
): RefObject<E | null> {
  const ref = useRef<E>(null)
  const latest = useRef(measure)
  latest.current = measure
  useEffect(() => {
    const element = ref.current
    if (element === null) return
    const observer = new ResizeObserver(() => {
      latest.current(element.clientWidth, element.clientHeight)
    })
    observer.observe(element)
    return () => {
      observer.disconnect()
    }
  }, [])
  return ref
}
