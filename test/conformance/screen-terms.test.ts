import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createIntl } from 'react-intl'
import { expect, it } from 'vitest'
import { declarationWords } from '../../catalogue/declaration-words.ts'
import { certificateType } from '../../contract/catalogue.ts'
import { type Language, language, languages } from '../../contract/language.ts'
import { relationName } from '../../main/documents/kinship.ts'
import { settled, texts, titleOf } from '../../main/documents/texts.ts'
import { registerWords } from '../../main/documents/words.ts'
import { readAllMessages } from '../../renderer/i18n/messages.ts'

const messages = await readAllMessages()

const all = language.options.flatMap((one) => certificateType.options.map((type) => [one, type] as const))

it.each(all)('%s: certificate %s has one name on the screen and on the papers', (one, type) => {
  // The screen's texts say where a long German word may break; paper has room.
  expect(messages[one][`certificate.${type}`].replaceAll('\u00ad', '')).toBe(titleOf(one, [type]))
})

/** Words for things that have another name here, so that each thing is called by one word wherever it is read. */
const elsewhere = {
  it: ['Termina', 'Fine', 'Ho capito', 'sportello della stampante'],
  en: ['End visit', 'Finish', 'I understand', 'kiosk'],
  de: ['Kiosk', 'Abmelden', 'Standesamt'],
  fr: ['borne', 'kiosque'],
  sl: ['avtomat', 'kiosk'],
} satisfies Record<Language, string[]>
it.each(language.options)('%s: leaving is one word, and so is every other thing', (one) => {
  const wrong = Object.entries(messages[one]).filter(([, text]) =>
    elsewhere[one].some((word) => new RegExp(`(?<!\\p{L})${word}(?!\\p{L})`, 'u').test(text)),
  )
  expect(wrong).toEqual([])
})

// As renderer/i18n/glossary.test.ts for the screens: no paper calls a thing of the glossary by a second name.
const glossary: { not?: Partial<Record<Language, string[]>> }[] = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../assets/glossary.json'), 'utf8'),
)
it.each(language.options)('%s: papers have the words of the glossary', (one) => {
  const relations = Array.from({ length: 99 }, (_, code) => relationName({ tie: 'family', relation: `${code}` }, one))
  const said = JSON.stringify([texts[one], settled[one], registerWords[one], declarationWords[one], relations])
  for (const other of glossary.flatMap(({ not }) => not?.[one] ?? []))
    expect(said.toLowerCase()).not.toContain(other.toLowerCase())
})

it('dates of the English screen are British, as those of the papers', () => {
  const { tag } = languages.en
  const intl = createIntl({ locale: tag, messages: {} })
  const at = '2026-11-10T09:42:00.000Z'
  expect(intl.formatDate(at, { dateStyle: 'long', timeStyle: 'short', timeZone: 'Europe/Rome' })).toBe(
    '10 November 2026 at 10:42',
  )
})
