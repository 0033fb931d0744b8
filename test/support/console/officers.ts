import { createHmac, generateKeyPairSync } from 'node:crypto'
import { cpSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { PGlite } from '@electric-sql/pglite'
import { Kysely, PGliteDialect } from 'kysely'
import { pino } from 'pino'
import { ownFolder } from '../../../basics/temporary.ts'
import { checkLetter, idAnprCheck } from '../../../contract/identity.ts'
import { err, ok } from '../../../contract/result.ts'
import { createRegister } from '../../../gateway/access/register.ts'
import type { AnprFailure } from '../../../gateway/anpr/answers.ts'
import type { AnprCalls, AnprClient } from '../../../gateway/anpr/client.ts'
import { openAsActor } from '../../../gateway/console/as-actor.ts'
import { factsOf, send, validate } from '../../../gateway/console/bulk/decide.ts'
import { makeRequest, takeFile } from '../../../gateway/console/bulk/draft.ts'
import { linesAfter } from '../../../gateway/console/bulk/merkle.ts'
import { estimateFor } from '../../../gateway/console/bulk/read.ts'
import { tendRequests } from '../../../gateway/console/bulk/tend.ts'
import { createBulkWork, type ListSettings } from '../../../gateway/console/bulk/work.ts'
import { judgeRequests } from '../../../gateway/console/history/anomalies.ts'
import { NO_SIGHT, type Sight } from '../../../gateway/console/permissions/matrix.ts'
import { withConsole } from '../../../gateway/console/tables.ts'
import type { Tables } from '../../../gateway/store/schema.ts'
import { migratedDatabase } from '../gateway/database.ts'

const [COMUNE, FRUITORE, UFFICIO] = ['054050', 'USL2', 'PROTESI']
export const AUTHOR = { person: 'a'.repeat(43), role: 'STANDARD', session: null } as const
export const TOP = { person: 't'.repeat(43), role: 'TOP', session: null } as const
const OFFICE = [{ ente: FRUITORE, ufficio: UFFICIO, comune: COMUNE }]
export const MAKING: Sight = { ...NO_SIGHT, role: 'STANDARD', ufficiEnte: OFFICE }
export const VALIDATING: Sight = { ...NO_SIGHT, role: 'TOP', enti: [COMUNE] }

/** The nth of as many people as a test wants, none of whom exists. */
export function idOf(n: number): string {
  const first = n.toString(36).toUpperCase().padStart(8, '0')
  return first + idAnprCheck(first)
}
export function codeOf(n: number): string {
  const letters = Array.from({ length: 6 }, (_, at) => String.fromCharCode(65 + (Math.floor(n / 26 ** at) % 26))).join(
    '',
  )
  const first = `${letters}80A01H501`
  return first + checkLetter(first)
}

const silent = pino({ enabled: false })
const LISTS: ListSettings = {
  services: ['C007', 'C020', 'C030'],
  bulk: ['ElabMassivaVerificaDichEsistenzaInVita', 'ElabMassivaAccertamentoResidenza'],
  bulkFrom: 5,
}

export type Said =
  | { kind: 'told'; comune?: string; value?: string }
  | { kind: 'nobody' }
  | { kind: 'wait' }
  | { kind: 'closed' }

/** An ANPR that answers in this process, as a test has it; it keeps what it was asked. */
function ownAnpr() {
  const anpr = {
    asked: [] as { service: string; key: string; id: string; reason: string }[],
    lists: [] as { service: string; keys: string[]; cancelled: boolean }[],
    /** What is said of a key. */
    of: (_key: string, _service: string): Said => ({ kind: 'told' }),
    /** The rows of the file of a list; null: it goes on. */
    file: (keys: readonly string[]): readonly Record<string, string>[] | null =>
      keys.map((key) => ({
        [key.length === 9 ? 'idANPR' : 'codFiscale']: key,
        idOperazioneANPR: '77',
        errore: '',
        esistenzaInVita: 'S',
      })),
    taken: (): AnprFailure | null => null,
    /** Why a list cannot be cancelled now. */
    cancels: (): AnprFailure | null => null,
    onAsk: (): unknown => undefined,
  }
  const failureOf = (said: Exclude<Said, { kind: 'told' }>): AnprFailure =>
    said.kind === 'nobody'
      ? { kind: 'anpr-refused', code: 'EN122' }
      : { kind: said.kind === 'closed' ? 'anpr-closed' : 'anpr-unavailable', reason: 'test' }
  const trace = (n: number) => ({ operations: [String(n)], transactions: [`gw-${n}`], warnings: [] })
  const client: AnprClient = {
    as: (_asker, given) => {
      const ids = [...given]
      const next = async (service: string, key: string, reason: string | undefined) => {
        anpr.asked.push({ service, key, id: ids.shift() ?? '', reason: reason ?? '' })
        await anpr.onAsk()
        return { said: anpr.of(key, service), trace: trace(anpr.asked.length) }
      }
      const calls: Partial<AnprCalls> = {
        async personOf(code, question) {
          const { said, trace } = await next('C030', code, question?.reason)
          const at = Number.parseInt(
            [...code.slice(0, 6)]
              .reverse()
              .map((letter) => (letter.charCodeAt(0) - 65).toString(26))
              .join(''),
            26,
          )
          return { result: said.kind === 'told' ? ok({ idAnpr: idOf(at) }) : err(failureOf(said)), trace }
        },
        async tell(service, { idAnpr }, { reason }) {
          const { said, trace } = await next(service, idAnpr, reason)
          if (said.kind !== 'told') return { result: err(failureOf(said)), trace }
          const { comune = COMUNE, value = 'S' } = said
          const told = {
            infoSoggettoEnte: [{ valore: value }],
            residenza: [{ indirizzo: { comune: { codiceIstat: comune, nomeComune: 'SPELLO' } } }],
          }
          return { result: ok([told] as never), trace }
        },
        async beginBulk(service, _code, keys) {
          const failed = anpr.taken()
          if (failed) return { result: err(failed), trace: trace(0) }
          anpr.lists.push({ service, keys: [...keys], cancelled: false })
          await anpr.onAsk()
          return { result: ok(String(anpr.lists.length)), trace: trace(0) }
        },
        async bulkState(_service, job) {
          await anpr.onAsk()
          const list = anpr.lists[Number(job) - 1]
          const rows = list && anpr.file(list.keys)
          return { result: ok(rows ? { kind: 'file', rows } : { kind: list ? 'goes-on' : 'ended' }), trace: trace(0) }
        },
        async cancelBulk(_service, job) {
          const failed = anpr.cancels()
          if (failed) return { result: err(failed), trace: trace(0) }
          const list = anpr.lists[Number(job) - 1]
          if (list) list.cancelled = true
          return { result: ok(true), trace: trace(0) }
        },
      }
      return calls as AnprCalls
    },
    forget() {},
    async close() {},
  }
  return Object.assign(anpr, { client })
}

/**
 * A comune, a body with an office, an agreement and its people, over a database of their own and an ANPR in this process. It
 * goes as the console does, without its door.
 */
export async function openOfficers({ lists = LISTS }: { lists?: ListSettings } = {}) {
  const folder = ownFolder('totem-officers')
  cpSync(await migratedDatabase(), join(folder, 'database'), { recursive: true })
  const pglite = new PGlite(join(folder, 'database'))
  const db = withConsole(new Kysely<Tables>({ dialect: new PGliteDialect({ pglite }) }))
  const { asActor } = await openAsActor({ db, embedded: true }, null, silent)
  const anpr = ownAnpr()
  const clock = { now: new Date('2026-11-23T09:00:00.000Z') }
  const now = () => clock.now
  const reference = (person: string) => createHmac('sha256', 'test').update(person).digest('base64url')
  const register = createRegister({
    db,
    anpr: anpr.client,
    reference,
    loa: { totem: 'LOA3', counter: 'LOA3', console: 'LOA3' },
    now,
  })
  const keys = new Map([['k', generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey]])
  const open = { allowed: true }
  const allowance = async () => null
  const parts = {
    db,
    asActor,
    register,
    keys,
    reference,
    now,
    log: silent,
    settings: lists,
    mayBegin: async () => open.allowed,
  }
  const day = { dal: '2026-01-01', al: '2028-12-31' }
  const said = {
    proposed_by: 'installation',
    proposed_name: 'x',
    proposed_at: now(),
    approved_by: 'installation',
    approved_name: 'x',
    approved_at: now(),
  }
  await db
    .insertInto('ente')
    .values([
      { id: COMUNE, kind: 'comune', name: 'Spello', istat: COMUNE, patron: '05-30' },
      { id: FRUITORE, kind: 'fruitore', name: 'Azienda sanitaria', istat: null, patron: null },
    ])
    .execute()
  await db.insertInto('ufficio_ente').values({ ente: FRUITORE, id: UFFICIO, name: 'Protesi' }).execute()
  let made = 0
  async function factsNow(request: string) {
    const facts = await factsOf(db, request, now())
    if (!facts) throw new Error('no such request')
    return facts
  }
  return {
    db,
    asActor,
    anpr,
    clock,
    keys,
    reference,
    register,
    open,
    parts,
    /** An agreement with a profile of its own. */
    async agreement({
      territorio = 'italia',
      silenzio = null,
      services = ['C007', 'C020', 'C030'],
      rowsADay = 100_000,
      quote = {},
    }: {
      quote?: Partial<Record<'quota_persona' | 'quota_ufficio' | 'quota_mese', number>>
      territorio?: 'comune' | 'italia'
      silenzio?: { giorni: number; righeMax: number } | null
      services?: readonly string[]
      rowsADay?: number
    } = {}) {
      const [profilo, id] = [`P${++made}`, `01ARZ3NDEKTSV4RRFFQ6${String(made).padStart(6, '0')}`]
      await db
        .insertInto('profilo')
        .values({
          ...{
            id: profilo,
            versione: 1,
            comune: COMUNE,
            nome: 'Protesi',
            servizi: JSON.stringify(services),
            sezioni: '[]',
          },
          ...{ perche: '{}', chiavi: '["CF","ID"]', provvisori: false, motivi: '["Ausili"]', base_giuridica: 'L. 1' },
          ...{ territorio, righe_max: 100_000, righe_giorno: rowsADay, ...day, ...said },
        })
        .execute()
      await db
        .insertInto('convenzione')
        .values({
          ...{
            id,
            comune: COMUNE,
            fruitore: FRUITORE,
            base_giuridica: 'L. 1',
            protocollo: '1/2026',
            territorio,
            comuni: '[]',
          },
          ...{ silenzio_giorni: silenzio?.giorni ?? null, silenzio_righe_max: silenzio?.righeMax ?? null },
          ...{ profilo, profilo_versione: 1, ...quote, ...day, ...said },
        })
        .execute()
      return { id, profilo }
    },
    /** A draft with this file. */
    async draft(agreement: string, file: string, servizio = 'C007', doer: typeof AUTHOR = AUTHOR) {
      const author = { doer, name: 'Anna', sight: MAKING }
      const wish = { agreement, ufficio: UFFICIO, servizio, motivo: 'Ausili', protocollo: 'PROT 7/2026' }
      const made = await asActor(doer.person, MAKING, (t) => makeRequest(t, author, wish, lists, now()))
      if (!made.ok) throw new Error(made.error.kind)
      const { request } = made.value
      const taken = await asActor(doer.person, MAKING, (t) =>
        takeFile(t, author, request, { bytes: Buffer.from(file), encoding: null }, { keys, reference, now: now() }),
      )
      if (!taken.ok) throw new Error(taken.error.kind)
      if (taken.value.refusal) throw new Error(taken.value.refusal.kind)
      return request
    },
    async send(request: string, way: 'singole' | 'massivo' = 'singole') {
      const found = await db.selectFrom('richiesta').selectAll().where('id', '=', request).executeTakeFirstOrThrow()
      const estimate = await estimateFor({ db, allowance, settings: lists }, found, now())
      const facts = await factsNow(request)
      const days = (way === 'massivo' ? estimate.massivo : estimate.singole)?.days ?? null
      const doer = { ...AUTHOR, person: found.autore }
      return asActor(doer.person, MAKING, (t) =>
        send(t, { doer, name: 'Anna', sight: MAKING }, request, { way, days }, { ...facts, estimate, now: now() }),
      )
    },
    async validate(request: string, doer: { person: string; role: 'TOP'; session: null } = TOP) {
      const facts = await factsNow(request)
      return asActor(doer.person, VALIDATING, (t) =>
        validate(
          t,
          { doer, name: 'Tina', sight: VALIDATING },
          request,
          { reason: 'va bene' },
          { ...facts, now: now() },
        ),
      )
    },
    factsNow,
    /** Another process of the gateway. */
    work: () => createBulkWork(parts),
    tending: () => tendRequests(parts),
    /** Looks for anomalies in what was sent or has ended. */
    async judge() {
      const judging = judgeRequests(parts)
      await judging.look()
      await judging.stop()
    },
    async request(id: string) {
      return db.selectFrom('richiesta').selectAll().where('id', '=', id).executeTakeFirstOrThrow()
    },
    /** Lines of the access log for which entries of its audit vouch, and how many there are. */
    async lines(id: string): Promise<{ vouched: number; all: number }> {
      const entries = await db.selectFrom('console_audit').select('detail').where('object', '=', id).execute()
      const vouched = entries.reduce((sum, { detail }) => sum + Number((detail as { lines?: number }).lines ?? 0), 0)
      return { vouched, all: (await linesAfter(db as never, id, 0)).lines }
    },
    /**
     * A process of the gateway that dies at the step of this number: a question to ANPR, a transaction, or the word that it is
     * done never ends. `died` resolves then.
     */
    dying(point: number) {
      let steps = 0
      const { promise: died, resolve } = Promise.withResolvers<'died'>()
      const step = () => {
        if (steps++ < point) return undefined
        resolve('died')
        return new Promise<never>(() => undefined)
      }
      anpr.onAsk = step
      const stepping: typeof asActor = async (...given) => {
        await step()
        const done = await asActor(...given)
        await step()
        return done
      }
      return { died, work: createBulkWork({ ...parts, asActor: stepping }) }
    },
    rows: (id: string) => db.selectFrom('riga').selectAll().where('richiesta', '=', id).orderBy('n').execute(),
    async stop() {
      await db.destroy()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
export type Officers = Awaited<ReturnType<typeof openOfficers>>

/** Turns until nothing is to be done, the clock going on where the work waits. */
export async function workThrough(
  { clock, request }: Officers,
  work: { turn(): Promise<boolean> },
  id: string,
): Promise<string> {
  for (let turns = 0; turns < 400; turns++) {
    const { stato } = await request(id)
    if (!['convalidata', 'in_lavorazione'].includes(stato)) return stato
    if (!(await work.turn())) clock.now = new Date(+clock.now + 60_000)
  }
  throw new Error('the work does not end')
}
