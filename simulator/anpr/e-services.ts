/** The Ministry's e-services on PDND: the name in the path, and its version. */
export interface EService {
  /** The Ministry's code; for services without one, their name. */
  code: string
  name: string
  version: 'v1' | 'v2'
}

const c = (code: string, name: string): EService => ({ code, name: `${code}-${name}`, version: 'v1' })
const bulk = (name: string): EService => ({ code: name, name, version: 'v1' })

export const E_SERVICES: readonly EService[] = [
  c('C001', 'servizioNotifica'),
  c('C002', 'servizioComunicazione'),
  c('C003', 'servizioVerificaDichGeneralita'),
  c('C004', 'servizioVerificaDichDecesso'),
  c('C005', 'servizioVerificaDichMatrimonio'),
  c('C006', 'servizioVerificaDichCittadinanza'),
  c('C007', 'servizioVerificaDichEsistenzaVita'),
  c('C008', 'servizioVerificaDichResidenza'),
  c('C009', 'servizioVerificaDichStatoFamiglia'),
  c('C010', 'servizioVerificaDichStatoLibero'),
  c('C011', 'servizioVerificaDichVedovanza'),
  c('C012', 'servizioVerificaDichPaternita'),
  c('C013', 'servizioVerificaDichMaternita'),
  c('C014', 'servizioVerificaDichUnioneCivile'),
  c('C015', 'servizioAccertamentoGeneralita'),
  c('C016', 'servizioAccertamentoDichDecesso'),
  c('C017', 'servizioAccertamentoMatrimonio'),
  c('C018', 'servizioAccertamentoCittadinanza'),
  c('C019', 'servizioAccertamentoEsistenzaVita'),
  c('C020', 'servizioAccertamentoResidenza'),
  c('C021', 'servizioAccertamentoStatoFamiglia'),
  c('C022', 'servizioAccertamentoStatoLibero'),
  c('C023', 'servizioAccertamentoVedovanza'),
  c('C024', 'servizioAccertamentoPaternita'),
  c('C025', 'servizioAccertamentoMaternita'),
  c('C026', 'servizioAccertamentoUnioneCivile'),
  c('C029', 'servizioAccertamentoDatiAnagrafici'),
  c('C030', 'servizioAccertamentoIdUnicoNazionale'),
  c('C031', 'servizioVerificaIdUnicoNazionale'),
  { code: 'ANPR-Certificazione', name: 'ANPR-Certificazione', version: 'v2' },
  bulk('ElabMassivaAccertIdUnicoNazionale'),
  bulk('ElabMassivaVerificaDichEsistenzaInVita'),
  bulk('ElabMassivaAccertamentoResidenza'),
  bulk('ElabMassivaAccertamentoDatiDecesso'),
]

/** The e-service of a code; an unknown code is a mistake of whoever wrote it. */
export function serviceOf(code: string): EService {
  const found = E_SERVICES.find((one) => one.code === code)
  if (!found) throw new Error(`no such e-service: ${code}`)
  return found
}

/** Where the gate stands. The audience of tokens is the same address without `-PDND`. */
export const GATE = '/govway/rest/in/MinInternoPortaANPR-PDND'

/** What follows the gate's address: `/C030-servizioAccertamentoIdUnicoNazionale/v1`. */
export const pathOf = ({ name, version }: EService) => `/${name}/${version}`

/**
 * `aud` of voucher, evidence and signature. The bulk services were seen with `-PDND` (italia/anpr issue 4806), all others
 * without it.
 */
export function audienceOf(gateUrl: string, service: EService): string {
  const base = service.code.startsWith('ElabMassiva') ? gateUrl : gateUrl.replace(/-PDND$/, '')
  return base + pathOf(service)
}
