/** @jsxImportSource preact */
import { useLayoutEffect, useState } from 'preact/hooks'
import { Icon } from './icons.js'

const themes = ['system', 'light', 'dark'] as const
type Theme = (typeof themes)[number]

const key = 'recloser-dashboard-theme'
const labels: Record<Theme, string> = { system: 'as the system', light: 'light', dark: 'dark' }

export function ThemeButton() {
  const [theme, setTheme] = useState(storedTheme)
  // Before the label is seen to change: a button that says «dark» on a light page is wrong.
  useLayoutEffect(() => {
    if (theme === 'system') delete document.documentElement.dataset.theme
    else document.documentElement.dataset.theme = theme
    try {
      localStorage.setItem(key, theme)
    } catch {
      // Storage may be forbidden: the choice then lasts as long as the page.
    }
  }, [theme])
  const next = themes[(themes.indexOf(theme) + 1) % themes.length] ?? 'system'
  const label = `Colours: ${labels[theme]}. Change to ${labels[next]}`
  return (
    <button
      type="button"
      class="icon-button"
      aria-label={label}
      title={label}
      onClick={() => {
        setTheme(next)
      }}
    >
      <Icon name={theme} />
    </button>
  )
}

function storedTheme(): Theme {
  try {
    const stored = localStorage.getItem(key)
    return themes.find((theme) => theme === stored) ?? 'system'
  } catch {
    return 'system'
  }
}
