import { setTimeout as wait } from 'node:timers/promises'
import type { Strike } from './pad.ts'
import { LOOK_MS, PATIENCE_MS } from './visitor.ts'

const SAME_KEY_MS = 120
const REACTION_MS = 400
const MOST_STOPS = 80

/** A person who sees nothing: they hear what the totem says and strike its keys. */
export interface Listener {
  /** Waits until an utterance that they have not answered yet begins with these words, after its sounds. */
  hears(words: string): Promise<string>
  /** Goes on, from control to control, to the one that is called so, and chooses it. */
  chooses(words: string): Promise<void>
  /** On the digits of the numeric pad, and its Enter. */
  types(digits: string): Promise<void>
}

export function listenerAt(utterances: readonly string[][], strike: Strike): Listener {
  /** How much of what was said they have heard. */
  let heard = 0
  async function next(so: (words: string) => boolean, until: number): Promise<string | null> {
    for (; ; await wait(LOOK_MS / 4)) {
      while (heard < utterances.length) {
        const words = (utterances[heard++] ?? []).filter((part) => !part.startsWith('(')).join(' ')
        if (so(words)) return words
      }
      if (Date.now() > until) return null
    }
  }
  return {
    async hears(words) {
      const found = await next((said) => said.startsWith(words), Date.now() + PATIENCE_MS)
      if (found === null) throw new Error(`not heard: ${words}; last: ${utterances.at(-1)?.join(' ')}`)
      return found
    },
    async chooses(words) {
      await wait(REACTION_MS)
      for (let stops = 0; stops < MOST_STOPS; stops++) {
        heard = utterances.length
        await strike('Down')
        const said = await next(() => true, Date.now() + PATIENCE_MS)
        if (said?.startsWith(words) && said.endsWith(', pulsante')) return strike('Return')
        await wait(SAME_KEY_MS)
      }
      throw new Error(`no control is called ${words}`)
    },
    async types(digits) {
      await wait(REACTION_MS)
      for (const digit of digits) {
        await strike(`num${digit}`)
        await wait(SAME_KEY_MS)
      }
      await strike('Return')
    },
  }
}
