import { sql } from 'kysely'
import { ulid } from 'ulid'
import { HOUR_MS, italianDay } from '../../../basics/time.ts'
import { dueFor } from '../../../catalogue/bollo.ts'
import { sheetConflict } from '../../../catalogue/certificates.ts'
import { exemptions } from '../../../catalogue/exemptions.ts'
import { whyNotBy } from '../../../catalogue/identity-document.ts'
import { themes } from '../../../catalogue/themes.ts'
import { type CertificateType, certificateTheme, certificateType, purpose } from '../../../contract/catalogue.ts'
import type { Answer, Body } from '../../../contract/console/api.ts'
import type { CounterRefusal } from '../../../contract/console/counter.ts'
import { omocodieOf } from '../../../contract/identity.ts'
import { isAdult } from '../../anpr/known.ts'
import { codiceFiscaleOf, type Sheet } from '../../anpr/subjects.ts'
import { familySheetOf } from '../../citizen/family.ts'
import type { Doer } from '../audit/chain.ts'
import { append } from '../audit/chain.ts'
import { digest } from '../identity/secrets.ts'
import type { Desk } from './desk.ts'
import type { OperatorEvidence } from './evidence.ts'
import type { CounterGround } from './ground.ts'

/** A person a minute: nobody serves so many, and whoever reads the register by a stolen counter gets no further. */
const VISITS_PER_HOUR = 60

type Identified = Answer<'identify'>

/**
 * Recognises a citizen by codice fiscale and document. The same person cannot stand on both sides of the counter, nor can anybody
 * of the operator's own family sheet. A minor comes with a parent, who asks.
 */
export async function identify(
  ground: CounterGround,
  desk: Desk,
  doer: Doer,
  { codiceFiscale, document, inPerson }: Body<'identify'>,
): Promise<Identified> {
  const { citizens, reference, now } = ground
  const at = now()
  const id = ulid(+at)
  const { number, ...shown } = document
  const evidence: OperatorEvidence = {
    ...{ by: 'operator', inPerson, shakenAt: desk.shakenAt.toISOString() },
    document: { ...shown, reference: reference(`document ${document.kind} ${number}`), last: number.slice(-3) },
  }
  const person = reference(codiceFiscale)
  // SECURITY: of the operator the hash alone is known, and an earlier code of theirs is theirs too.
  const isOperator = (code: string) => omocodieOf(code).some((each) => reference(each) === desk.operator)
  const begun = await begin(ground, desk, { id, at, person, evidence })
  const noted = async (outcome: string, token: string | null) => {
    await ground.db.transaction().execute(async (transaction) => {
      await transaction
        .updateTable('counter_visit')
        .set({ outcome, token_hash: token && digest(token) })
        .where('id', '=', id)
        .execute()
      const deed = { deed: 'counter.identify', object: id, detail: { document: document.kind, became: outcome } }
      await append(transaction, doer, { ...deed, outcome: token === null ? 'refused' : 'done' }, at)
    })
  }
  const refused = async (kind: CounterRefusal, anpr: string | null = null): Promise<Identified> => {
    await noted(kind, null)
    return { became: 'refused', problem: { kind, anpr } }
  }

  if (!begun) return refused('too-many-visits')
  const why = whyNotBy(document, italianDay(at)) ?? (isOperator(codiceFiscale) ? 'operator-self' : null)
  if (why !== null) return refused(why)
  const opened = await citizens.openFor(desk.caller, { codiceFiscale, proof: `counter ${id}` })
  if (!opened.ok) return refused(opened.error.kind, opened.error.anpr)
  const { token, expires } = opened.value
  const holder = await citizens.holder(desk.caller, token)
  if (!holder.ok) return refused(holder.error.kind)
  let barred: CounterRefusal | null = null
  const sheet = await familySheetOf(ground.looking, holder.value, (told, day) => {
    barred = barredBy(told, day, isOperator)
    return barred && { kind: 'not-in-family', anpr: null }
  })
  if (!sheet.ok) {
    await citizens.end(desk.caller, token)
    return refused(barred ?? sheet.error.kind, barred ? null : sheet.error.anpr)
  }
  await noted('identified', token)
  const { name = '', surname = '' } = sheet.value.members.find(({ self }) => self) ?? {}
  return {
    ...{ became: 'identified', visit: token, until: expires, person: { name, surname }, sheet: sheet.value },
    uses: purpose.options.map((use) => {
      const due = dueFor(use)
      return { purpose: use, due: due.kind, law: due.kind === 'exempt' ? exemptions[due.exemption].law : null }
    }),
    themes: certificateTheme.options.map((theme) => ({ theme, types: [...themes[theme]] })),
    apart: APART,
  }
}

/** The visit, before anybody is asked. False: this operator has begun as many within an hour as one may. */
function begin(
  { db }: CounterGround,
  { office, station, number, operator, session }: Desk,
  { id, at, person, evidence }: { id: string; at: Date; person: string; evidence: OperatorEvidence },
): Promise<boolean> {
  return db.transaction().execute(async (transaction) => {
    // Of several at once each sees those before it.
    await sql`select pg_advisory_xact_lock(hashtextextended(${`visits ${operator}`}, 0))`.execute(transaction)
    const { before } = await transaction
      .selectFrom('counter_visit')
      .select(({ fn }) => fn.countAll<string>().as('before'))
      .where('operator', '=', operator)
      .where('at', '>', new Date(+at - HOUR_MS))
      // Who tries again and again is free when the hour is over.
      .where('outcome', '<>', 'too-many-visits')
      .executeTakeFirstOrThrow()
    const isTooMany = Number(before) >= VISITS_PER_HOUR
    await transaction
      .insertInto('counter_visit')
      .values({
        ...{ id, session, at, office, station, number, operator, person, token_hash: null },
        ...{ evidence: JSON.stringify(evidence), outcome: isTooMany ? 'too-many-visits' : 'asked' },
      })
      .execute()
    return !isTooMany
  })
}

/** Pairs that may not share a sheet. */
const APART: [CertificateType, CertificateType][] = certificateType.options.flatMap((one, index) =>
  certificateType.options
    .slice(index + 1)
    .flatMap((other) =>
      sheetConflict([one, other]) === null ? [] : [[one, other] as [CertificateType, CertificateType]],
    ),
)

function barredBy(
  { members }: Sheet,
  day: string,
  isOperator: (codiceFiscale: string) => boolean,
): 'operator-family' | 'minor-alone' | null {
  const codes = members.flatMap(({ told }) => codiceFiscaleOf(told) ?? [])
  if (codes.some(isOperator)) return 'operator-family'
  const asking = members.find(({ asked }) => asked)
  return asking && isAdult(asking, day) === false ? 'minor-alone' : null
}
