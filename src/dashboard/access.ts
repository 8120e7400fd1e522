/**
 * Whether a browser sends the request on behalf of another site than the one the page is from.
 * Programs other than browsers send neither header: what they may do is for `authorize` to say.
 *
 * @param origins - where the page is from; without them, the host that was asked
 */
export function isCrossSite(request: Request, origins: readonly string[] | undefined): boolean {
  const site = request.headers.get('sec-fetch-site')
  // `none`: somebody typed the address in.
  if (site !== null && site !== 'same-origin' && site !== 'none') return true
  const origin = request.headers.get('origin')
  if (origin === null) return false
  // A proxy may speak TLS for us: the scheme that we were asked by is not the browser's.
  return origins === undefined
    ? hostOf(origin) !== new URL(request.url).host
    : !origins.includes(origin)
}

/** Undefined for `null`, which is what a sandboxed page or a local file sends. */
function hostOf(origin: string): string | undefined {
  try {
    return new URL(origin).host
  } catch {
    return undefined
  }
}

/** The answer of a user's function: only `true` is a yes, and an error is a no. */
export async function isAllowed(
  ask: () => boolean | Promise<boolean>,
  report: (error: unknown) => void,
): Promise<boolean> {
  try {
    const yes: unknown = await ask()
    return yes === true
  } catch (error) {
    report(error)
    return false
  }
}
