import { setTimeout as delay } from 'node:timers/promises'
import type { z } from 'zod'
import { type Clock, italianDay } from '../../basics/time.ts'
import {
  type DatiAnagrafici,
  type DatiPersona,
  type DatiSoggetto,
  type richiestaE002,
  type richiestaMassiva,
  rispostaC029,
  rispostaCertificazione,
  rispostaE002OK,
  rispostaMassiva,
  rispostaPersona,
} from '../../contract/anpr.ts'
import { err, ok, type Result } from '../../contract/result.ts'
import { type AnprFailure, answerOf, failure, type Heard, NO_TRACE, NOT_NOW, traceOf } from './answers.ts'
import { type Breakers, createBreakers } from './breakers.ts'
import { type BulkState, bulkStateIn, endedIn, fileOf } from './bulk.ts'
import { type Certificate, certificateIn } from './certificate.ts'
import { certificazione, type Wish } from './certificazione.ts'
import { type Domicile, domicilesIn } from './inad.ts'
import type { BulkService, ConsultationCode, Listed, Service, Telling } from './services.ts'
import { type Asked, identified, isSaid, ownOf, type Sheet, sheetOf } from './subjects.ts'
import type { AnprCall, Answered, Asker, Transport } from './transport.ts'

/** `family` null: ANPR has told the person's own data, and no family that could be read. */
export interface OwnData {
  person: DatiAnagrafici
  family: Sheet | null
  /** idOperazioneANPR of the consultations, where ANPR gave one. */
  references: readonly string[]
}

/** A question about the register as it was on `day`. */
export interface Question {
  day: string
  /** Reference of the file for which an office asks. SECURITY: the Ministry logs it, so it names nobody. */
  reason?: string
  /** What is declared, for a service that compares it with the register. */
  declared?: Record<string, unknown>
}

/** ANPR's services, asked for one person. */
export interface AnprCalls {
  /** C030: the ID ANPR of this codice fiscale. */
  personOf(codiceFiscale: string, question?: Question): Promise<Heard<{ idAnpr: string }>>
  /** C021: the family sheet on which this person stands, in its order. */
  familyOf(asked: Asked): Promise<Heard<Sheet>>
  /** C029 and C021: what the register holds of a person and of their family. */
  ownDataOf(asked: Asked): Promise<Heard<OwnData>>
  /** What one service tells of one person, as the register was on a day. */
  tell(service: Telling, asked: Asked, question: Question): Promise<Heard<DatiPersona>>
  /** Base64 PDF, marked ANTEPRIMA. */
  preview(wish: Wish): Promise<Heard<string>>
  /**
   * Are these two alive? C019 of the subject, and of a requester who is another person C007, which says yes or no. A
   * death shows here one or two days before it shows elsewhere. Where ANPR says no, this is refused as ANPR would.
   */
  alive(wish: Pick<Wish, 'subject' | 'requester'>): Promise<Heard<true>>
  /** Hands a list of codici fiscali or ID ANPR to a bulk service, and hears by which id the job is asked after. */
  beginBulk(service: BulkService, code: Listed, keys: readonly string[], question: Question): Promise<Heard<string>>
  bulkState(service: BulkService, job: string): Promise<Heard<BulkState>>
  /** Ends a job. One that ANPR does not have is ended too. */
  cancelBulk(service: BulkService, job: string): Promise<Heard<true>>
  /** INAD: where this person has their digital domicile. */
  domicilesOf(codiceFiscale: string): Promise<Heard<readonly Domicile[]>>
  /** Issues, once for each `operation`, ANPR's id of it: ANPR answers a repeated id with the certificate already issued. */
  issue(operation: string, wish: Wish): Promise<Heard<Certificate>>
}

export interface AnprClient {
  /** `ids`: an `idOperazioneClient` that was never used for each question, `issue` left out. */
  as(asker: Asker, ids: Iterable<string>): AnprCalls
  /** Whoever asked has left: what was got in their name is dropped. */
  forget(asker: Asker): void
  /** Cuts what is under way. */
  close(): Promise<void>
}

/** `motivoRichiesta` of what a person asks for themselves. */
const OWN_REASON = 'TOTEM-POLIS'
const datiRichiesta = (casoUso: ConsultationCode, { day, reason = OWN_REASON }: Question) => ({
  ...{ dataRiferimentoRichiesta: day, motivoRichiesta: reason, casoUso },
})
/** A call is made so often while ANPR says "not now"; each has the same id. */
const TRIES = 3
const PAUSE_MS = 400

