// What is timed beside what. Each file says how one package is set up for the same job: open when
// half of at least ten calls in a time window of ten seconds have failed, and no timeout.
import { brakes } from './contenders/brakes.mjs'
import { cockatiel } from './contenders/cockatiel.mjs'
import { effect } from './contenders/effect.mjs'
import { mollitia } from './contenders/mollitia.mjs'
import { opossum, opossumLean } from './contenders/opossum.mjs'
import { recloser } from './contenders/recloser.mjs'

export { bareCall } from './contenders/bare.mjs'

/** Whoever has a circuit. */
export const contenders = { recloser, cockatiel, opossum, opossumLean, mollitia, brakes, effect }
