import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** How a process ended, and the JSON that it printed. */
export interface Ended {
  readonly code: number | null
  readonly stderr: string
  readonly told: unknown
  /** Ms from the last that it printed to its end. */
  readonly lingered: number
}

/**
 * Runs one of the scripts beside this file in a process of its own, against the built package.
 *
 * @param flags - of node
 * @param limit - ms after which it is ended; its `code` is then null
 */
export async function runScript(
  name: string,
  flags: string[] = [],
  limit = 120_000,
): Promise<Ended> {
  const script = fileURLToPath(new URL(`scripts/${name}.mjs`, import.meta.url))
  // Nothing of the test runner may come along.
  const env = { ...process.env, NODE_OPTIONS: '', NODE_ENV: '' }
  const child = spawn(process.execPath, [...flags, script], { env, timeout: limit })
  let stdout = ''
  let stderr = ''
  let lastWord = performance.now()
  child.stdout.on('data', (data) => {
    stdout += String(data)
    lastWord = performance.now()
  })
  child.stderr.on('data', (data) => (stderr += String(data)))
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve))
  const lingered = performance.now() - lastWord
  return { code, stderr, lingered, told: stdout === '' ? undefined : JSON.parse(stdout) }
}
