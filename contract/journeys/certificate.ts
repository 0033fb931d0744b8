import { z } from 'zod'
import { bolloKind } from '../bollo.ts'
import { certificateLanguage, certificateTheme, certificateType, purpose, sheetTypes } from '../catalogue.ts'
import { registeredPerson, tie } from '../document.ts'
import { refusal } from '../refusal.ts'
import { way } from './lists.ts'

/**
 * A certificate of ANPR: for which use, then one sheet that sums all up and that each of its lines can change, then
 * issue.
 */

/** More people than any famiglia anagrafica has. */
const MOST_PEOPLE = 50

/** Somebody for whom the holder may ask. Of the holder offline nothing but the name is known. */
const person = z.strictObject({
  name: z.string(),
  surname: z.string(),
  yearOfBirth: z.number().nullable(),
  sex: registeredPerson.shape.sex,
  tie,
})

/** Lines of the summary sheet that the person can change, each in a list of its own. */
const line = z.enum(['person', 'certificate', 'purpose', 'delivery'])

export const screens = [
  /**
   * The use, asked before any bollo (invariant 6). `more` false: publicBody, privateParty and the commonest exempt uses;
   * true: the other exempt uses. `cents`: the bollo.
   */
  z.strictObject({
    screen: z.literal('purpose'),
    options: z.array(purpose),
    more: z.boolean(),
    cents: z.number().int(),
  }),
  /**
   * The summary. `others`: somebody else of the family may be chosen. `shortcuts`: what is asked for most. `language`: `IT`, or the
   * second one on the sheet; `languages`: those that the comune of residence has. `cents`: the
   * bollo, with the diritti that a notice takes too; `diritti`: in cents. `settled` null: it is due and not settled yet; `reference`: the law that frees the use, as it is cited, or a
   * number. `anpr`: `asked` now whether it will issue this; `away`, so the request is recorded and the certificate
   * collected later; `ready`; `unasked` before the bollo is settled. `facts`: what the sheet certifies, as ANPR words it. `barred`: it will not, and something else may be
   * chosen. `delivery`: how it is taken home, and whether there are other ways.
   */
  z.strictObject({
    screen: z.literal('sheet'),
    subject: person,
    others: z.boolean(),
    types: sheetTypes,
    language: certificateLanguage,
    languages: z.array(certificateLanguage),
    shortcuts: z.array(sheetTypes).max(3),
    use: purpose,
    bollo: z.strictObject({
      settled: bolloKind.nullable(),
      cents: z.number().int(),
      diritti: z.number().int(),
      reference: z.string(),
    }),
    delivery: z.strictObject({ way, others: z.boolean() }),
    anpr: z.enum(['unasked', 'asked', 'away', 'ready', 'barred']),
    facts: z.string(),
    barred: z.strictObject({ reason: refusal, code: z.string().nullable() }).nullable(),
  }),
  /** `index` is what `choosePerson` answers with. Offline there is only the holder. */
  z.strictObject({ screen: z.literal('person'), people: z.array(person.extend({ index: z.number() })) }),
  z.strictObject({
    screen: z.literal('themes'),
    themes: z.array(z.strictObject({ theme: certificateTheme, types: z.array(certificateType) })),
    chosen: z.array(certificateType),
  }),
  /**
   * The types of one theme. `chosen`: what the new sheet has so far. A type may not be asked for `because` the register
   * gives it to nobody in this case, or may not stand `beside` others that are chosen.
   */
  z.strictObject({
    screen: z.literal('certificates'),
    theme: certificateTheme,
    chosen: z.array(certificateType),
    types: z.array(
      z.strictObject({ type: certificateType, because: refusal.nullable(), beside: z.array(certificateType) }),
    ),
  }),
  /** How it is taken home. */
  z.strictObject({ screen: z.literal('delivery'), ways: z.array(way) }),
  /** The sheet as it will be. Pixels come by the `previewPage` method. */
  z.strictObject({ screen: z.literal('preview'), pages: z.number() }),
  z.strictObject({ screen: z.literal('issuing') }),
] as const

export const steps = {
  purpose: 'request',
  sheet: 'request',
  person: 'request',
  themes: 'request',
  certificates: 'request',
  delivery: 'request',
  preview: 'request',
  issuing: 'paper',
} as const

export const answers = [
  z.strictObject({ type: z.literal('choosePurpose'), purpose }),
  z.strictObject({ type: z.literal('morePurposes') }),
  z.strictObject({ type: z.literal('change'), line }),
  z.strictObject({ type: z.literal('choosePerson'), index: z.number().int().min(0).max(MOST_PEOPLE) }),
  z.strictObject({ type: z.literal('chooseCertificates'), types: sheetTypes }),
  z.strictObject({ type: z.literal('chooseSheetLanguage'), language: certificateLanguage }),
  z.strictObject({ type: z.literal('chooseTheme'), theme: certificateTheme }),
  /** Puts a type on the new sheet, or takes it off. */
  z.strictObject({ type: z.literal('toggleCertificate'), certificate: certificateType }),
  z.strictObject({ type: z.literal('acceptCertificates') }),
  z.strictObject({ type: z.literal('chooseWay'), way }),
  z.strictObject({ type: z.literal('seeSheet') }),
  z.strictObject({ type: z.literal('confirm') }),
] as const
