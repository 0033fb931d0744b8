import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { type Language, language } from '../../contract/language.ts'
import { readAllMessages } from './messages.ts'

const messages = await readAllMessages()

// assets/glossary.json has one term for each thing, in every language; `not` lists words that would name it a second way.
type Term = Record<Language, string> & { not?: Partial<Record<Language, string[]>> }
const glossary: Term[] = JSON.parse(readFileSync(join(import.meta.dirname, '../../assets/glossary.json'), 'utf8'))

describe.each(language.options)('%s', (one) => {
  const said = Object.values(messages[one]).join('\n').replaceAll('\u00ad', '').toLowerCase()
  it.each(glossary.map((term) => term[one]))('%s is how the screens call it', (term) => {
    expect(said).toContain(term.toLowerCase())
  })
  it.each(glossary.flatMap(({ not }) => not?.[one] ?? []))('%s is nowhere on the screens', (other) => {
    expect(said).not.toContain(other.toLowerCase())
  })
})

describe.each(language.options.filter((one) => one !== 'it'))('%s', (one) => {
  // Of the Italian words of the glossary those that this language spells otherwise.
  const italian = glossary
    .map((term) => term.it)
    .filter((word) => glossary.every((term) => !term[one].toLowerCase().includes(word.toLowerCase())))
  it('an Italian term that is kept is marked as Italian', () => {
    const unmarked = Object.entries(messages[one]).flatMap(([key, text]) => {
      const own = text.replaceAll(/<it>.*?<\/it>/g, '')
      return italian
        .filter((word) => new RegExp(`(?<!\\p{L})${word}(?!\\p{L})`, 'iu').test(own))
        .map((word) => `${key}: ${word}`)
    })
    expect(unmarked).toEqual([])
  })
})
