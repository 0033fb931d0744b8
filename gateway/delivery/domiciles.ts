import { timingSafeEqual } from 'node:crypto'
import { type Clock, italianDay } from '../../basics/time.ts'
import { domicileQuestion, domiciles } from '../../contract/domicile.ts'
import { err, ok } from '../../contract/result.ts'
import type { Register } from '../access/register.ts'
import { problemOf } from '../anpr/problems.ts'
import type { Sessions } from '../citizen/session.ts'
import { type Routes, route, routes } from '../http/route.ts'

/** Proves that the gateway itself has told an address of this person, today: the totem cannot make another one up. */
export interface Proofs {
  of(requester: string, address: string): string
  proves(proof: string, requester: string | null, address: string): boolean
}

export function createProofs(reference: (text: string) => string, now: Clock): Proofs {
  const of = (requester: string, address: string) =>
    reference(`domicile ${italianDay(now())} ${requester} ${address.toLowerCase()}`)
  return {
    of,
    proves(proof, requester, address) {
      if (requester === null) return false
      const [given, good] = [Buffer.from(proof), Buffer.from(of(requester, address))]
      return given.length === good.length && timingSafeEqual(given, good)
    },
  }
}

/**
 * `POST /domiciles`: the digital domiciles of the person of a session, from INAD. Nothing of it is kept here: each look is
 * a new one, because INAD gives a body few a day.
 */
export function domicileRoutes({
  register,
  sessions,
  reference,
  proofs,
}: {
  register: Pick<Register, 'askedBy'>
  sessions: Pick<Sessions, 'holder'>
  reference(person: string): string
  proofs: Proofs
}): Routes {
  return routes(
    route(
      { method: 'POST', path: '/domiciles', from: 'totem', body: domicileQuestion, answer: domiciles },
      async ({ caller, bearer, body: { codiceFiscale } }) => {
        const holder = await sessions.holder(caller, bearer)
        if (!holder.ok) return holder
        const { requester } = holder.value
        // SECURITY: a session asks about its own person alone.
        if (requester === null || requester !== reference(codiceFiscale))
          return err({ kind: 'not-in-family', anpr: null })
        const told = await register.askedBy({ caller, requester }).domicilesOf(codiceFiscale)
        if (!told.ok) return err(problemOf(told.error))
        return ok({ domiciles: told.value.map((one) => ({ ...one, proof: proofs.of(requester, one.address) })) })
      },
    ),
  )
}
