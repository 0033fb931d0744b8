import { createIntl } from 'react-intl'
import { describe, expect, it } from 'vitest'
import { type Language, language, languages } from '../../contract/language.ts'
import { readAllMessages } from './messages.ts'

const messages = await readAllMessages()

// One voice speaks on the Italian screens: Lei in sentences, a noun or an infinitive on a button, and never tu.
const italian = messages.it
const keys = Object.keys(italian) as (keyof typeof italian)[]
const { formatMessage } = createIntl({ locale: languages.it.tag, messages: italian })
/** With a number for each placeholder. */
function shown(key: keyof typeof italian): string {
  const names = [...italian[key].matchAll(/\{(\w+)[,}]/g)].map(([, name]) => [name, 2])
  return formatMessage({ id: key }, Object.fromEntries(names))
}

const sentences = (text: string) => text.split(/(?<=[.!?:;])\s+/).filter((sentence) => /[.!?]$/.test(sentence))
const words = (text: string) => text.match(/[\p{L}\p{N}]+/gu) ?? []

/**
 * Gulpease, the index of legibility made for Italian: 89 − 10 letters a word + 300 sentences a word. With 60 or more,
 * somebody with a lower secondary school licence reads it without help.
 */
function gulpease(text: string): number {
  const all = words(text)
  const letters = all.reduce((sum, word) => sum + word.length, 0)
  const ends = text.match(/[.!?:;](?=\s|$)/g)?.length ?? 1
  return 89 + (300 * ends - 10 * letters) / all.length
}

describe('Gulpease', () => {
  it('gives what its formula gives by hand', () => {
    expect(gulpease('Il gatto è qui.')).toBeCloseTo(89 + (300 - 110) / 4)
  })
  it.each(keys.filter((key) => words(shown(key)).length >= 6))('%s is 60 or more', (key) => {
    expect(gulpease(shown(key))).toBeGreaterThanOrEqual(60)
  })
})

// A person is Lei, Sie, vous, vi: never tu. In Slovene a button's short imperative is a tu as well.
const TU: Record<Language, RegExp> = {
  it: /(?<!\p{L})(?:tu|tuo|tua|tuoi|tue|puoi|devi|hai|vuoi|fai|inserisci|digita|premi|scegli)(?!\p{L})/iu,
  de: /(?<!\p{L})(?:du|dir|dich|dein\p{L}*)(?!\p{L})/iu,
  fr: /(?<!\p{L})(?:tu|te|toi|ton|ta|tes)(?!\p{L})/iu,
  sl: /(?<!\p{L})(?:[Tt]i|[Tt]ebi|[Tt]voj\p{L}*|Zapri|Izbriši|Pokaži|Spremeni|Pošlji|Natisni|Vtipkaj|Pritisni|Izberi|Vzemi)(?!\p{L})/u,
  en: /(?!)/,
}
it.each(language.options)('%s never says tu', (one) => {
  // `Ti podatki`: these data.
  const said = Object.entries(messages[one]).filter(([, text]) =>
    TU[one].test(text.replace(/(?<!\p{L})[Tt]i (?:dve|podatki)/u, '')),
  )
  expect(said).toEqual([])
})

// A text that names a button has its label, in the quotation marks of the language.
const QUOTED: Record<Language, RegExp> = {
  it: /«(.+?)»/g,
  de: /„(.+?)“/g,
  fr: /«\u00a0(.+?)\u00a0»/g,
  sl: /»(.+?)«/g,
  en: /‘(.+?)’/g,
}
it.each(language.options)('%s: a button is called by its label', (one) => {
  const texts = Object.values(messages[one])
  const named = texts.flatMap((text) => [...text.matchAll(QUOTED[one])].map(([, label = '']) => label))
  expect(named.length).toBeGreaterThan(10)
  expect(named.filter((label) => !texts.includes(label))).toEqual([])
})

it('French signs keep to their word by a space that does not break', () => {
  const wrong = Object.entries(messages.fr).filter(([, text]) => /(?<!\u00a0)[:;!?»]|«(?!\u00a0)/.test(text))
  expect(wrong).toEqual([])
})

it.each(language.options)('%s: a number stays with its word at the end of a line', (one) => {
  const parted = Object.entries(messages[one]).filter(([, text]) => /\d [\p{L}\d]/u.test(text))
  expect(parted).toEqual([])
})

it('a French pronoun stays with its verb at the end of a line', () => {
  const parted = Object.entries(messages.fr).filter(([, text]) =>
    /[a-zé]-(?:la|les?|vous|en|elle|il)(?!\p{L})/u.test(text),
  )
  expect(parted).toEqual([])
})

it.each(keys)('%s asks in sentences with Lei, not with an infinitive', (key) => {
  for (const sentence of sentences(shown(key))) {
    // An infinitive may be what a sentence speaks of, or what can be done: "Dichiarare il falso è un reato."
    if (/ è | può /.test(sentence)) continue
    expect(sentence).not.toMatch(
      /(?:^|[:,] |^Poi )\p{L}*(?:are|ere|ire|rre|arsi|ersi|irsi|[aei]r(?:lo|la|li|le|ne))(?!\p{L})/u,
    )
  }
})
