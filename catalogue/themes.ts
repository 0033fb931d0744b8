import type { CertificateTheme, CertificateType } from '../contract/catalogue.ts'

/** Where a person looks for a certificate: at most five types under each subject, which is what a screen holds. */
export const themes: Record<CertificateTheme, readonly CertificateType[]> = {
  home: ['8', '14', '19'],
  family: ['12', '13', '16'],
  events: ['1', '3', '18', '11', '17'],
  citizenship: ['5', '7'],
  abroad: ['10', '15'],
}
