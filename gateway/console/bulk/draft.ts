import { createHash } from 'node:crypto'
import { sql } from 'kysely'
import { ulid } from 'ulid'
import { italianDay } from '../../../basics/time.ts'
import type { Answer, Body } from '../../../contract/console/api.ts'
import type { RowState } from '../../../contract/console/bulk.ts'
import type { FileEncoding, KeyKind } from '../../../contract/console/bulk-file.ts'
import { type ServiceCode, services } from '../../../contract/console/consultations.ts'
import type { ConsoleProblem, ConsoleProblemKind } from '../../../contract/console/problem.ts'
import { err, ok, type Result } from '../../../contract/result.ts'
import { consultationOf, type Listed } from '../../anpr/services.ts'
import type { SealingKeys } from '../../sealing/sealing.ts'
import { append, type Doer } from '../audit/chain.ts'
import type { Sight } from '../permissions/matrix.ts'
import type { ConsoleTransaction } from '../tables.ts'
import { type IntakeRow, readRows } from './files/intake.ts'
import type { Domanda } from './rows.ts'
import { makeKey, type RowSeal } from './seal.ts'
import type { ListSettings } from './work.ts'

const problem = (kind: ConsoleProblemKind, field: string | null = null) => err<ConsoleProblem>({ kind, field })

/** Who drafts: the person with what they may do, in the offices of their grants. */
export interface Author {
  doer: Doer & { person: string }
  name: string
  sight: Sight
}

/**
 * Which kinds of key ANPR's services take on PDND: documents, permits and passports are not among them. C030 tells the ID ANPR
 * of a codice fiscale: to somebody who has it there is nothing to tell.
 */
const answerable = (servizio: string): readonly KeyKind[] => (servizio === 'C030' ? ['CF'] : ['CF', 'ID'])
/** Rows that one statement writes. */
const CHUNK = 1_000

/** The agreements by which somebody may ask today, as far as this installation can ask it of ANPR. */
export async function termsOf(
  transaction: ConsoleTransaction,
  { ufficiEnte }: Sight,
  settings: ListSettings,
  now: Date,
): Promise<Answer<'bulkTerms'>> {
  const agreements = await inForce(transaction, italianDay(now))
  const offices = await transaction.selectFrom('ufficio_ente').selectAll().execute()
  return {
    agreements: agreements.flatMap((one) => {
      const mine = ufficiEnte.filter(({ ente, comune }) => ente === one.fruitore && comune === one.comune)
      const uffici = offices
        .filter(({ ente, id }) => mine.some(({ ufficio }) => ente === one.fruitore && ufficio === id))
        .map(({ id, name }) => ({ id, name }))
      const able = one.servizi.filter((code) => settings.services.includes(code as Listed))
      if (uffici.length === 0 || able.length === 0) return []
      return [
        {
          ...{ agreement: one.id, comuneName: one.comuneNome, fruitoreName: one.fruitoreNome, al: one.al },
          ...{ uffici, profiloNome: one.nome, territorio: one.territorio, motivi: one.motivi, chiavi: one.chiavi },
          services: able.map((code) => ({ code, name: services[code].name, inBulk: inBulk(code as Listed, settings) })),
          ...{ righeMax: one.righe_max, righeGiorno: one.righe_giorno },
          ...{ silenzioGiorni: one.silenzio_giorni, silenzioRigheMax: one.silenzio_righe_max },
        },
      ]
    }),
  }
}

const inBulk = (code: Listed, { bulk }: ListSettings) => {
  const twin = consultationOf(code).bulk?.service
  return twin !== undefined && bulk.includes(twin)
}

