import { createIntl } from 'react-intl'
import { describe, expect, it } from 'vitest'
import { languages } from '../../contract/language.ts'
import { messages } from './messages.ts'

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

const TU = /\b(?:tu|tuo|tua|tuoi|tue|puoi|devi|hai|vuoi|fai|inserisci|digita|premi|scegli)\b/i
it.each(keys)('%s does not say tu', (key) => {
  expect(shown(key)).not.toMatch(TU)
})

it.each(keys)('%s asks in sentences with Lei, not with an infinitive', (key) => {
  for (const sentence of sentences(shown(key))) {
    // An infinitive may be what a sentence speaks of: "Dichiarare il falso è un reato."
    if (/ è /.test(sentence)) continue
    expect(sentence).not.toMatch(/^\p{Lu}\p{L}*(?:are|ere|ire|rre|arsi|ersi|irsi|[aei]r(?:lo|la|li|le|ne))\b/u)
  }
})
