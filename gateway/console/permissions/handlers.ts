import { personRef } from '../../../contract/console/people.ts'
import { ok } from '../../../contract/result.ts'
import { everybody, namesOf } from '../identity/people.ts'
import type { Handlers } from '../route.ts'
import type { ConsoleDatabase } from '../tables.ts'
import { approve, confirm, grantsOf, propose, revoke } from './grants.ts'

type Grants = 'people' | 'grants' | 'proposeGrant' | 'approveGrant' | 'confirmGrant' | 'revokeGrant'

/** Grants are written by the gateway itself: the console's role of the database has no right to them. */
export function grantHandlers({
  db,
  reference,
  now,
}: {
  db: ConsoleDatabase
  reference(person: string): string
  now(): Date
}): Pick<Handlers, Grants> {
  const inOne = <T>(
    work: (transaction: Parameters<Parameters<ReturnType<typeof db.transaction>['execute']>[0]>[0]) => Promise<T>,
  ) => db.transaction().execute(work)
  return {
    // Officers name people by codice fiscale: whom a comune or a body has is nobody else's to know.
    people: async ({ sight }) => ok(sight.fleet ? await everybody(db) : { people: [] }),
    grants: async ({ sight, ...giver }) => ok(await grantsOf(db, giver, sight, await namesOf(db), now())),
    proposeGrant: ({ body, ...giver }) => {
      const isRef = personRef.safeParse(body.holder).success
      const holder = isRef ? body.holder : reference(body.holder)
      // Only who looks after the platform picks from a list.
      const isNamed = !isRef || !giver.sight.fleet
      return inOne((transaction) => propose(transaction, giver, { ...body, holder }, isNamed, now()))
    },
    approveGrant: ({ body, ...giver }) => inOne((transaction) => approve(transaction, giver, body, now())),
    confirmGrant: ({ body, ...giver }) => inOne((transaction) => confirm(transaction, giver, body, now())),
    revokeGrant: ({ body, ...giver }) => inOne((transaction) => revoke(transaction, giver, body, now())),
  }
}
