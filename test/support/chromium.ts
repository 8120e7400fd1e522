import { spawnSync } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium } from 'playwright-core'
import type { Browser } from 'playwright-core'

/** Enough for the installation of a browser: give it to the hook that launches it. */
export const launchTimeout = 600_000

const debian = '/usr/bin/chromium'
const places = [debian, '/usr/bin/chromium-browser', '/usr/bin/google-chrome']

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
  if (CHROMIUM_PATH === undefined) return places.find(isExecutable)
  if (isExecutable(CHROMIUM_PATH)) return CHROMIUM_PATH
  throw missing(`CHROMIUM_PATH is ${CHROMIUM_PATH}, where none is.`)
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
  if (process.getuid?.() !== 0 || !isExecutable('/usr/bin/apt-get'))
    throw missing('It cannot be installed here.')
  // Another test file may want the same at this moment: one after the other, and the second finds it.
  const lock = join(tmpdir(), 'recloser-chromium.lock')
  const apt = 'apt-get -qq -o DPkg::Lock::Timeout=300'
  const install = `${apt} update && ${apt} install -y chromium fonts-liberation`
  const { stderr } = spawnSync(
    'flock',
    [lock, 'sh', '-c', `test -x ${debian} || { ${install}; }`],
    {
      encoding: 'utf8',
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    },
  )
  if (!isExecutable(debian)) throw missing(`It could not be installed: ${stderr}`)
  return debian
}

function missing(why: string): Error {
  return new Error(
    'These tests need a real browser and found none. Install Chromium (on Debian as root: ' +
      `apt-get install chromium), or name one by CHROMIUM_PATH. ${why}`,
  )
}
