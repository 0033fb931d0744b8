import type { CertificateType, Purpose } from '../../contract/catalogue.ts'
import type { ScreenOf } from '../../contract/journeys/index.ts'
import { type AnswersIn, press, waits } from './answers.ts'

export interface CertificateWish {
  of: (member: ScreenOf<'person'>['people'][number]) => boolean
  /** `together`: everything that the screen offers on one sheet. */
  type: CertificateType | 'together'
  purpose: Purpose
}
/** The person's own certificate of residence, for a court case. */
export const usual: CertificateWish = { of: ({ self }) => self, type: '8', purpose: 'processuale' }

export const certificate: AnswersIn<'certificate', CertificateWish> = {
  person: ({ people }, { of }) => {
    const chosen = people.find(of)
    if (!chosen) throw new Error('the totem does not show the person whose certificate is wanted')
    return (person) => person.touches(`${chosen.name} ${chosen.surname}`)
  },
  certificate: ({ onOneSheet }, { type }) =>
    type === 'together' ? press('certificate.both', { count: onOneSheet?.length ?? 0 }) : press(`certificate.${type}`),
  purpose: ({ options }, { purpose }) => press(options.includes(purpose) ? `purpose.${purpose}` : 'purpose.more'),
  preview: ({ pages }) => (pages === null ? null : press('preview.accept')),
  confirm: ({ online }) => press(online ? 'confirm.print' : 'confirm.record'),
  issuing: waits,
}
