import type { Language } from '../../../contract/language.ts'
import { LETTER_DOWNLOADS } from '../../../contract/letter.ts'
import { type Paper, type Place, said } from '../../documents/model.ts'
import { dateTime, texts } from '../../documents/texts.ts'

const DAYS_MS = 7 * 86_400_000

/** The slip with the six digits. It says neither the address nor what the document is: a slip is easily left behind. */
export function codePaper(
  { operation, code }: { operation: string; code: string },
  { language, place, at }: { language: Language; place: Place; at: Date },
): Paper {
  const words = texts[language]
  const until = dateTime(new Date(+at + DAYS_MS).toISOString(), language)
  return {
    ...{ languages: [language], title: said(words.code.title), subtitle: null, at, ...place, operation },
    blocks: [
      { kind: 'paragraph', style: 'body', text: said(words.code.lead) },
      { kind: 'heading', text: said(`${code.slice(0, 3)} ${code.slice(3)}`) },
      {
        kind: 'facts',
        facts: [
          { label: said(words.code.until), value: until, source: null },
          { label: said(words.code.times), value: String(LETTER_DOWNLOADS), source: null },
          { label: said(words.totem), value: place.totem, source: null },
        ],
      },
      { kind: 'paragraph', style: 'strong', text: said(words.code.note) },
    ],
  }
}
