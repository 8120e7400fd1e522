import type { Store } from './store.js'

const colours = { live: '#1a7f4f', broken: '#c4292f', lost: '#7a8594' } as const
let shown = ''

/** Title and icon tell, also from a tab in the background, whether anything is open. */
export function showInTab({ rows, title, line }: Store): void {
  let open = 0
  for (const { state } of rows.values()) if (state === 'open') open++
  const colour = line.status === 'lost' ? colours.lost : open > 0 ? colours.broken : colours.live
  const text = open > 0 ? `(${String(open)}) ${title}` : title
  if (shown === text + colour) return
  shown = text + colour
  document.title = text
  let icon = document.querySelector<HTMLLinkElement>('link[rel=icon]')
  if (icon === null) {
    icon = document.createElement('link')
    icon.rel = 'icon'
    document.head.append(icon)
  }
  const lever = open > 0 ? 'M8 20L22 7' : 'M8 20H24'
  const svg =
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="7" fill="${colour}"/>` +
    `<path d="${lever}M3 20H7M25 20H29" stroke="#fff" stroke-width="3" stroke-linecap="round"/></svg>`
  icon.href = `data:image/svg+xml,${encodeURIComponent(svg)}`
}
