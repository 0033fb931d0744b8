import { randomBytes } from 'node:crypto'
import { emailAddress } from '../../contract/email-address.ts'
import { handoverQuery } from '../../contract/handover.ts'
import { letterOffer, letterState, lettersTold, letterTaken, ownLetters } from '../../contract/letter.ts'
import { operatedLetters } from '../../contract/operators.ts'
import { err, ok } from '../../contract/result.ts'
import type { Sessions } from '../citizen/session.ts'
import { malformed } from '../http/problems.ts'
import { type Routes, route, routes } from '../http/route.ts'
import type { SealingKeys } from '../sealing/sealing.ts'
import type { Proofs } from './domiciles.ts'
import type { Fates } from './fates.ts'
import type { Letters } from './letters.ts'
import { openLetter } from './postman.ts'
import { BODY_BYTES } from './routes.ts'

/**
 * A person's document whose link goes by mail. SECURITY: a session of theirs must ask for it, or a stolen totem could send
 * mails all day.
 */
export function letterRoutes({
  letters,
  fates,
  sessions,
  sealingKeys,
  isThere,
  proofs,
}: {
  letters: Letters
  fates: Fates
  sessions: Pick<Sessions, 'holder'>
  sealingKeys: SealingKeys
  /** Can mail reach this domain? */
  isThere(domain: string): Promise<boolean>
  /** Null: nothing goes to digital domiciles here. */
  proofs: Proofs | null
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
        const { proof } = opened
        // SECURITY: a document goes as an attachment only where INAD says, or a stolen totem could send it anywhere.
        if (proof !== undefined && !proofs?.proves(proof, holder.value.requester, opened.to)) return err(malformed)
        if (proof === undefined && !(await isThere(to.value.domain)))
          return err({ kind: 'address-unknown', anpr: null })
        const document = Buffer.from(sealed, 'base64')
        // Of a PEC nobody has digits: its link opens nothing.
        const code = proof === undefined ? opened.code : randomBytes(16).toString('hex')
        const taken = await letters.offer(caller.id, {
          ...{ id, document, sealed: letter, code, requester: holder.value.requester },
          way: proof === undefined ? 'email' : 'domicilio',
          about: opened.about ?? { document: null, operation: null },
        })
        return taken ? ok({}) : err({ kind: 'session-spent', anpr: null })
      },
    ),
    route(
      { method: 'GET', path: '/letters', from: 'totem', query: handoverQuery, answer: letterState },
      async ({ caller, query: { id } }) => ok({ state: await fates.became(caller.id, id) }),
    ),
    route({ method: 'GET', path: '/letters/own', from: 'totem', answer: ownLetters }, async ({ caller, bearer }) => {
      const holder = await sessions.holder(caller, bearer, { free: true })
      if (!holder.ok) return holder
      const { requester } = holder.value
      return ok({ letters: requester === null ? [] : await fates.ofPerson(requester) })
    }),
    route({ method: 'POST', path: '/letters/told', from: 'totem', answer: lettersTold }, async ({ caller, bearer }) => {
      const holder = await sessions.holder(caller, bearer, { free: true })
      if (!holder.ok) return holder
      if (holder.value.requester !== null) await fates.told(holder.value.requester)
      return ok({})
    }),
  )
}

/** Every letter and what became of it, for operators. `domain`: that of the Message-IDs; null: nothing goes by mail here. */
export const overseeLetters = (fates: Pick<Fates, 'all'>, domain: string | null): Routes =>
  route({ method: 'GET', path: '/letters', answer: operatedLetters }, async () =>
    ok({ letters: domain === null ? [] : await fates.all(domain) }),
  )