/** `onAnswer` hears of each question that ended: which service, how, how long it took, and the code of why it failed. */
export function createAnprClient({
  transport,
  breakers = createBreakers(),
  now,
  pause = (ms) => delay(ms),
  onAnswer = () => {},
}: {
  transport: Transport
  breakers?: Breakers
  now: Clock
  pause?: (ms: number) => Promise<unknown>
  onAnswer?: (service: Service, answer: 'ok' | AnprFailure['kind'], ms: number, reason: string | null) => void
}): AnprClient {
  function callsOf(asker: Asker, ids: Iterable<string>): AnprCalls {
    const unused = ids[Symbol.iterator]()
    function nextId(): string {
      const { value, done } = unused.next()
      if (done) throw new Error('a look has more questions than ids')
      return value
    }

    const post = <T, U>(
      service: Service,
      operation: string,
      body: unknown,
      schema: z.ZodType<T>,
      read: (answer: T) => Result<U, AnprFailure>,
    ): Promise<Heard<U>> =>
      call({ service, method: 'POST', operation, body }, (answered) => answerOf(answered, schema), read)

    async function call<T, U>(
      asked: Omit<AnprCall, 'asker'>,
      hear: (answered: Answered) => Heard<T>,
      read: (answer: T) => Result<U, AnprFailure>,
    ): Promise<Heard<U>> {
      const { service } = asked
      const began = performance.now()
      let answered = await once()
      for (let tries = 1; tries < TRIES && isPassing(answered.result); tries++) {
        await pause(PAUSE_MS * 2 ** tries * Math.random())
        const { result, trace } = await once()
        answered = { result, trace: traceOf(answered.trace, trace) }
      }
      const result = answered.result.ok ? read(answered.result.value) : answered.result
      const ms = performance.now() - began
      if (result.ok) onAnswer(service, 'ok', ms, null)
      else onAnswer(service, result.error.kind, ms, result.error.kind === 'anpr-refused' ? null : result.error.reason)
      return { result, trace: answered.trace }

      async function once(): Promise<Heard<T>> {
        return breakers.through(service, async () => {
          const reply = await transport.post({ ...asked, asker })
          return reply.ok ? hear(reply.value) : { result: reply, trace: NO_TRACE }
        })
      }
    }

    async function consult<T extends { listaSoggetti?: unknown; listaAnomalie?: unknown }, U>(
      service: ConsultationCode,
      criteriRicerca: z.infer<typeof richiestaE002>['criteriRicerca'],
      schema: z.ZodType<T>,
      read: (answer: T) => Result<U, AnprFailure>,
      question: Question = { day: italianDay(now()) },
    ): Promise<Heard<U>> {
      const body: z.infer<typeof richiestaE002> = {
        idOperazioneClient: nextId(),
        criteriRicerca,
        datiRichiesta: datiRichiesta(service, question),
        ...(question.declared && { verifica: question.declared }),
      }
      return post(service, '/anpr-service-e002', body, schema, read)
    }

    const sheetFor = (asked: Asked) =>
      consult('C021', { idANPR: asked.idAnpr }, rispostaE002OK, (answer) => sheetOf(subjectsIn(answer), asked))
    const isAlive = (service: 'C007' | 'C019', idAnpr: string, code: string): Promise<Heard<true>> =>
      consult(service, { idANPR: idAnpr }, rispostaE002OK, (answer) => {
        const said = isSaid(subjectsIn(answer), { idAnpr, isTheirs: () => null }, ALIVE)
        if (!said.ok) return said
        // What the register does not say refuses nobody.
        return said.value === 'no' ? err({ kind: 'anpr-refused', code }) : ok(true)
      })

    async function certify(id: string, wish: Wish, emissione: '2' | '3'): Promise<Heard<Certificate>> {
      const body = certificazione(id, wish, emissione)
      return post('ANPR-Certificazione', '/certificati', body, rispostaCertificazione, (answer) =>
        certificateIn(answer, wish),
      )
    }

    return {
      personOf: (codiceFiscale, question) =>
        consult(
          ...(['C030', { codiceFiscale }, rispostaE002OK] as const),
          (answer) => identified(subjectsIn(answer), codiceFiscale),
          question,
        ),
      familyOf: sheetFor,
      tell: (service, asked, question) =>
        consult(
          ...([service, { idANPR: asked.idAnpr }, rispostaPersona] as const),
          (answer) => ownOf(subjectsIn(answer), asked),
          question,
        ),
      async ownDataOf(asked) {
        const [own, family] = await Promise.all([
          consult('C029', { idANPR: asked.idAnpr }, rispostaC029, (answer) => ownOf(subjectsIn(answer), asked)),
          sheetFor(asked),
        ])
        const trace = traceOf(own.trace, family.trace)
        if (!own.result.ok) return { result: own.result, trace }
        // Without an answer the family may come later. One that ANPR refuses or that nobody can read is left out.
        if (!family.result.ok && !isDecided(family.result.error)) return { result: family.result, trace }
        const sheet = family.result.ok ? family.result.value : null
        const references = [...own.trace.operations, ...(sheet ? family.trace.operations : [])]
        return { result: ok({ person: own.result.value, family: sheet, references }), trace }
      },
      async preview(wish) {
        const { result, trace } = await certify(nextId(), wish, '3')
        return { result: result.ok ? ok(result.value.pdf) : result, trace }
      },
      async alive({ subject, requester }) {
        const answers = await Promise.all([
          isAlive('C019', subject, SUBJECT_DEAD),
          ...(requester === subject ? [] : [isAlive('C007', requester, REQUESTER_DEAD)]),
        ])
        const failed = answers.find(({ result }) => !result.ok)
        return { result: failed?.result ?? ok(true), trace: traceOf(...answers.map(({ trace }) => trace)) }
      },
      domicilesOf(codiceFiscale) {
        const operation = `/extract/${codiceFiscale}?practicalReference=${nextId()}`
        return call(
          { service: 'INAD', method: 'GET', operation, body: null },
          (answered) => domicilesIn(answered, codiceFiscale, now()),
          ok,
        )
      },
      async beginBulk(service, code, keys, question) {
        const body: z.infer<typeof richiestaMassiva> = {
          idOperazioneClient: nextId(),
          fileInput: await fileOf(keys),
          datiRichiesta: datiRichiesta(code, question),
          // Uncertain: the one value that was seen (italia/anpr issue 4826).
          tipoRicerca: '1',
        }
        return post(service, '/anpr-massivo-e002-richiesta', body, rispostaMassiva, ({ idOperazioneANPR: job }) =>
          job !== undefined && /^[\w-]{1,64}$/.test(job) ? ok(job) : failure('anpr-unreadable', 'no-job'),
        )
      },
      bulkState: (service, job) =>
        call(
          { service, method: 'GET', operation: `/anpr-massivo-e002-download/resource/${job}`, body: null },
          bulkStateIn,
          ok,
        ),
      cancelBulk: (service, job) =>
        call(
          { service, method: 'DELETE', operation: `/anpr-massivo-e002-delete/resource/${job}`, body: null },
          endedIn,
          ok,
        ),
      async issue(operation, wish) {
        const { result, trace } = await certify(operation, wish, '2')
        // The receipt names it, and the ufficio anagrafe finds the certificate by it.
        if (result.ok && result.value.protocol === '')
          return { result: failure('anpr-unreadable', 'no-protocol'), trace }
        return { result, trace }
      },
    }
  }

  return { as: callsOf, forget: (asker) => transport.forget(asker), close: () => transport.close() }
}

/** The answer about life, in C007 as in C019. */
const ALIVE = { id: '1003', key: /esistenza in vita/i }
const SUBJECT_DEAD = 'EN228'
const REQUESTER_DEAD = 'EN170'

/** May the next try, in a moment, bring an answer? Uncertain of 999: it also answers what ANPR never accepts. */
const isPassing = (result: Result<unknown, AnprFailure>): boolean =>
  !result.ok &&
  (result.error.kind === 'anpr-busy' ||
    (result.error.kind === 'anpr-refused' && result.error.code === NOT_NOW) ||
    (result.error.kind === 'anpr-unavailable' && result.error.reason === `anpr-${NOT_NOW}`))

/** Did ANPR answer this question, well or ill? */
const isDecided = ({ kind }: AnprFailure): boolean =>
  kind === 'anpr-refused' || kind === 'anpr-unreadable' || kind === 'anpr-other-person'

const subjectsIn = <S extends DatiSoggetto>({
  listaSoggetti,
}: {
  listaSoggetti?: { datiSoggetto?: S[] | undefined } | undefined
}): S[] => listaSoggetti?.datiSoggetto ?? []
