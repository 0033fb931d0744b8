import { emailAddress } from '../../contract/email-address.ts'
import { handoverQuery } from '../../contract/handover.ts'
import { letterOffer, letterState, letterTaken } from '../../contract/letter.ts'
import { err, ok } from '../../contract/result.ts'
import type { Sessions } from '../citizen/session.ts'
import { malformed } from '../http/problems.ts'
import { type Routes, route, routes } from '../http/route.ts'
import type { SealingKeys } from '../sealing/sealing.ts'
import type { Letters } from './letters.ts'
import { openLetter } from './postman.ts'
import { BODY_BYTES } from './routes.ts'

/**
 * A person's document whose link goes by mail. SECURITY: a session of theirs must ask for it, or a stolen totem could send
 * mails all day.
 */
export function letterRoutes({
  letters,
  sessions,
  sealingKeys,
  isThere,
}: {
  letters: Letters
  sessions: Pick<Sessions, 'holder'>
  sealingKeys: SealingKeys
  /** Can mail reach this domain? */
  isThere(domain: string): Promise<boolean>
}): Routes {
  return routes(
    route(
      {
        ...{ method: 'POST', path: '/letters', from: 'totem', status: 201 },
        ...{ body: letterOffer, answer: letterTaken, bodyLimit: BODY_BYTES },
      },
      async ({ caller, bearer, body: { id, sealed, letter } }) => {
        const holder = await sessions.holder(caller, bearer)
        if (!holder.ok) return holder
        const opened = openLetter(letter, sealingKeys, { id, caller })
        const to = opened && emailAddress(opened.to)
        if (!opened || !to?.ok) return err(malformed)
        if (!(await isThere(to.value.domain))) return err({ kind: 'address-unknown', anpr: null })
        const document = Buffer.from(sealed, 'base64')
        const taken = await letters.offer(caller.id, { id, document, sealed: letter, code: opened.code })
        return taken ? ok({}) : err({ kind: 'session-spent', anpr: null })
      },
    ),
    route(
      { method: 'GET', path: '/letters', from: 'totem', query: handoverQuery, answer: letterState },
      async ({ caller, query: { id } }) => ok({ state: await letters.became(caller.id, id) }),
    ),
  )
}
