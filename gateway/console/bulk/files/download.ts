import { createHash, randomBytes } from 'node:crypto'
import { sql } from 'kysely'
import type { Clock } from '../../../../basics/time.ts'
import { italianDay, MINUTE_MS } from '../../../../basics/time.ts'
import { PART_ROWS, type ResultForm } from '../../../../contract/console/bulk-file.ts'
import type { ConsoleProblem, ConsoleProblemKind } from '../../../../contract/console/problem.ts'
import { err, ok } from '../../../../contract/result.ts'
import type { Listed } from '../../../anpr/services.ts'
import type { SealingKeys } from '../../../sealing/sealing.ts'
import { append } from '../../audit/chain.ts'
import type { Ask, Download, Handlers } from '../../route.ts'
import type { ConsoleTransaction } from '../../tables.ts'
import { waysOf } from '../ask.ts'
import { openKey } from '../seal.ts'
import { answersOf } from './answers.ts'
import { pageOf } from './page.ts'
import { csvOf, type Digest, told } from './results.ts'
import { xlsxOf } from './xlsx.ts'
import { zipOf } from './zip.ts'

const problem = (kind: ConsoleProblemKind, field: string | null = null) => err<ConsoleProblem>({ kind, field })

/** A link opens its file once, and so long. */
const LINK_MS = 5 * MINUTE_MS
/** Requests that have answers, whole or in part; their rows are there until they are erased. */
const ANSWERED = ['completata', 'completata_con_riserve', 'fallita', 'annullata'] as const

const hashOf = (token: string) => createHash('sha256').update(token).digest('hex')

/** A request with its profile, in sight of its author alone. */
async function requestFor(transaction: ConsoleTransaction, id: string, person: string) {
  const one = await transaction
    .selectFrom('richiesta')
    .innerJoin('profilo', (join) =>
      join.onRef('profilo.id', '=', 'richiesta.profilo').onRef('profilo.versione', '=', 'richiesta.profilo_versione'),
    )
    .selectAll('richiesta')
    .select('profilo.sezioni')
    .where('richiesta.id', '=', id)
    .where('richiesta.autore', '=', person)
    // SECURITY: who works in another office now leaves this one's answers behind.
    .where(sql<boolean>`console_ufficio(richiesta.comune, richiesta.fruitore, richiesta.ufficio)`)
    .where('richiesta.stato', 'in', ANSWERED)
    .executeTakeFirst()
  return one?.chiave && one.iniziata_at ? { ...one, chiave: one.chiave } : null
}
type Answered = NonNullable<Awaited<ReturnType<typeof requestFor>>>

interface File {
  form: ResultForm
  part: number
  name: string
}

/** What a request's answers can be fetched as. Names hold the day and the request, and nobody. */
function filesOf({ id, righe, iniziata_at }: Answered): File[] {
  const base = `consultazione-${italianDay(iniziata_at ?? new Date(0))}-${id}`
  const parts = Math.ceil(righe / PART_ROWS)
  const one = (form: ResultForm, end: string): File => ({ form, part: 1, name: `${base}-${end}` })
  return [
    ...Array.from(
      { length: parts },
      (_, at): File => ({
        ...{ form: 'csv', part: at + 1 },
        name: `${base}-esito${parts > 1 ? `-${at + 1}` : ''}.csv`,
      }),
    ),
    ...(righe <= PART_ROWS ? [one('xlsx', 'esito.xlsx')] : []),
    ...(righe === 1 ? [one('pdf', 'esito.pdf')] : []),
    one('riepilogo', 'riepilogo.json'),
    one('zip', 'esito.zip'),
  ]
}

const TYPES: Record<ResultForm, string> = {
  ...{ csv: 'text/csv; charset=utf-8', pdf: 'application/pdf', zip: 'application/zip', riepilogo: 'application/json' },
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
}

/**
 * The answers as files. None is kept: each is made of the sealed rows while it leaves, the same bytes each time but for
 * workbook and archive, so that the erasure of a request's key erases them all.
 */
