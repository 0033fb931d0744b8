import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createIntl } from 'react-intl'
import { describe, expect, it } from 'vitest'
import { type Language, language } from '../../contract/language.ts'
import { readAllMessages } from './messages.ts'

const messages = await readAllMessages()

const italian = messages.it
const others = language.options.filter((one) => one !== 'it')
const keys = Object.keys(italian) as (keyof typeof italian)[]

/** Names of a message's placeholders: a brace that opens a word, but for the arms of a plural or a gender. */
const names = (message: string) =>
  [
    ...new Set([...message.matchAll(/(?<!(?:one|two|few|other|M|F|cie|=\d+) )\{(\w+)[,}]/g)].map(([, name]) => name)),
  ].sort()
const intl = (locale: Language) =>
  createIntl({
    locale,
    messages: messages[locale],
    onError: (error) => {
      throw error
    },
  })

describe('the languages', () => {
  it.each(others)('%s has the keys of Italian in the same order', (other) => {
    expect(Object.keys(messages[other])).toEqual(keys)
  })
  it.each(keys)('%s has words and the same placeholders in each', (key) => {
    for (const locale of language.options) {
      expect(messages[locale][key].trim()).not.toBe('')
      expect(names(messages[locale][key])).toEqual(names(italian[key]))
    }
    const values = { ...Object.fromEntries(names(italian[key]).map((name) => [name, 2])), it: String }
    for (const locale of language.options) expect(intl(locale).formatMessage({ id: key }, values)).not.toBe(key)
  })
})

describe('keys and code', () => {
  // A key that is used does not compile unless it exists (MessageId). This checks the other way round.
  const sources = readdirSync(join(import.meta.dirname, '..'), { recursive: true, withFileTypes: true })
    .filter(({ name }) => /\.tsx?$/.test(name) && !name.includes('.test.') && name !== 'message-values.ts')
    .map((file) => readFileSync(join(file.parentPath, file.name), 'utf8'))
    .join('\n')
  // 'a.b' as written, or `a.${x}.c` and `${x}.c` as a pattern.
  const used = [...sources.matchAll(/['`]((?:[a-zA-Z]+|\$\{[^}]+\})(?:\.(?:[\w-]+|\$\{[^}]+\}))+|product)['`]/g)].map(
    ([, key = '']) => new RegExp(`^${key.replaceAll('.', '\\.').replace(/\$\{[^}]+\}/g, '[^.]+')}$`),
  )
  it.each(keys)('%s is used', (key) => {
    expect(used.some((pattern) => pattern.test(key))).toBe(true)
  })
})
