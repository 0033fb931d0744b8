import { z } from 'zod'
import type { CertificateWish } from './grant.ts'

const text = z.string()

/**
 * ANPR-Certificazione's body: 6001 flattened (italia/anpr issue 4664). Fields that are not named here are tolerated.
 * Uncertain: the name of the requester's part; both of its known names are read.
 */
const requester = z.looseObject({ idANPR: text.optional() }).optional()
export const certificateBody = z.looseObject({
  idOperazioneClient: text.min(1).max(30),
  linguaCertificato: z.looseObject({ tipoLinguaCertificato: z.array(text).min(1) }),
  listaTipiCertificati: z.looseObject({ tipoCertificato: z.array(text).min(1) }),
  soggettoIntestatario: z.looseObject({ idANPR: text }),
  richiedente: requester,
  generalitaRichiedente: requester,
  tipoRichiedente: text,
  /** 1 issue, 2 data only. */
  tipoRichiesta: z.enum(['1', '2']),
  esenzioneBollo: text,
  descrizioneEsenzioneBollo: text.optional(),
  esenzioneDiritti: z.enum(['0', '1']).optional(),
  bollo: text,
  bolloVirtuale: text.optional(),
  diritti: text,
  paEstera: text.default('0'),
  /** 2 internet, 3 preview. The counter's 1 is no business of this service. */
  emissione: z.enum(['2', '3']),
  dataRiferimento: z.iso.date().optional(),
})
export type CertificateBody = z.infer<typeof certificateBody>

export const wishOf = (body: CertificateBody): CertificateWish => ({
  types: body.listaTipiCertificati.tipoCertificato,
  languages: body.linguaCertificato.tipoLinguaCertificato,
  subject: body.soggettoIntestatario.idANPR,
  requester: (body.richiedente ?? body.generalitaRichiedente)?.idANPR,
  tipoRichiedente: body.tipoRichiedente,
  esenzioneBollo: body.esenzioneBollo,
  esenzioneDiritti: body.esenzioneDiritti,
  descrizioneEsenzioneBollo: body.descrizioneEsenzioneBollo,
  bollo: body.bollo,
  bolloVirtuale: body.bolloVirtuale,
  diritti: body.diritti,
  paEstera: body.paEstera,
  at: body.dataRiferimento,
})