export function downloadHandlers({
  keys,
  now,
}: {
  keys: SealingKeys
  now: Clock
}): Pick<Handlers, 'resultFiles' | 'makeDownload' | 'download'> {
  return {
    resultFiles: async ({ params: { request }, session: { person }, seen }) => {
      const one = await seen((transaction) => requestFor(transaction, request, person))
      return one ? ok({ files: filesOf(one) }) : problem('not-found')
    },

    makeDownload: async ({ params: { request }, body: { form, part }, doer, seen }) =>
      seen(async (transaction) => {
        const one = await requestFor(transaction, request, doer.person)
        const file = one && filesOf(one).find((each) => each.form === form && each.part === part)
        if (!file) return problem('not-found')
        const download = randomBytes(32).toString('base64url')
        const until = new Date(+now() + LINK_MS)
        await transaction.deleteFrom('scarico').where('scade_at', '<', now()).execute()
        await transaction
          .insertInto('scarico')
          .values({
            impronta: hashOf(download),
            richiesta: request,
            forma: form,
            parte: part,
            persona: doer.person,
            scade_at: until,
          })
          .execute()
        return ok({ download, name: file.name, until: until.toISOString() })
      }),

    download: async (ask) => {
      const { params, session, seen } = ask
      const found = await seen(async (transaction) => {
        // Taken as it is read: of two who come with one link, one has it.
        const link = await transaction
          .deleteFrom('scarico')
          .where('impronta', '=', hashOf(params.download))
          .where('persona', '=', session.person)
          .where('scade_at', '>', now())
          .returning(['richiesta', 'forma', 'parte'])
          .executeTakeFirst()
        const one = link && (await requestFor(transaction, link.richiesta, session.person))
        const file = one && filesOf(one).find(({ form, part }) => form === link.forma && part === link.parte)
        if (!one || !file) return null
        // Who breaks off before the last piece has what went before it.
        const { comune, fruitore, ufficio } = one
        const detail = { comune, fruitore, ufficio, file: file.name, rows: one.righe }
        await append(transaction, ask.doer, { deed: 'bulk.download-begun', object: one.id, detail }, now())
        return { one, file }
      })
      return found ? sent(found.one, found.file, ask) : problem('not-found')
    },
  }

  async function sent(one: Answered, file: File, { doer, stillSeen }: Ask<'download'>) {
    const seal = openKey(one.id, one.chiave, keys)
    if (!seal) return problem('not-found')
    const ways = waysOf(one.servizio as Listed, one.sezioni)
    const rows = (from: number, to: number) =>
      answersOf({ id: one.id, rows: { from, to: Math.min(to, one.righe) }, seal }, stillSeen)
    const csv = (part: number) => csvOf(rows((part - 1) * PART_ROWS + 1, part * PART_ROWS), ways)
    const csvs = filesOf(one).filter(({ form }) => form === 'csv')
    const at = one.finita_at ?? one.cambiata_at

    async function* account(told: ReadonlyMap<string, Digest>): AsyncGenerator<string> {
      const digests = new Map(told)
      for (const { name, part } of csvs)
        if (!digests.has(name)) for await (const _ of digested(csv(part), (digest) => digests.set(name, digest)));
      yield `${JSON.stringify(accountOf(one, csvs, digests), null, 2)}\n`
    }
    async function* whole(): AsyncGenerator<string | Uint8Array> {
      if (file.form === 'csv') yield* csv(file.part)
      else if (file.form === 'xlsx') yield await xlsxOf(rows(1, one.righe), ways)
      else if (file.form === 'riepilogo') yield* account(new Map())
      else if (file.form === 'pdf') {
        for await (const row of rows(1, 1)) yield await pageOf(row, ways, headOf(one), at)
      } else {
        const digests = new Map<string, Digest>()
        const packed = csvs.map(({ name, part }) => ({
          name,
          pieces: () => digested(csv(part), (digest) => digests.set(name, digest)),
        }))
        const riepilogo = filesOf(one).find(({ form }) => form === 'riepilogo')
        yield* zipOf([...packed, { name: riepilogo?.name ?? '', pieces: () => account(digests) }], at)
      }
    }
    const { comune, fruitore, ufficio } = one
    const text = told(whole(), ({ sha256, bytes }) =>
      stillSeen((transaction) => {
        const detail = { comune, fruitore, ufficio, file: file.name, rows: one.righe, bytes, sha256 }
        return append(transaction, doer, { deed: 'bulk.downloaded', object: one.id, detail }, now())
      }),
    )
    return ok<Download>({ name: file.name, type: TYPES[file.form], text })
  }
}

const digested = (pieces: AsyncIterable<string>, tell: (digest: Digest) => void) =>
  told(pieces, (digest) => void tell(digest))

/** What the request was, and how each row ended: what one shows who asks later for an account of the files. */
function accountOf(one: Answered, csvs: readonly File[], digests: ReadonlyMap<string, Digest>) {
  const at = (date: Date | null) => date?.toISOString() ?? null
  return {
    richiesta: one.id,
    ...{ comune: one.comune_nome, fruitore: one.fruitore_nome, ufficio: one.ufficio_nome },
    ...{ servizio: one.servizio, motivo: one.motivo, protocollo: one.protocollo, baseGiuridica: one.base_giuridica },
    profilo: { nome: one.profilo_nome, versione: one.profilo_versione },
    convalida: {
      come: one.convalida_come,
      da: one.convalidata_nome,
      alle: at(one.convalidata_at),
      perche: one.convalida_perche,
    },
    ...{ inviataAlle: at(one.inviata_at), iniziataAlle: at(one.iniziata_at), finitaAlle: at(one.finita_at) },
    ...{ stato: one.stato, righe: one.righe, esiti: one.conteggi, fileInviatoSha256: one.file_sha256 },
    file: csvs.map(({ name }) => ({ nome: name, byte: digests.get(name)?.bytes, sha256: digests.get(name)?.sha256 })),
  }
}

const headOf = (one: Answered) => ({
  ...{ richiesta: one.id, comune: one.comune_nome, fruitore: one.fruitore_nome, ufficio: one.ufficio_nome },
  ...{ servizio: one.servizio, motivo: one.motivo, protocollo: one.protocollo, baseGiuridica: one.base_giuridica },
})
