import type { z } from 'zod'
import { settlementOf } from '../../catalogue/bollo.ts'
import type { richiestaCertificazione } from '../../contract/anpr.ts'
import type { Bollo, Charges } from '../../contract/bollo.ts'
import type { CertificateLanguage } from '../../contract/catalogue.ts'
import type { CertificateRequest } from '../../contract/gateway.ts'

/** The certificate that a citizen asks for, as ANPR has to hear it. Requester and subject are ID ANPR. */
export interface Wish {
  requester: string
  subject: string
  types: CertificateRequest['types']
  bollo: Bollo
  /** What the comune's certificates cost. */
  charges: Charges
  language: CertificateLanguage
}

/**
 * The request of ANPR's certification service (6001, flattened): issue by internet (2) or preview (3). Amounts are in
 * cents.
 */
export function certificazione(
  idOperazioneClient: string,
  { requester, subject, types, bollo, charges, language }: Wish,
  emissione: '2' | '3',
): z.infer<typeof richiestaCertificazione> {
  const { cents, esenzioneBollo, bolloVirtuale, destination } = settlementOf(bollo, charges)
  return {
    idOperazioneClient,
    // The second language alone is refused (italia/anpr issue 4682).
    linguaCertificato: { tipoLinguaCertificato: language === 'IT' ? ['IT'] : ['IT', language] },
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
    paEstera: destination,
    emissione,
  }
}
