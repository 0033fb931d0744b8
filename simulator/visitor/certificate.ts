import type { CertificateLanguage, CertificateType, Purpose } from '../../contract/catalogue.ts'
import type { ScreenOf } from '../../contract/journeys/index.ts'
import type { Way } from '../../contract/journeys/lists.ts'
import { type Act, type AnswersIn, press, waits } from './answers.ts'

type Summary = ScreenOf<'sheet'>

export interface CertificateWish {
  of: (member: Summary['subject']) => boolean
  /** `together`: everything that the screen offers on one sheet. */
  type: CertificateType | 'together'
  purpose: Purpose
  way: Way
  /** Null: whichever the totem proposes. */
  language: CertificateLanguage | null
}
/** The person's own certificate of residence, for a court case. */
export const usual: CertificateWish = {
  of: ({ tie }) => tie.to === 'self',
  type: '8',
  purpose: 'processuale',
  way: 'paper',
  language: null,
}

const isWanted = ({ types, shortcuts }: Summary, { type }: CertificateWish) =>
  type === 'together' ? types.join() === shortcuts.at(-1)?.join() : types.join() === type

const change =
  (line: 'sheet.person' | 'sheet.certificate' | 'sheet.use' | 'sheet.home'): Act =>
  (person) =>
    person.touches(`${person.says('sheet.change')}: ${person.says(line)}`)

/** The first line that is not as the person wants it; null: all are. */
function amiss(seen: Summary, wish: CertificateWish): Act | null {
  if (!wish.of(seen.subject)) return change('sheet.person')
  if (seen.use !== wish.purpose) return change('sheet.use')
  if (wish.language !== null && wish.language !== seen.language) return press(`sheet.language.${wish.language}`)
  if (isWanted(seen, wish)) {
    const { way, others } = seen.delivery
    return others && way !== wish.way ? change('sheet.home') : null
  }
  const shortcut = seen.shortcuts.find((types) => isWanted({ ...seen, types }, wish))
  if (!shortcut) return change('sheet.certificate')
  return async (person) => {
    const [only] = shortcut
    if (shortcut.length > 1) await person.presses('sheet.together', { count: shortcut.length })
    else if (only) await person.touches(capital(person.says(`certificate.${only}.name`)))
  }
}
/** All lines are as this person wants them. */
export const isAsWished = (seen: Summary, wish: CertificateWish): boolean => amiss(seen, wish) === null
const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1)

export const certificate: AnswersIn<'certificate', CertificateWish> = {
  purpose: ({ options }, { purpose }) => press(options.includes(purpose) ? `purpose.${purpose}` : 'purpose.more'),
  sheet(seen, wish) {
    const change = amiss(seen, wish)
    if (change) return change
    switch (seen.anpr) {
      case 'away':
        return press('sheet.record')
      case 'unasked':
        return press('sheet.pay', { price: euro(seen.bollo.cents) })
      case 'ready': {
        const { settled, diritti, cents } = seen.bollo
        if (settled === 'pagopa') return press('sheet.pay', { price: euro(cents) })
        const cost = settled !== 'exempt' ? 'Paid' : diritti > 0 ? 'Diritti' : ''
        return press(`sheet.${seen.delivery.way === 'paper' ? 'print' : 'go'}${cost}`)
      }
      default:
        return null
    }
  },
  person: ({ people }, { of }) => {
    const chosen = people.find(of)
    if (!chosen) throw new Error('the totem does not show the person whose certificate is wanted')
    const name = `${chosen.name} ${chosen.surname}`
    return (person) => person.touches(chosen.tie.to === 'self' ? person.says('sheet.self', { name }) : name)
  },
  themes({ themes, chosen }, { type }) {
    if (chosen.length > 0 || type === 'together') return press('themes.done')
    const found = themes.find(({ types }) => types.includes(type))
    if (!found) throw new Error(`no theme has certificate ${type}`)
    return press(`themes.${found.theme}`)
  },
  certificates({ chosen, types }, { type }) {
    if (chosen.length > 0 || type === 'together') return press('themes.done')
    const offered = types.find((one) => one.type === type && one.because === null)
    if (!offered) throw new Error(`the totem does not offer certificate ${type}`)
    return (person) => person.touches(capital(person.says(`certificate.${type}.name`)))
  },
  delivery: ({ ways }, { way }) => press(`sheet.home.${ways.includes(way) ? way : 'paper'}`),
  preview: () => press('preview.accept'),
  issuing: waits,
}

/** A sum as the Italian screen says it. */
const euro = (cents: number) => `${(cents / 100).toFixed(2).replace('.', ',')} €`
