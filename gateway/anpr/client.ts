import { ulid } from 'ulid'
import { Agent, request } from 'undici'
import type { z } from 'zod'
import { italianDay } from '../../basics/time.ts'
import { settlementOf } from '../../catalogue/bollo.ts'
import { sheetConflict } from '../../catalogue/certificates.ts'
import {
  type DatiAnagrafici,
  type datiSoggetto,
  type richiestaCertificazione,
  type richiestaE002,
  rispostaC029,
  rispostaCertificazione,
  rispostaE002OK,
  rispostaErrori,
} from '../../contract/anpr.ts'
import type { Bollo } from '../../contract/bollo.ts'
import type { CertificateRequest } from '../../contract/gateway.ts'
import { err, ok, type Result } from '../../contract/result.ts'

/**
 * `anpr-refused`: ANPR has decided, and `code` is its own (e.g. EN169). `anpr-unavailable`: no answer came, or none
 * that can be read; asking again with the same operation id is safe. `reason` is a code for the log.
 */
export type AnprFailure = { kind: 'anpr-refused'; code: string } | { kind: 'anpr-unavailable'; reason: string }

interface Wish {
  requester: string
  subject: string
  types: CertificateRequest['types']
  bollo: Bollo
}

export interface Issued {
  /** Base64 of the PDF, as ANPR sent it. */
  pdf: string
  protocol: string
  idOperazioneAnpr: string
}

type Subject = z.infer<typeof datiSoggetto>

/** `references`: idOperazioneANPR of the two consultations. */
export interface OwnData {
  person: DatiAnagrafici
  family: Subject[]
  references: readonly [string, string]
}

export interface AnprClient {
  /** C030: who this codice fiscale is. */
  personOf(codiceFiscale: string): Promise<Result<Subject, AnprFailure>>
  /** C021: the family sheet, in its order. */
  familyOf(idAnpr: string): Promise<Result<Subject[], AnprFailure>>
  /** C029 and C021: what the register holds of a person and of their family. */
  ownDataOf(idAnpr: string): Promise<Result<OwnData, AnprFailure>>
  /** Base64 PDF, marked ANTEPRIMA. */
  preview(wish: Wish): Promise<Result<string, AnprFailure>>
  /** Issues, once for each `operation`: ANPR answers a repeated id with the certificate already issued. */
  issue(operation: string, wish: Wish): Promise<Result<Issued, AnprFailure>>
  /** Cuts what is under way. */
  close(): Promise<void>
}

// ANPR counts connections per consumer: a batch of fifty must not become fifty connections.
const CONNECTIONS = 16
// Certificates are 30 to 200 KB, base64; the rest is small.
const MAX_ANSWER_BYTES = 8 * 1024 * 1024

const unavailable = (reason: string) => err<AnprFailure>({ kind: 'anpr-unavailable', reason })

