import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import type { ChildProcess } from 'node:child_process'

const root = resolve(import.meta.dirname, '../..')

/** How a script ended, and what it wrote. */
export interface Ending {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** A script that runs in a Node process of its own. */
export interface Script {
  readonly process: ChildProcess
  /** Settles when the process has ended. */
  readonly ending: Promise<Ending>
}

/**
 * Starts a script of the repository, given by its path from there. Scripts import the package by
 * name and get what was built, as users do.
 */
export function startScript(path: string, args: readonly string[] = []): Script {
  if (!existsSync(resolve(root, 'dist/index.js'))) {
    throw new Error('this test runs against dist: build first, with npm run build')
  }
  const child = spawn(process.execPath, [path, ...args], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  const ending = new Promise<Ending>((settle, reject) => {
    child.on('error', reject)
    child.on('close', (code) => {
      settle({ code, stdout, stderr })
    })
  })
  return { process: child, ending }
}

/** Runs a script to its end. */
export function runScript(path: string, ...args: string[]): Promise<Ending> {
  return startScript(path, args).ending
}
