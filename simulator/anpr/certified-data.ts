import type { CertificateGrant } from './grant.ts'
import { present } from './rules.ts'

const has = (types: readonly string[], ...any: string[]) => types.some((type) => any.includes(type))

/**
 * The sections that certificates of these types are made of (`datiCertificato` of 6001). Uncertain: no section of it is
 * named for a civil union or a cohabitation contract.
 */
export function certifiedData({ types, subject, gruppo, membri }: CertificateGrant): object {
  const { generalita, attoNascita, datiDecesso, datiCancellazione, vedovanza, annullamentoMatrimonio } = subject
  const families = has(types, '12', '13', '15', '16')
  return {
    generalitaAttuali: generalita,
    ...(families && {
      listaDatiSoggetti: present(membri).map((one) => ({
        generalitaAttuali: one.generalita,
        ...(has(types, '16') && { legameSoggetto: one.legameSoggetto }),
        ...(has(types, '13') && { statoCivile: one.statoCivile }),
      })),
    }),
    ...(has(types, '1') && { attoNascitaANPR: attoNascita }),
    ...(has(types, '2') && { attoMorte: datiDecesso }),
    ...(has(types, '3') && { matrimonio: subject.matrimonio }),
    ...(has(types, '4') && {
      motivoCancellazione: datiCancellazione?.motivoCancellazione,
      dataCancellazione: datiCancellazione?.dataDecorrenzaCancellazione,
    }),
    ...(has(types, '5', '6') && { cittadinanza: subject.cittadinanza }),
    ...(has(types, '8', '10', '14') && { residenza: subject.residenza.slice(0, 1) }),
    ...(has(types, '9', '20') && { residenza: subject.residenza }),
    ...(has(types, '11', '17') && { statoCivile: subject.statoCivile, vedovanza, annullamentoMatrimonio }),
    ...(has(types, '14') && { denominazioneConvivenza: gruppo.famigliaConvivenza.denominazioneConvivenza }),
  }
}
