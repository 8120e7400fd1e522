/** @import { View } from './view.js' */

/**
 * Each transition as a line of JSON.
 *
 * @returns {View}
 */
export function createJsonView() {
  const silent = () => undefined
  return {
    period: 1000,
    transition: ({ error, ...transition }) => {
      console.log(
        JSON.stringify({ ...transition, ...(error instanceof Error ? plain(error) : {}) }),
      )
    },
    tick: silent,
    end: silent,
  }
}

/** @param {Error} error */
function plain({ name, message }) {
  return { error: { name, message } }
}
