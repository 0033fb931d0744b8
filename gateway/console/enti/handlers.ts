import { ulid } from 'ulid'
import type { ConsoleProblemKind } from '../../../contract/console/problem.ts'
import { err, ok } from '../../../contract/result.ts'
import type { Comuni } from '../../polis/comuni.ts'
import { append } from '../audit/chain.ts'
import { profilesOf } from '../profiles/profiles.ts'
import { faultOfAgreement, faultOfProfile } from '../profiles/rules.ts'
import type { Handlers } from '../route.ts'
import type { ConsoleTransaction } from '../tables.ts'
import { decidedState } from './decided.ts'
import { agreementsOf, entiOf } from './enti.ts'
import { addAgreement, addEnte, addProfile } from './write.ts'

type Enti =
  | ('enti' | 'registerEnte' | 'registerUfficio' | 'profiles' | 'proposeProfile' | 'approveProfile' | 'endProfile')
  | ('agreements' | 'proposeAgreement' | 'approveAgreement' | 'endAgreement')

const DONE = ok({ done: true as const })
const problem = (kind: ConsoleProblemKind, field: string | null = null) => err({ kind, field })
/** Two decisions at once about one thing wait for each other. */
const oneByOne = (transaction: ConsoleTransaction) =>
  transaction.selectFrom('console_audit_head').select('n').forUpdate().execute()

