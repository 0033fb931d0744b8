import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type JournalEventId, journalEvents } from '../../contract/journal-events.ts'
import { exportJournal } from '../../main/journal/export.ts'
import { type Journal, openJournal } from '../../main/journal/journal.ts'
import { people } from '../../simulator/population/people.ts'

const session = '01KANPR0000000000000000001'

let dir: string
let path: string
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'journal-'))
  path = join(dir, 'journal.db')
})
afterEach(() => rmSync(dir, { recursive: true, force: true }))

function open(at = path): Journal {
  const opened = openJournal({ path: at, totem: 'TT-0001', now: Date.now })
  if (!opened.ok) throw new Error(opened.error.reason)
  return opened.value
}

test('program-killed-at-any-moment: the chain holds, and no sent entry is lost', async () => {
  const sent = new Map<number, string>()
  for (let round = 0; round < 12; round++) {
    const writer = spawn(process.execPath, [fileURLToPath(new URL('./journal-writer.ts', import.meta.url)), path], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const exited = once(writer, 'exit')
    const enough = 1 + Math.floor(Math.random() * 80)
    let heard = 0
    for await (const line of createInterface({ input: writer.stdout })) {
      const [, seq, hash] = /^(\d+) ([0-9a-f]{64})$/.exec(line) ?? []
      if (!seq || !hash) continue
      sent.set(Number(seq), hash)
      if (++heard === enough) writer.kill('SIGKILL')
    }
    expect(await exited).toEqual([null, 'SIGKILL'])

    const journal = open()
    expect(journal.verify()).toMatchObject({ ok: true })
    const kept = new Map([...journal.entries()].map((entry) => [entry.seq, entry.hash]))
    for (const [seq, hash] of sent) expect(kept.get(seq)).toBe(hash)
    journal.close()
  }
})

test('power-cut: only entries at the end are lost, never a sent one, and the next continue there', () => {
  const journal = open()
  const line = (n: number) => journal.record('printer.changed', { status: `n-${n}` })
  for (let n = 0; n < 40; n++) line(n)
  const sent = journal.unsent(500)?.entries.at(-1)
  for (let n = 0; n < 40; n++) line(n)
  // The database file has every sent entry. The WAL beside it may not have reached the disk since.
  copyFileSync(path, join(dir, 'image.db'))
  copyFileSync(`${path}-wal`, join(dir, 'image.db-wal'))
  const log = readFileSync(`${path}-wal`).length
  journal.close()

  fc.assert(
    fc.property(fc.integer({ min: 0, max: log }), (cut) => {
      const torn = join(dir, 'torn.db')
      for (const suffix of ['', '-wal', '-shm']) rmSync(torn + suffix, { force: true })
      for (const suffix of ['', '-wal']) copyFileSync(join(dir, `image.db${suffix}`), torn + suffix)
      truncateSync(`${torn}-wal`, cut)
      const after = open(torn)
      const kept = [...after.entries()]
      expect(kept.length).toBeGreaterThanOrEqual(sent?.seq ?? 0)
      expect(kept[(sent?.seq ?? 0) - 1]?.hash).toBe(sent?.hash)
      after.record('totem.started', { version: '0.1.0', electron: '45', node: '24' })
      expect(after.verify()).toEqual({ ok: true, value: { count: kept.length + 1 } })
      after.close()
    }),
    { numRuns: 40 },
  )
})

test('no personal data enters the log, whatever a careless programmer hands over', async () => {
  const journal = open()
  const texts = people.flatMap(({ name, surname, codiceFiscale }) => [
    `${name} ${surname}`,
    `${codiceFiscale}: VERIFY failed`,
    `PIN 12345 of ${surname}`,
    '12345678',
    '73951',
    codiceFiscale,
    codiceFiscale.toLowerCase(),
    `CNS:${codiceFiscale}`,
  ])
  let refused = 0
  for (const event of Object.keys(journalEvents) as JournalEventId[]) {
    const named = Object.keys(journalEvents[event].fields.shape)
    for (const text of texts) {
      for (const field of [...named, 'name', 'codiceFiscale', 'message']) {
        try {
          journal.record(event, { session, operation: session, [field]: text } as never)
        } catch {
          refused++
        }
      }
    }
  }
  expect(refused).toBeGreaterThan(1_000)
  journal.record('visit.started', { session, language: 'it' })
  await exportJournal(journal, join(dir, 'sync-log.jsonl'))

  for (const file of readdirSync(dir)) {
    const bytes = readFileSync(join(dir, file))
    for (const { codiceFiscale, name, surname } of people)
      for (const text of [
        codiceFiscale,
        codiceFiscale.toLowerCase(),
        `${name} ${surname}`,
        surname.toUpperCase(),
        '12345678',
        '73951',
      ])
        for (const encoding of ['utf8', 'utf16le'] as const)
          expect(bytes.includes(Buffer.from(text, encoding)), `${file}: ${text}`).toBe(false)
  }
  journal.close()
})
