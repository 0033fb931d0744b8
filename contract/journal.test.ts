import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { syncLogDocument } from '../scripts/sync-log.ts'
import { journalText } from './journal.ts'
import { type JournalEventId, journalEvents } from './journal-events.ts'
import { staffLanguage } from './language.ts'

describe.each(Object.entries(journalEvents))('%s', (event, { fields, text }) => {
  const named = Object.keys(fields.shape)
  test.each(staffLanguage.options)('tells its fields in %s', (language) => {
    const places = [...text[language].matchAll(/\{(\w*)\}/g)].map(([, name]) => name)
    for (const place of places) expect(named).toContain(place)
    const said = journalText({ event: event as JournalEventId, fields: {} }, language)
    expect(said).not.toMatch(/[{}]/)
  })
  test('the same fields in both languages', () => {
    const placesOf = (words: string) => [...words.matchAll(/\{\w+\}/g)].map(String).sort()
    expect(placesOf(text.it)).toEqual(placesOf(text.en))
  })
})

test('an unknown value is a dash', () => {
  const fields = { session: '01KANPR0000000000000000001', triesLeft: null }
  expect(journalText({ event: 'visit.pin-wrong', fields }, 'it')).toBe('PIN errato, tentativi rimasti: –')
})

test('contract/sync-log.md matches the list', () => {
  expect(readFileSync(new URL('./sync-log.md', import.meta.url), 'utf8')).toBe(syncLogDocument())
})
