import type { Browser } from 'playwright-core'
import { type Visitor, visitorAt } from '../visitor/visitor.ts'
import type { Guest } from './machine.ts'

/** An emulated machine is some thirty times slower than a totem, and so is who stands before it. */
const REACTION_MS = 2_000
const PATIENCE_MS = 10 * 60_000

/** Eyes by the program's debugger; the finger is the panel's own, through the guest's kernel, seat and compositor. */
export const personAt = (browser: Browser, guest: Guest): Visitor =>
  visitorAt(
    { windows: () => browser.contexts().flatMap((context) => context.pages()) },
    {
      reactionMs: REACTION_MS,
      patienceMs: PATIENCE_MS,
      async finger(button) {
        const box = await button.boundingBox({ timeout: PATIENCE_MS })
        if (!box) throw new Error('what is to be touched is not on the glass')
        await guest.touch(box.x + box.width / 2, box.y + box.height / 2)
      },
    },
  )
