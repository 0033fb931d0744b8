import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type JournalEntry, journalHashInput } from '../../contract/journal.ts'
import { continuation } from './intake.ts'

const TOTEM = 'TT-0001'
const START = { seq: 0, hash: '0'.repeat(64) }

const sealed = (entry: Omit<JournalEntry, 'hash'>): JournalEntry => ({
  ...entry,
  hash: createHash('sha256').update(journalHashInput(entry)).digest('hex'),
})

function chain(count: number): JournalEntry[] {
  let previous = START.hash
  return Array.from({ length: count }, (_, index) => {
    const entry = sealed({
      totem: TOTEM,
      seq: index + 1,
      at: '2026-11-22T10:00:00.000Z',
      event: 'request.submitted',
      severity: 'info',
      fields: { operation: '01KAXXXXXXXXXXXXXXXXXXXXXX', attempt: index },
      previous,
    })
    previous = entry.hash
    return entry
  })
}

const whole = chain(20)

test('a chain cut anywhere into batches that overlap arrives whole', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(20), fc.nat(20))), (slices) => {
      let head = START
      const held: JournalEntry[] = []
      for (const [from, to] of [...slices, [0, 20] as const]) {
        const next = continuation(head, TOTEM, whole.slice(from, to))
        held.push(...next)
        head = next.at(-1) ?? head
      }
      expect(held).toEqual(whole)
    }),
  )
})

test('fields in another order are the same entry', () => {
  const turned = whole.map((entry) => ({
    ...entry,
    fields: Object.fromEntries(Object.entries(entry.fields).reverse()),
  }))
  expect(continuation(START, TOTEM, turned)).toHaveLength(20)
})

test.each<[string, Partial<JournalEntry>]>([
  ['time', { at: '2026-11-22T10:00:01.000Z' }],
  ['event', { event: 'request.issued' }],
  ['severity', { severity: 'alarm' }],
  ['fields', { fields: { operation: '01KAXXXXXXXXXXXXXXXXXXXXXX', attempt: 99 } }],
  ['previous', { previous: START.hash }],
  ['hash', { hash: START.hash }],
  ['totem', { totem: 'TT-0002' }],
])('an entry whose %s was changed ends what is taken', (_name, change) => {
  const tampered = whole.map((entry) => (entry.seq === 8 ? { ...entry, ...change } : entry))
  expect(continuation(START, TOTEM, tampered)).toEqual(whole.slice(0, 7))
})

test.each<[string, Partial<JournalEntry>]>([
  [
    'a field that the list does not know',
    { fields: { operation: '01KAXXXXXXXXXXXXXXXXXXXXXX', attempt: 1, name: 'x' } },
  ],
  ['free text', { fields: { operation: 'Anna Bianchi', attempt: 1 } }],
  ['a severity not its own', { severity: 'alarm' }],
])('well chained, but with %s: not taken', (_name, change) => {
  const [first] = whole
  if (!first) throw new Error('empty chain')
  expect(continuation(START, TOTEM, [sealed({ ...first, ...change })])).toEqual([])
})