/** Tenants, profiles and agreements, all of it in the sight of who asks. */
export function entiHandlers({ comuni, now }: { comuni: Comuni; now(): Date }): Pick<Handlers, Enti> {
  return {
    enti: async ({ seen }) => ok(await seen(entiOf)),
    registerEnte: ({ body, doer, seen }) =>
      seen(async (transaction) => {
        if (body.kind === 'comune' && !comuni.byIstat.has(body.id)) return problem('not-found', 'id')
        await oneByOne(transaction)
        if (await transaction.selectFrom('ente').select('id').where('id', '=', body.id).executeTakeFirst())
          return problem('conflict', 'id')
        await addEnte(transaction, body)
        await append(transaction, doer, { deed: 'enti.register', object: body.id }, now())
        return DONE
      }),
    registerUfficio: ({ body, doer, seen }) =>
      seen(async (transaction) => {
        await oneByOne(transaction)
        const of = await transaction.selectFrom('ente').select('kind').where('id', '=', body.ente).executeTakeFirst()
        if (of?.kind !== 'fruitore') return problem('not-found', 'ente')
        const offices = transaction.selectFrom('ufficio_ente').select('id').where('ente', '=', body.ente)
        if (await offices.where('id', '=', body.id).executeTakeFirst()) return problem('conflict', 'id')
        await transaction.insertInto('ufficio_ente').values(body).execute()
        await append(transaction, doer, { deed: 'enti.register', object: `${body.ente}/${body.id}` }, now())
        return DONE
      }),

    profiles: async ({ session: { person }, seen }) =>
      ok(await seen((transaction) => profilesOf(transaction, person, now()))),
    proposeProfile: ({ body: { after, ...terms }, session: { name }, doer, sight, seen }) =>
      seen(async (transaction) => {
        if (!sight.enti.includes(terms.comune)) return problem('not-found', 'comune')
        const fault = faultOfProfile(terms)
        if (fault !== null) return problem('inconsistent', fault)
        await oneByOne(transaction)
        if (after) {
          const newest = await transaction
            .selectFrom('profilo')
            .select(['comune', 'versione'])
            .where('id', '=', after.profilo)
            .orderBy('versione', 'desc')
            .executeTakeFirst()
          if (newest?.comune !== terms.comune) return problem('not-found', 'after')
          // Somebody has written another version meanwhile.
          if (newest.versione !== after.versione) return problem('conflict', 'after')
        }
        const [profilo, versione] = [after?.profilo ?? ulid(+now()), (after?.versione ?? 0) + 1]
        const decision = { proposed_by: doer.person, proposed_name: name, proposed_at: now() }
        await addProfile(transaction, { id: profilo, versione }, terms, decision)
        const detail = { comune: terms.comune, versione, nome: terms.nome }
        await append(transaction, doer, { deed: 'profiles.propose', object: profilo, detail }, now())
        return ok({ profilo, versione })
      }),
    approveProfile: ({ body: { profilo, versione }, session: { name }, doer, seen }) =>
      seen(async (transaction) => {
        await oneByOne(transaction)
        const row = await transaction
          .selectFrom('profilo')
          .selectAll()
          .where('id', '=', profilo)
          .where('versione', '=', versione)
          .executeTakeFirst()
        if (!row) return problem('not-found')
        if (decidedState(row, now()) !== 'proposed') return problem('conflict')
        if (row.proposed_by === doer.person) return problem('same-person')
        await transaction
          .updateTable('profilo')
          .set({ approved_by: doer.person, approved_name: name, approved_at: now() })
          .where('id', '=', profilo)
          .where('versione', '=', versione)
          .execute()
        const detail = { comune: row.comune, versione, nome: row.nome }
        await append(transaction, doer, { deed: 'profiles.approve', object: profilo, detail }, now())
        return DONE
      }),
    // One person is enough to stop it, as with a grant.
    endProfile: ({ body: { profilo, versione, why }, session: { name }, doer, seen }) =>
      seen(async (transaction) => {
        await oneByOne(transaction)
        const row = await transaction
          .selectFrom('profilo')
          .selectAll()
          .where('id', '=', profilo)
          .where('versione', '=', versione)
          .executeTakeFirst()
        if (!row) return problem('not-found')
        if (['withdrawn', 'ended'].includes(decidedState(row, now()))) return problem('conflict')
        await transaction
          .updateTable('profilo')
          .set({ ended_by: doer.person, ended_name: name, ended_at: now(), ended_why: why })
          .where('id', '=', profilo)
          .where('versione', '=', versione)
          .execute()
        const detail = { comune: row.comune, versione, nome: row.nome }
        await append(transaction, doer, { deed: 'profiles.end', object: profilo, reason: why, detail }, now())
        return DONE
      }),

    agreements: async ({ session: { person }, seen }) =>
      ok(await seen((transaction) => agreementsOf(transaction, person, now()))),
    proposeAgreement: ({ body, session: { name }, doer, sight, seen }) =>
      seen(async (transaction) => {
        if (!sight.enti.includes(body.comune)) return problem('not-found', 'comune')
        const strange = body.comuni.find((comune) => !comuni.byIstat.has(comune))
        if (strange !== undefined) return problem('not-found', 'comuni')
        const with_ = await transaction
          .selectFrom('ente')
          .select('kind')
          .where('id', '=', body.fruitore)
          .executeTakeFirst()
        if (with_?.kind !== 'fruitore') return problem('not-found', 'fruitore')
        const profile = await profileOf(transaction, body)
        if (profile?.comune !== body.comune) return problem('not-found', 'profilo')
        if (decidedState(profile, now()) !== 'given') return problem('inconsistent', 'profilo')
        const fault = faultOfAgreement(body, { ...profile, righeMax: profile.righe_max })
        if (fault !== null) return problem('inconsistent', fault)
        const agreement = ulid(+now())
        await oneByOne(transaction)
        const decision = { proposed_by: doer.person, proposed_name: name, proposed_at: now() }
        await addAgreement(transaction, agreement, body, decision)
        const detail = { comune: body.comune, fruitore: body.fruitore }
        await append(transaction, doer, { deed: 'agreements.propose', object: agreement, detail }, now())
        return ok({ agreement })
      }),
    approveAgreement: ({ body: { agreement }, session: { name }, doer, seen }) =>
      seen(async (transaction) => {
        await oneByOne(transaction)
        const row = await agreementOf(transaction, agreement)
        if (!row) return problem('not-found')
        if (decidedState(row, now()) !== 'proposed') return problem('conflict')
        if (row.proposed_by === doer.person) return problem('same-person')
        const profile = await profileOf(transaction, { profilo: row.profilo, profiloVersione: row.profilo_versione })
        if (!profile || decidedState(profile, now()) !== 'given') return problem('inconsistent', 'profilo')
        await transaction
          .updateTable('convenzione')
          .set({ approved_by: doer.person, approved_name: name, approved_at: now() })
          .where('id', '=', agreement)
          .execute()
        const detail = { comune: row.comune, fruitore: row.fruitore }
        await append(transaction, doer, { deed: 'agreements.approve', object: agreement, detail }, now())
        return DONE
      }),
    endAgreement: ({ body: { agreement, why }, session: { name }, doer, seen }) =>
      seen(async (transaction) => {
        await oneByOne(transaction)
        const row = await agreementOf(transaction, agreement)
        if (!row) return problem('not-found')
        if (['withdrawn', 'ended'].includes(decidedState(row, now()))) return problem('conflict')
        await transaction
          .updateTable('convenzione')
          .set({ ended_by: doer.person, ended_name: name, ended_at: now(), ended_why: why })
          .where('id', '=', agreement)
          .execute()
        const detail = { comune: row.comune, fruitore: row.fruitore }
        await append(transaction, doer, { deed: 'agreements.end', object: agreement, reason: why, detail }, now())
        return DONE
      }),
  }
}

const profileOf = (
  transaction: ConsoleTransaction,
  { profilo, profiloVersione }: { profilo: string; profiloVersione: number },
) =>
  transaction
    .selectFrom('profilo')
    .selectAll()
    .where('id', '=', profilo)
    .where('versione', '=', profiloVersione)
    .executeTakeFirst()
const agreementOf = (transaction: ConsoleTransaction, agreement: string) =>
  transaction.selectFrom('convenzione').selectAll().where('id', '=', agreement).executeTakeFirst()
