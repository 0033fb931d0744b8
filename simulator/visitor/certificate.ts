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
  certificate({ options, others, onOneSheet }, { type }) {
    if (type === 'together') return press('certificate.both', { count: onOneSheet?.length ?? 0 })
    if (options.includes(type)) return press(`certificate.${type}`)
    if (!others.includes(type)) throw new Error(`the totem does not offer certificate ${type}`)
    return async (person) => {
      await person.presses('certificate.others')
      while (!(await person.finds(`certificate.${type}`))) await person.presses('certificate.more')
      await person.presses(`certificate.${type}`)
    }
  },
  purpose: ({ options }, { purpose }) => press(options.includes(purpose) ? `purpose.${purpose}` : 'purpose.more'),
  preview: ({ pages }) => (pages === null ? null : press('preview.accept')),
  confirm: ({ online }) => press(online ? 'confirm.print' : 'confirm.record'),
  issuing: waits,
}
