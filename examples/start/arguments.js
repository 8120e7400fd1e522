import { parseArgs } from 'node:util'

/** Of the dashboard. */
export const defaultPort = 4321

export const help = `Guards real HTTP calls with circuit breakers and shows what the circuits do, here and on a dashboard.

  npm start                          six dependencies on this machine, some of which fail
  npm start -- --url https://host/   a server of your own instead

  --url URL      http or https address to call; 5xx answers, errors and timeouts are failures
  --rps N        calls per second to each dependency, 1 to 500 (default 8)
  --seconds N    how long: 10 to 40 (default 25); with --url 1 to 3600
  --dashboard [PORT]
                 go on until Ctrl-C, with the dashboard on this port of this machine (default ${defaultPort})
  --json         print transitions as lines of JSON, and nothing else
  --help         print this
`

/** What was asked for cannot be done. The message is for the person who asked. */
export class ArgumentError extends Error {}

/**
 * @typedef {object} Arguments
 * @property {boolean} help
 * @property {boolean} json
 * @property {URL | undefined} url
 * @property {number | undefined} dashboard port to serve it on
 * @property {number} rps calls per second to each dependency
 * @property {number} seconds
 */

/**
 * @param {string[]} args
 * @returns {Arguments}
 */
export function readArguments(args) {
  const { values } = parsed(args)
  const url = values.url === undefined ? undefined : readUrl(values.url)
  return {
    help: values.help === true,
    json: values.json === true,
    url,
    dashboard:
      values.dashboard === undefined
        ? undefined
        : readNumber('--dashboard', values.dashboard, 0, 65_535),
    rps: readNumber('--rps', values.rps ?? '8', 1, 500),
    seconds: url
      ? readNumber('--seconds', values.seconds ?? '25', 1, 3600)
      : readNumber('--seconds', values.seconds ?? '25', 10, 40),
  }
}

/** @param {string[]} args */
function parsed(args) {
  try {
    return parseArgs({
      args: withPort(args),
      options: {
        url: { type: 'string' },
        rps: { type: 'string' },
        seconds: { type: 'string' },
        dashboard: { type: 'string' },
        json: { type: 'boolean' },
        help: { type: 'boolean' },
      },
    })
  } catch (error) {
    // Node's first sentence names the argument; the rest is advice on the shell.
    const [sentence] = /** @type {Error} */ (error).message.split('. ')
    throw new ArgumentError(sentence)
  }
}

/** Gives `--dashboard` its port: `parseArgs` knows no value that may be missing. @param {string[]} args */
function withPort(args) {
  return args.map((arg, i) =>
    arg === '--dashboard' && !/^\d/.test(args[i + 1] ?? '') ? `--dashboard=${defaultPort}` : arg,
  )
}

/** @param {string} text */
function readUrl(text) {
  if (URL.canParse(text)) {
    const url = new URL(text)
    if (url.protocol === 'http:' || url.protocol === 'https:') return url
  }
  throw new ArgumentError(`--url must be an http or https address, got ${JSON.stringify(text)}`)
}

/**
 * @param {string} name
 * @param {string} text
 * @param {number} min
 * @param {number} max
 */
function readNumber(name, text, min, max) {
  const value = text.trim() === '' ? NaN : Number(text)
  if (value >= min && value <= max) return value
  throw new ArgumentError(
    `${name} must be a number from ${min} to ${max}, got ${JSON.stringify(text)}`,
  )
}
