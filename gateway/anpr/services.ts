import { z } from 'zod'

/** The Ministry's consultations on PDND: what each is called in its address. */
const CONSULTATIONS = {
  C003: 'servizioVerificaDichGeneralita',
  C004: 'servizioVerificaDichDecesso',
  C005: 'servizioVerificaDichMatrimonio',
  C006: 'servizioVerificaDichCittadinanza',
  C007: 'servizioVerificaDichEsistenzaVita',
  C008: 'servizioVerificaDichResidenza',
  C009: 'servizioVerificaDichStatoFamiglia',
  C010: 'servizioVerificaDichStatoLibero',
  C011: 'servizioVerificaDichVedovanza',
  C012: 'servizioVerificaDichPaternita',
  C013: 'servizioVerificaDichMaternita',
  C014: 'servizioVerificaDichUnioneCivile',
  C015: 'servizioAccertamentoGeneralita',
  C016: 'servizioAccertamentoDichDecesso',
  C017: 'servizioAccertamentoMatrimonio',
  C018: 'servizioAccertamentoCittadinanza',
  C019: 'servizioAccertamentoEsistenzaVita',
  C020: 'servizioAccertamentoResidenza',
  C021: 'servizioAccertamentoStatoFamiglia',
  C022: 'servizioAccertamentoStatoLibero',
  C023: 'servizioAccertamentoVedovanza',
  C024: 'servizioAccertamentoPaternita',
  C025: 'servizioAccertamentoMaternita',
  C026: 'servizioAccertamentoUnioneCivile',
  C029: 'servizioAccertamentoDatiAnagrafici',
  C030: 'servizioAccertamentoIdUnicoNazionale',
} as const

export type Consultation = keyof typeof CONSULTATIONS
export const service = z.enum([...(Object.keys(CONSULTATIONS) as Consultation[]), 'ANPR-Certificazione'])
export type Service = z.infer<typeof service>

/** Where a service stands below the Ministry's gate. */
export const pathOf = (asked: Service): string =>
  asked === 'ANPR-Certificazione' ? `/${asked}/v2` : `/${asked}-${CONSULTATIONS[asked]}/v1`
