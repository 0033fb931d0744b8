import { z } from 'zod'
import { bolloKind } from '../bollo.ts'
import { certificateType, purpose, sheetTypes } from '../catalogue.ts'
import { belonging } from '../document.ts'
import { personName } from '../identity.ts'

/** A certificate of ANPR: for whom, which one, for which use; then preview, yes, issue. */

/** More people than any famiglia anagrafica has. */
const MOST_PEOPLE = 50

export const screens = [
  /** `index` is what `choosePerson` answers with. Offline there is only the holder. */
  z.strictObject({
    screen: z.literal('person'),
    people: z.array(
      z.strictObject({
        index: z.number(),
        name: z.string(),
        surname: z.string(),
        yearOfBirth: z.number().nullable(),
        /** Null where unknown. */
        belongs: z.strictObject(belonging).nullable(),
        self: z.boolean(),
      }),
    ),
    online: z.boolean(),
  }),
  /**
   * `options`: the types that are asked for most; `others`: the rest, in table order. `onOneSheet`: types that one answer
   * may ask for together; null where there are none.
   */
  z.strictObject({
    screen: z.literal('certificate'),
    subject: personName,
    options: z.array(certificateType),
    others: z.array(certificateType),
    onOneSheet: sheetTypes.nullable(),
  }),
  /** `more` false: publicBody, privateParty and the commonest exempt uses; true: the other exempt uses. */
  z.strictObject({ screen: z.literal('purpose'), options: z.array(purpose), more: z.boolean() }),
  /** The sheet as it will be; `null` while it is fetched. Pixels come by the `previewPage` method. */
  z.strictObject({
    screen: z.literal('preview'),
    pages: z.number().nullable(),
    subject: personName,
    types: sheetTypes,
  }),
  z.strictObject({
    screen: z.literal('confirm'),
    subject: personName,
    types: sheetTypes,
    use: purpose,
    /** Euro cents that are due, and what settles them: the law that frees this use, as it is cited, or a number. */
    bollo: z.strictObject({ kind: bolloKind, cents: z.number().int(), reference: z.string() }),
    /** Offline the request is recorded and the certificate is collected later. */
    online: z.boolean(),
  }),
  z.strictObject({ screen: z.literal('issuing') }),
] as const

export const steps = {
  person: 'person',
  certificate: 'certificate',
  purpose: 'purpose',
  preview: 'confirm',
  confirm: 'confirm',
  issuing: 'paper',
} as const

export const answers = [
  z.strictObject({ type: z.literal('choosePerson'), index: z.number().int().min(0).max(MOST_PEOPLE) }),
  z.strictObject({ type: z.literal('chooseCertificates'), types: sheetTypes }),
  z.strictObject({ type: z.literal('choosePurpose'), purpose }),
  z.strictObject({ type: z.literal('morePurposes') }),
  z.strictObject({ type: z.literal('acceptPreview') }),
  z.strictObject({ type: z.literal('confirm') }),
] as const
