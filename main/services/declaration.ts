import { ulid } from 'ulid'
import { z } from 'zod'
import type { CertificateType } from '../../contract/catalogue.ts'
import type { PersonalData } from '../../contract/device.ts'
import type { RegisteredPerson } from '../../contract/document.ts'
import type { FamilyMember } from '../../contract/gateway.ts'
import type { Language } from '../../contract/view.ts'
import { declaration } from '../documents/declaration.ts'
import type { Topic } from '../documents/declaration-words.ts'
import { relationName } from '../documents/kinship.ts'
import type { Place } from '../documents/receipt.ts'
import type { Declaration, Declared } from '../session/services.ts'
import type { SignPaper } from './verification.ts'

const TOPICS: Record<CertificateType, Topic> = { 8: 'residenza', 12: 'statoDiFamiglia' }

/** The holder's dichiarazione sostitutiva, made here and now of what the card and ANPR have told already. */
export function declarationOf(
  { holder, personalData, family, types }: Declared,
  { language, place, at, sign }: { language: Language; place: Place; at: Date; sign: SignPaper },
): Declaration {
  const { name, surname, codiceFiscale } = holder
  const person: RegisteredPerson = {
    source: 'card',
    ...{ name, surname, codiceFiscale },
    ...birthOf(personalData, codiceFiscale),
    birthPlace: null,
    // That of a CNS is where its holder lived when it was issued.
    residence: null,
    citizenships: null,
    statoCivile: null,
    family: family?.map((member) => ({ ...member, born: null })) ?? null,
  }
  const operation = ulid()
  const code = sign({
    document: 'dichiarazioneSostitutiva',
    issuedAt: at.toISOString(),
    subject: { surname, name, codiceFiscale },
    // Letter f of art. 46: stato di famiglia.
    fromAnpr: family ? { f: family.map(lineOf).join('\n') } : {},
    // By hand, and after this.
    declared: {},
  })
  const declares = types.map((type) => TOPICS[type])
  const languages = language === 'it' ? (['it'] as const) : (['it', language] as const)
  return { operation, paper: declaration({ person, declares, languages, place, at, operation, code }) }
}

function lineOf({ surname, name, yearOfBirth, relation: code }: FamilyMember): string {
  const relation = relationName(code, 'it')
  return [`${surname} ${name}`, String(yearOfBirth), ...(relation === null ? [] : [relation])].join(', ')
}

/** DM Finanze 23/12/1976: the letter of each month. */
const MONTHS = 'ABCDEHLMPRST'
/** Digits of a codice fiscale that was changed because two people had the same (omocodia). */
const OMOCODIA = 'LMNPQRSTUV'
/** To the day of a woman's birth. */
const WOMAN = 40

/**
 * Day of birth (DDMMYYYY on a CNS) and sex, as far as the codice fiscale says the same: nobody has signed the file that
 * they come from, but the codice fiscale is the certificate's.
 */
export function birthOf(
  card: Pick<PersonalData, 'born' | 'sex'> | null,
  codiceFiscale: string,
): Pick<RegisteredPerson, 'born' | 'sex'> {
  const [, day = '', month = '', year = ''] = /^(\d\d)(\d\d)(\d{4})$/.exec(card?.born ?? '') ?? []
  const sex = card?.sex === 'M' || card?.sex === 'F' ? card.sex : null
  const dayOfSex = String(Number(day) + (sex === 'F' ? WOMAN : 0)).padStart(2, '0')
  const said = `${year.slice(2)}${MONTHS[Number(month) - 1] ?? ''}${dayOfSex}`
  const digits = codiceFiscale
    .slice(6, 11)
    .replace(/[L-NP-V]/g, (letter, at: number) => (at === 2 ? letter : String(OMOCODIA.indexOf(letter))))
  const born = `${year}-${month}-${day}`
  return sex !== null && said === digits && z.iso.date().safeParse(born).success
    ? { born, sex }
    : { born: null, sex: null }
}
