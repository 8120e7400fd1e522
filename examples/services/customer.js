import { setTimeout as sleep } from 'node:timers/promises'

/**
 * Asks a service for a price again and again, how it is once, and waits when it is told to.
 *
 * @param {string} url
 */
export async function visit(url) {
  for (let visits = 1; visits <= 6; visits++) {
    const response = await fetch(`${url}/price`)
    const pause = response.headers.get('retry-after')
    console.log(`price: ${response.status} ${await response.text()}`)
    if (pause === null) continue
    console.log(`health: ${await (await fetch(`${url}/health`)).text()}`)
    console.log(`waiting ${pause} s`)
    await sleep(Number(pause) * 1000)
  }
  console.log(`health: ${await (await fetch(`${url}/health`)).text()}`)
}