/** Agreements in sight that hold on this day, each with its profile. */
const inForce = (transaction: ConsoleTransaction, today: string) =>
  transaction
    .selectFrom('convenzione')
    .innerJoin('profilo', (join) =>
      join
        .onRef('profilo.id', '=', 'convenzione.profilo')
        .onRef('profilo.versione', '=', 'convenzione.profilo_versione'),
    )
    .innerJoin('ente as comune', 'comune.id', 'convenzione.comune')
    .innerJoin('ente as fruitore', 'fruitore.id', 'convenzione.fruitore')
    .select([
      ...(['convenzione.id', 'convenzione.comune', 'convenzione.fruitore', 'convenzione.territorio'] as const),
      ...(['convenzione.silenzio_giorni', 'convenzione.silenzio_righe_max', 'convenzione.al'] as const),
      ...(['convenzione.profilo', 'convenzione.profilo_versione', 'convenzione.base_giuridica'] as const),
      ...(['profilo.nome', 'profilo.servizi', 'profilo.motivi', 'profilo.chiavi', 'profilo.provvisori'] as const),
      ...(['profilo.righe_max', 'profilo.righe_giorno'] as const),
      ...(['comune.name as comuneNome', 'fruitore.name as fruitoreNome'] as const),
    ])
    .where('convenzione.approved_at', 'is not', null)
    .where('convenzione.ended_at', 'is', null)
    .where('convenzione.dal', '<=', today)
    .where('convenzione.al', '>=', today)
    .where('profilo.approved_at', 'is not', null)
    .where('profilo.ended_at', 'is', null)
    .where('profilo.dal', '<=', today)
    .where('profilo.al', '>=', today)
    .orderBy('comune.name')
    .orderBy('convenzione.id')
    .execute()

/** A draft, by an agreement that holds today and for an office of the person's own. */
export async function makeRequest(
  transaction: ConsoleTransaction,
  { doer, name, sight }: Author,
  { agreement, ufficio, servizio, motivo, protocollo }: Body<'makeBulk'>,
  settings: ListSettings,
  now: Date,
): Promise<Result<Answer<'makeBulk'>, ConsoleProblem>> {
  const one = (await inForce(transaction, italianDay(now))).find(({ id }) => id === agreement)
  if (!one) return problem('not-found', 'agreement')
  const { comune, fruitore } = one
  const mine = sight.ufficiEnte.some(
    (each) => each.ente === fruitore && each.comune === comune && each.ufficio === ufficio,
  )
  if (!mine) return problem('not-found', 'ufficio')
  if (!one.servizi.includes(servizio as ServiceCode) || !settings.services.includes(servizio as Listed))
    return problem('beyond-own', 'servizio')
  if (!one.motivi.includes(motivo)) return problem('beyond-own', 'motivo')
  const office = await transaction
    .selectFrom('ufficio_ente')
    .select('name')
    .where('ente', '=', fruitore)
    .where('id', '=', ufficio)
    .executeTakeFirst()
  if (!office) return problem('not-found', 'ufficio')
  const request = ulid(+now)
  await transaction
    .insertInto('richiesta')
    .values({
      ...{ id: request, comune, fruitore, ufficio, convenzione: agreement },
      ...{ comune_nome: one.comuneNome, fruitore_nome: one.fruitoreNome, ufficio_nome: office.name },
      ...{ profilo: one.profilo, profilo_versione: one.profilo_versione, profilo_nome: one.nome },
      ...{ base_giuridica: one.base_giuridica, territorio: one.territorio, servizio, motivo, protocollo },
      ...{ autore: doer.person, autore_nome: name, stato: 'bozza', creata_at: now, cambiata_at: now },
      ...{ righe: 0, conteggi: '{}', insolita: false, silenzio: false, contro_silenzio: '[]', oggi_righe: 0, linea: 0 },
    })
    .execute()
  const detail = { comune, fruitore, ufficio, servizio }
  await append(transaction, doer, { deed: 'bulk.make', object: request, reason: motivo, detail }, now)
  return ok({ request })
}

/**
 * Takes the file of a draft, in place of the one before. A file that is refused leaves the draft as it was. Rows are sealed before
 * they are written.
 */
