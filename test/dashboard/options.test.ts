import { createRegistry } from 'recloser'
import { createDashboard } from 'recloser/dashboard'
import { describe, expect, it, vi } from 'vitest'
import type { DashboardOptions } from 'recloser/dashboard'

describe('an option that is wrong is refused by name', () => {
  it.each<[string, object]>([
    ['path must begin with /, got "breakers"', { path: 'breakers' }],
    ['path must be as URLs write it, such as /breakers, got "/a b"', { path: '/a b' }],
    ['path must be as URLs write it', { path: '/breakers?token=1' }],
    ['path must be as URLs write it', { path: '/ops/../breakers' }],
    ['title must be a text, got 7', { title: 7 }],
    ['every must be at least 50 and at most 60000, got 10', { every: 10 }],
    ['span must be at least 60000', { span: 1000 }],
    ['maxReaders must be an integer, at least 1', { maxReaders: 0 }],
    ['authorize must be a function, got "token"', { authorize: 'token' }],
    ['authorizeReading must be a function', { authorizeReading: true }],
    ['onError must be a function', { onError: null }],
    [
      'origins must be an array, got "https://ops.example.com"',
      { origins: 'https://ops.example.com' },
    ],
    ['origins must be like https://ops.example.com', { origins: ['https://ops.example.com/'] }],
    ['origins must be like https://ops.example.com', { origins: ['ops.example.com'] }],
    ['authorise', { authorise: () => true }],
  ])('%s', (message, options) => {
    const registry = createRegistry()
    expect(() => createDashboard(registry, options as DashboardOptions)).toThrow(message)
  })
})

describe('without options', () => {
  it('runs on the clock of the runtime, and tells the console what goes wrong', async () => {
    vi.useFakeTimers()
    const told = vi.spyOn(console, 'error').mockImplementation(() => undefined)
    try {
      const registry = createRegistry()
      const broken = registry.get('broken')
      broken.stats = () => {
        throw new Error('cannot look')
      }
      const dashboard = createDashboard(registry)
      await vi.advanceTimersByTimeAsync(2000)
      expect(told).toHaveBeenCalledWith('recloser: the dashboard', new Error('cannot look'))
      dashboard.dispose()
      expect(vi.getTimerCount()).toBe(0)
    } finally {
      told.mockRestore()
      vi.useRealTimers()
    }
  })

  it('what hears of errors may itself fail', () => {
    const registry = createRegistry()
    registry.get('broken').stats = () => {
      throw new Error('cannot look')
    }
    for (const onError of [
      () => {
        throw new Error('deaf')
      },
      (() => Promise.reject(new Error('deaf'))) as () => void,
    ]) {
      expect(() => {
        createDashboard(registry, { onError }).dispose()
      }).not.toThrow()
    }
  })
})