/** `onAnswer` hears of each call that ended: which service, how, and how long it took. */
export function createAnprClient({
  url,
  timeoutMs,
  onAnswer = () => {},
}: {
  url: string
  timeoutMs: number
  onAnswer?: (service: string, answer: 'ok' | AnprFailure['kind'], ms: number) => void
}): AnprClient {
  const agent = new Agent({
    connections: CONNECTIONS,
    maxResponseSize: MAX_ANSWER_BYTES,
    // SECURITY: written out, since NODE_TLS_REJECT_UNAUTHORIZED=0 changes the default.
    connect: { rejectUnauthorized: true },
  })

  async function post<T>(path: string, body: unknown, answer: z.ZodType<T>): Promise<Result<T, AnprFailure>> {
    const began = performance.now()
    const result = await exchange(path, body, answer)
    // The service's code comes first: C021, C029, C030 or ANPR.
    const [service = ''] = path.split('-')
    onAnswer(service, result.ok ? 'ok' : result.error.kind, performance.now() - began)
    return result
  }

  async function exchange<T>(path: string, body: unknown, answer: z.ZodType<T>): Promise<Result<T, AnprFailure>> {
    let status: number
    let json: unknown
    try {
      const response = await request(new URL(path, url), {
        method: 'POST',
        dispatcher: agent,
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
        signal: AbortSignal.timeout(timeoutMs),
      })
      status = response.statusCode
      json = await response.body.json()
    } catch (failure) {
      return unavailable(reasonOf(failure))
    }
    if (status === 200) {
      const parsed = answer.safeParse(json)
      return parsed.success ? ok(parsed.data) : unavailable('answer-malformed')
    }
    if (status !== 400 && status !== 404) return unavailable(`http-${status}`)
    const refused = rispostaErrori.safeParse(json)
    const code = refused.success ? refused.data.listaErrori.errore[0]?.codiceErroreAnomalia : undefined
    return code === undefined ? unavailable('answer-malformed') : err({ kind: 'anpr-refused', code })
  }

  const consult = <T>(service: keyof typeof SERVICES, criteri: Criteria, answer: z.ZodType<T>) =>
    post(
      `${SERVICES[service]}/v1/anpr-service-e002`,
      {
        // A consultation changes nothing, so each has an id of its own.
        idOperazioneClient: ulid(),
        criteriRicerca: criteri,
        datiRichiesta: {
          dataRiferimentoRichiesta: italianDay(new Date()),
          motivoRichiesta: 'TOTEM-POLIS',
          casoUso: service,
        },
      } satisfies z.infer<typeof richiestaE002>,
      answer,
    )
  const subjects = async (service: 'C030' | 'C021', criteri: Criteria) => {
    const found = await consult(service, criteri, rispostaE002OK)
    if (!found.ok) return found
    const { idOperazioneANPR: reference, listaSoggetti } = found.value
    const [first, ...rest] = listaSoggetti.datiSoggetto
    return first ? ok({ reference, first, rest }) : unavailable('answer-malformed')
  }

  const certify = async (idOperazioneClient: string, wish: Wish, emissione: '2' | '3') => {
    // ANPR is not asked for what it always refuses.
    const code = sheetConflict(wish.types)
    if (code !== null) return err<AnprFailure>({ kind: 'anpr-refused', code })
    const body = certificazione(idOperazioneClient, wish, emissione)
    return post('ANPR-Certificazione/v2/certificati', body, rispostaCertificazione)
  }

  return {
    async personOf(codiceFiscale) {
      const found = await subjects('C030', { codiceFiscale })
      return found.ok ? ok(found.value.first) : found
    },
    async familyOf(idANPR) {
      const found = await subjects('C021', { idANPR })
      return found.ok ? ok([found.value.first, ...found.value.rest]) : found
    },
    async ownDataOf(idANPR) {
      const [own, family] = await Promise.all([consult('C029', { idANPR }, rispostaC029), subjects('C021', { idANPR })])
      if (!own.ok) return own
      if (!family.ok) return family
      const [person] = own.value.listaSoggetti.datiSoggetto
      // SECURITY: nobody may see another person's data, whoever has mixed the answers up.
      if (person?.identificativi.idANPR !== idANPR) return unavailable('answer-malformed')
      const { first, rest, reference } = family.value
      return ok({ person, family: [first, ...rest], references: [own.value.idOperazioneANPR, reference] })
    },
    async preview(wish) {
      const answer = await certify(ulid(), wish, '3')
      if (!answer.ok) return answer
      const { certificatoPdf } = answer.value.file
      return isPdf(certificatoPdf) ? ok(certificatoPdf) : unavailable('answer-malformed')
    },
    async issue(operation, wish) {
      const answer = await certify(operation, wish, '2')
      if (!answer.ok) return answer
      const { file, protocolloANPR, idOperazioneANPR } = answer.value
      if (!protocolloANPR || !isPdf(file.certificatoPdf)) return unavailable('answer-malformed')
      return ok({
        pdf: file.certificatoPdf,
        protocol: protocolloANPR.numeroProtocolloANPR,
        idOperazioneAnpr: idOperazioneANPR,
      })
    },
    close: () => agent.destroy(),
  }
}

const SERVICES = {
  C021: 'C021-servizioAccertamentoStatoFamiglia',
  C029: 'C029-servizioAccertamentoDatiAnagrafici',
  C030: 'C030-servizioAccertamentoIdUnicoNazionale',
} as const

type Criteria = z.infer<typeof richiestaE002>['criteriRicerca']

/**
 * The request of ANPR's certification service (6001, flattened): issue by internet (2) or preview (3). Amounts are in
 * cents.
 */
function certificazione(
  idOperazioneClient: string,
  { requester, subject, types, bollo }: Wish,
  emissione: '2' | '3',
): z.infer<typeof richiestaCertificazione> {
  const { cents, esenzioneBollo, bolloVirtuale } = settlementOf(bollo)
  return {
    idOperazioneClient,
    linguaCertificato: { tipoLinguaCertificato: ['IT'] },
    listaTipiCertificati: { tipoCertificato: types },
    soggettoIntestatario: { idANPR: subject },
    richiedente: { idANPR: requester },
    tipoRichiedente: requester === subject ? '2' : '1',
    tipoRichiesta: '1',
    esenzioneBollo,
    // Uncertain: whether ANPR takes 1 beside a use that table 39 does not free of diritti, and an amount of nothing.
    esenzioneDiritti: cents.diritti === 0 ? '1' : '0',
    bollo: String(cents.bollo),
    ...(bolloVirtuale && { bolloVirtuale }),
    diritti: String(cents.diritti),
    paEstera: '0',
    emissione,
  }
}

/** The beginning of "%PDF-" in base64: as many whole characters as do not depend on what follows. */
const isPdf = (base64: string): boolean => base64.startsWith('JVBERi0')

function reasonOf(failure: unknown): string {
  if (failure instanceof SyntaxError) return 'answer-malformed'
  const { name, code } = failure as { name?: string; code?: unknown }
  return typeof code === 'string' ? code : (name ?? 'unknown')
}
