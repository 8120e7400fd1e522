import { spawnSync } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { chromium } from 'playwright-core'
import type { Browser } from 'playwright-core'

/** Enough for the installation of a browser: give it to the hook that launches it. */
export const launchTimeout = 600_000

const places = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']

/**
 * A real browser, headless, with a profile of its own that is gone when it is closed. Where none is
 * installed, Debian's is, when we may; a machine without a browser fails the test and says why.
 */
export async function launchChromium(): Promise<Browser> {
  return chromium.launch({
    executablePath: findChromium() ?? installChromium(),
    headless: true,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  })
}

function findChromium(): string | undefined {
  const { CHROMIUM_PATH } = process.env
  return (CHROMIUM_PATH === undefined ? places : [CHROMIUM_PATH]).find(isExecutable)
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

function installChromium(): string {
  if (process.getuid?.() !== 0 || !isExecutable('/usr/bin/apt-get')) throw missing('')
  // Another test file may be installing it at this moment: wait for its lock, then look again.
  for (const command of [['update'], ['install', '-y', 'chromium', 'fonts-liberation']]) {
    const { status, stderr } = spawnSync(
      'apt-get',
      ['-o', 'DPkg::Lock::Timeout=300', '-qq', ...command],
      {
        encoding: 'utf8',
        env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
      },
    )
    const path = findChromium()
    if (path !== undefined) return path
    if (status !== 0 && command[0] === 'install') throw missing(`\n${stderr}`)
  }
  throw missing('')
}

function missing(details: string): Error {
  return new Error(
    'These tests need a real browser and found none. Install Chromium (on Debian as root: ' +
      `apt-get install chromium), or name one by CHROMIUM_PATH.${details}`,
  )
}