export async function takeFile(
  transaction: ConsoleTransaction,
  { doer }: Author,
  request: string,
  { bytes, encoding }: { bytes: Uint8Array; encoding: FileEncoding | null },
  { keys, reference, now }: { keys: SealingKeys; reference(person: string): string; now: Date },
): Promise<Result<Answer<'bulkFile'>, ConsoleProblem>> {
  const found = await transaction
    .selectFrom('richiesta')
    .innerJoin('profilo', (join) =>
      join.onRef('profilo.id', '=', 'richiesta.profilo').onRef('profilo.versione', '=', 'richiesta.profilo_versione'),
    )
    .select(['richiesta.stato', 'richiesta.servizio', 'richiesta.comune', 'richiesta.fruitore', 'richiesta.ufficio'])
    .select(['profilo.chiavi', 'profilo.provvisori', 'profilo.righe_max'])
    .where('richiesta.id', '=', request)
    .where('richiesta.autore', '=', doer.person)
    .forUpdate('richiesta')
    .executeTakeFirst()
  if (!found) return problem('not-found')
  if (found.stato !== 'bozza') return problem('conflict')
  const declares = consultationOf(found.servizio as Listed).declares ?? null
  const rules = {
    admitted: found.chiavi,
    answerable: answerable(found.servizio),
    provisional: found.provvisori,
    rowsMax: found.righe_max,
  }
  const today = italianDay(now)
  const intake = await readRows(bytes, { ...rules, declares }, today, encoding)
  if (!intake.ok) return ok({ refusal: intake.error, rows: 0, counts: {}, read: null })

  await transaction.deleteFrom('riga').where('richiesta', '=', request).execute()
  const { sealed, rows: seal } = makeKey(request, keys)
  const counts: Partial<Record<RowState, number>> = {}
  let chunk: ReturnType<typeof rowOf>[] = []
  const write = async () => {
    const column = (name: keyof ReturnType<typeof rowOf>) => sql`${chunk.map((row) => row[name])}::text[]`
    await sql`
      insert into riga (richiesta, n, stato, domanda, persona, giorno, chiave_cf, doppione_di, codice)
      select ${request}, told.n::integer, told.stato, told.domanda, told.persona, told.giorno, told.chiave_cf::boolean,
        told.doppione_di::integer, told.codice
      from unnest(${column('n')}, ${column('stato')}, ${column('domanda')}, ${column('persona')}, ${column('giorno')},
        ${column('chiave_cf')}, ${column('doppione_di')}, ${column('codice')})
        as told (n, stato, domanda, persona, giorno, chiave_cf, doppione_di, codice)`.execute(transaction)
    chunk = []
  }
  for await (const row of intake.value.walk()) {
    const made = rowOf(row, seal, reference, today)
    counts[made.stato] = (counts[made.stato] ?? 0) + 1
    if (chunk.push(made) === CHUNK) await write()
  }
  if (chunk.length > 0) await write()
  const digest = createHash('sha256').update(bytes).digest('hex')
  await transaction
    .updateTable('richiesta')
    .set({
      righe: intake.value.rows,
      conteggi: JSON.stringify(counts),
      file_sha256: digest,
      chiave: sealed,
      cambiata_at: now,
    })
    .where('id', '=', request)
    .execute()
  const { comune, fruitore, ufficio } = found
  const detail = { comune, fruitore, ufficio, rows: intake.value.rows, sha256: digest }
  await append(transaction, doer, { deed: 'bulk.file', object: request, detail }, now)
  return ok({ refusal: null, rows: intake.value.rows, counts, read: intake.value.read })
}

function rowOf(row: IntakeRow, seal: RowSeal, reference: (person: string) => string, today: string) {
  const { n, line, riferimento, chiave, valore } = row
  const isGood = row.formale === null
  const domanda: Domanda = {
    ...{ line, riferimento, chiave, valore, dataRiferimento: isGood ? row.dataRiferimento : null },
    ...(isGood && row.declared && { declared: row.declared }),
    ...(row.message && { message: row.message }),
  }
  const stato: RowState = !isGood ? 'formale' : row.doppioneDi === null ? 'da_fare' : 'doppione'
  return {
    n: String(n),
    stato,
    domanda: seal.seal(n, 'domanda', domanda),
    persona: isGood ? reference(valore) : null,
    giorno: isGood ? (row.dataRiferimento ?? today) : null,
    chiave_cf: String(isGood && chiave === 'CF'),
    doppione_di: isGood && row.doppioneDi !== null ? String(row.doppioneDi) : null,
    codice: isGood ? null : row.formale,
  }
}
