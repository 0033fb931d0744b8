import { ulid } from 'ulid'
import type { z } from 'zod'
import { italianDay } from '../../basics/time.ts'
import { sheetConflict } from '../../catalogue/certificates.ts'
import {
  type DatiAnagrafici,
  type richiestaE002,
  rispostaC029,
  rispostaCertificazione,
  rispostaE002OK,
} from '../../contract/anpr.ts'
import { base64 } from '../../contract/identity.ts'
import { err, ok, type Result } from '../../contract/result.ts'
import { type AnprFailure, answerOf, failure } from './answers.ts'
import { certificazione, type Wish } from './certificazione.ts'
import { type Asked, identified, ownOf, type Sheet, sheetOf } from './subjects.ts'
import type { Asker, ServiceCode, Transport } from './transport.ts'

export interface Issued {
  /** Base64 of the PDF, as ANPR sent it. */
  pdf: string
  protocol: string
  idOperazioneAnpr: string
}

/** `family` null: ANPR has told the person's own data, and no family that could be read. */
export interface OwnData {
  person: DatiAnagrafici
  family: Sheet | null
  /** idOperazioneANPR of the consultations, where ANPR gave one. */
  references: readonly string[]
}

/** ANPR's services, asked for one person. */
export interface AnprCalls {
  /** C030: the ID ANPR of this codice fiscale. */
  personOf(codiceFiscale: string): Promise<Result<{ idAnpr: string }, AnprFailure>>
  /** C021: the family sheet on which this person stands, in its order. */
  familyOf(asked: Asked): Promise<Result<Sheet, AnprFailure>>
  /** C029 and C021: what the register holds of a person and of their family. */
  ownDataOf(asked: Asked): Promise<Result<OwnData, AnprFailure>>
  /** Base64 PDF, marked ANTEPRIMA. */
  preview(wish: Wish): Promise<Result<string, AnprFailure>>
  /** Issues, once for each `operation`: ANPR answers a repeated id with the certificate already issued. */
  issue(operation: string, wish: Wish): Promise<Result<Issued, AnprFailure>>
}

export interface AnprClient {
  as(asker: Asker): AnprCalls
  /** Cuts what is under way. */
  close(): Promise<void>
}

/** `onAnswer` hears of each call that ended: which service, how, how long it took, and the code of why it failed. */
export function createAnprClient({
  transport,
  onAnswer = () => {},
}: {
  transport: Transport
  onAnswer?: (service: ServiceCode, answer: 'ok' | AnprFailure['kind'], ms: number, reason: string | null) => void
}): AnprClient {
  return {
    as: (asker) => callsOf(transport, asker, onAnswer),
    close: () => transport.close(),
  }
}

function callsOf(
  transport: Transport,
  asker: Asker,
  onAnswer: NonNullable<Parameters<typeof createAnprClient>[0]['onAnswer']>,
): AnprCalls {
  async function post<T, U>(
    service: ServiceCode,
    operation: string,
    body: unknown,
    answer: z.ZodType<T>,
    read: (answer: T) => Result<U, AnprFailure>,
  ): Promise<Result<U, AnprFailure>> {
    const began = performance.now()
    const answered = await transport.post({ service, operation, body, asker })
    const understood = answered.ok ? answerOf(answered.value.status, answered.value.body, answer) : answered
    const result = understood.ok ? read(understood.value) : understood
    const ms = performance.now() - began
    if (result.ok) onAnswer(service, 'ok', ms, null)
    else onAnswer(service, result.error.kind, ms, result.error.kind === 'anpr-refused' ? null : result.error.reason)
    return result
  }

  const consult = <T, U>(
    service: 'C021' | 'C029' | 'C030',
    criteri: Criteria,
    answer: z.ZodType<T>,
    read: (answer: T) => Result<U, AnprFailure>,
  ) =>
    post(
      service,
      '/anpr-service-e002',
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
      read,
    )
  const sheetFor = (asked: Asked) =>
    consult('C021', { idANPR: asked.idAnpr }, rispostaE002OK, ({ listaSoggetti, idOperazioneANPR: reference }) => {
      const sheet = sheetOf(listaSoggetti?.datiSoggetto ?? [], asked)
      return sheet.ok ? ok({ sheet: sheet.value, reference }) : sheet
    })

  async function certify<U>(
    idOperazioneClient: string,
    wish: Wish,
    emissione: '2' | '3',
    read: (answer: z.infer<typeof rispostaCertificazione>, pdf: string) => Result<U, AnprFailure>,
  ): Promise<Result<U, AnprFailure>> {
    // ANPR is not asked for what it always refuses.
    const code = sheetConflict(wish.types)
    if (code !== null) return err({ kind: 'anpr-refused', code })
    const body = certificazione(idOperazioneClient, wish, emissione)
    return post('ANPR-Certificazione', '/certificati', body, rispostaCertificazione, (answer) => {
      const pdf = pdfOf(answer.file?.certificatoPdf)
      return pdf === null ? failure('anpr-unreadable', 'no-pdf') : read(answer, pdf)
    })
  }

  return {
    personOf: (codiceFiscale) =>
      consult('C030', { codiceFiscale }, rispostaE002OK, ({ listaSoggetti }) =>
        identified(listaSoggetti?.datiSoggetto ?? [], codiceFiscale),
      ),
    async familyOf(asked) {
      const found = await sheetFor(asked)
      return found.ok ? ok(found.value.sheet) : found
    },
    async ownDataOf(asked) {
      const { idAnpr: idANPR } = asked
      const [own, family] = await Promise.all([
        consult('C029', { idANPR }, rispostaC029, ({ listaSoggetti, idOperazioneANPR: reference }) => {
          const person = ownOf(listaSoggetti?.datiSoggetto ?? [], asked)
          return person.ok ? ok({ person: person.value, reference }) : person
        }),
        sheetFor(asked),
      ])
      if (!own.ok) return own
      // Without an answer the family may come later. One that ANPR refuses or that nobody can read is left out.
      if (!family.ok && family.error.kind === 'anpr-unavailable') return family
      const references = [own.value.reference, family.ok ? family.value.reference : undefined]
      return ok({
        person: own.value.person,
        family: family.ok ? family.value.sheet : null,
        references: references.filter((reference) => reference !== undefined),
      })
    },
    preview: (wish) => certify(ulid(), wish, '3', (_, pdf) => ok(pdf)),
    issue: (operation, wish) =>
      certify(operation, wish, '2', ({ protocolloANPR, idOperazioneANPR = '' }, pdf) => {
        // The receipt names it, and the ufficio anagrafe finds the certificate by it.
        const protocol = protocolloANPR?.numeroProtocolloANPR
        return protocol === undefined
          ? failure('anpr-unreadable', 'no-protocol')
          : ok({ pdf, protocol, idOperazioneAnpr: idOperazioneANPR })
      }),
  }
}

type Criteria = z.infer<typeof richiestaE002>['criteriRicerca']

/** Some encoders break base64 into lines. */
function pdfOf(told: string | undefined): string | null {
  const pdf = told?.replace(/\s/g, '')
  // The beginning of "%PDF-": as many whole characters as do not depend on what follows.
  return pdf?.startsWith('JVBERi0') && base64.safeParse(pdf).success ? pdf : null
}
