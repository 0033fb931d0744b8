import { generateKeyPairSync } from 'node:crypto'
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import fc from 'fast-check'
import { CompactSign } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { GatewayKeys } from '../../contract/gateway-keys.ts'
import { type ExportedLine, exportedLine, JOURNAL_ANCHOR_TYP, type JournalEntry } from '../../contract/journal.ts'
import { exportJournal } from '../../main/journal/export.ts'
import type { Journal } from '../../main/journal/journal.ts'
import { openAnchor } from '../../trust/journal-anchor.ts'
import { checkLog, entryHash } from '../../trust/sync-log.ts'
import { openLog } from '../support/journal/intake.ts'

// An attacker has the disk, or the exported file, and every tool, but not the gateway's key.

const ENTRIES = 120
const ANCHOR_EVERY = 20
const SENT = ENTRIES - ANCHOR_EVERY
const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const keys = [{ ...publicKey.export({ format: 'jwk' }), kid: 'a' }] as GatewayKeys['anchor']
const signed = (payload: object, key = privateKey) =>
  new CompactSign(Buffer.from(JSON.stringify(payload)))
    .setProtectedHeader({ alg: 'ES256', kid: 'a', typ: JOURNAL_ANCHOR_TYP })
    .sign(key)

let dir: string
let whole: JournalEntry[]
let lines: ExportedLine[]
let file: string

/** The gateway takes in the whole log and signs its end. */
async function send(journal: Journal): Promise<void> {
  const batch = journal.unsent(500)
  const end = batch?.entries.at(-1)
  if (!batch || !end) return
  const { totem, chain, seq, hash, at } = end
  journal.acknowledged(batch, { upTo: seq, anchor: await signed({ totem, chain, seq, hash, at }), forked: false }, true)
}

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'journal-tamper-'))
  const journal = openLog(join(dir, 'journal.db'))
  for (let n = 1; n <= ENTRIES; n++) {
    journal.record('printer.changed', { status: `burst-${n}` })
    if (n % ANCHOR_EVERY === 0 && n < ENTRIES) await send(journal)
  }
  await exportJournal(journal, join(dir, 'sync-log.jsonl'))
  lines = [...journal.lines()]
  whole = [...journal.entries()]
  journal.close()
  file = readFileSync(join(dir, 'sync-log.jsonl'), 'utf8')
})
afterAll(() => rmSync(dir, { recursive: true, force: true }))

const isEntry = (line: ExportedLine): line is JournalEntry => !('anchor' in line)

/** What a reader learns: the sound entries, and up to which of them the gateway vouches. */
async function read(text: string) {
  const parsed: ExportedLine[] = []
  let malformed = false
  for (const line of text.split('\n').filter((said) => said !== '')) {
    try {
      parsed.push(exportedLine.parse(JSON.parse(line)))
    } catch {
      malformed = true
    }
  }
  const { faults, count, anchors } = checkLog(parsed)
  const opened = await Promise.all(anchors.map((jws) => openAnchor(jws, keys)))
  return { bad: malformed || faults.length > 0 || opened.includes(null), count, parsed, opened }
}
const fullText = (changed: readonly ExportedLine[]) => changed.map((line) => `${JSON.stringify(line)}\n`).join('')
const sameMeaning = (parsed: readonly ExportedLine[]) =>
  expect(parsed.filter(isEntry)).toEqual(whole.slice(0, parsed.filter(isEntry).length))

test('an untouched exported log is whole and signed for', async () => {
  const { bad, count, opened } = await read(file)
  expect([bad, count]).toEqual([false, ENTRIES])
  expect(opened.at(-1)?.seq).toBe(SENT)
  expect(file).toBe(fullText(lines))
})

test('any byte of the file changed: verify notices, or the log still says the same', async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(file.length - 1), fc.integer({ min: 1, max: 127 }), async (at, flip) => {
      const changed = Buffer.from(file)
      changed.writeUInt8((changed.readUInt8(at) ^ flip) & 0x7f, at)
      const { bad, parsed } = await read(changed.toString())
      // Four bits in the last letter of a signature carry nothing.
      if (!bad) sameMeaning(parsed)
    }),
    { numRuns: 250 },
  )
})

test('lines dropped, swapped, doubled, foreign or cut off: verify believes only the true beginning', async () => {
  const place = fc.nat(lines.length - 1)
  const edit = fc.oneof(
    fc.record({ kind: fc.constant('drop' as const), a: place, b: place }),
    fc.record({ kind: fc.constant('swap' as const), a: place, b: place }),
    fc.record({ kind: fc.constant('double' as const), a: place, b: place }),
    fc.record({ kind: fc.constant('cut' as const), a: place, b: place }),
  )
  await fc.assert(
    fc.asyncProperty(fc.array(edit, { minLength: 1, maxLength: 4 }), async (edits) => {
      const changed = [...lines]
      for (const { kind, a, b } of edits) {
        const [one, other] = [changed[a], changed[b]]
        if (!one || !other) continue
        if (kind === 'drop') changed.splice(a, 1)
        if (kind === 'swap') [changed[a], changed[b]] = [other, one]
        if (kind === 'double') changed.splice(b, 0, one)
        if (kind === 'cut') changed.length = a
      }
      const { bad, count, parsed } = await read(fullText(changed))
      if (!bad) sameMeaning(parsed)
      // Even in a log that is found bad, verify believes only true entries.
      expect(count).toBeLessThanOrEqual(ENTRIES)
    }),
    { numRuns: 150 },
  )
})

describe('an attacker who can compute hashes', () => {
  const forge = (from: number, change: Partial<JournalEntry>, drop: (line: ExportedLine, seq: number) => boolean) => {
    let previous = whole[from - 2]?.hash ?? '0'.repeat(64)
    let seq = 0
    return lines.flatMap((line): ExportedLine[] => {
      if (isEntry(line)) seq = line.seq
      if (drop(line, seq)) return []
      if (!isEntry(line) || line.seq < from) return [line]
      const forged = { ...line, ...(line.seq === from && change), previous }
      previous = entryHash(forged)
      return [{ ...forged, hash: previous }]
    })
  }
  test('and rewrites the log from some entry on fails at the next anchor', async () => {
    const forged = forge(25, { fields: { status: 'forged' } }, () => false)
    const { faults, chains } = checkLog(forged)
    expect(faults).toMatchObject([{ reason: 'anchor-misfit', seq: 40 }])
    expect(chains[0]?.anchored).toBe(20)
  })
  test('and removes the anchors is left with a log that nobody vouches for', async () => {
    const { faults, chains } = checkLog(
      forge(25, { fields: { status: 'forged' } }, (line, seq) => !isEntry(line) && seq >= 25),
    )
    expect(faults).toEqual([])
    expect(chains[0]?.anchored).toBe(20)
  })
  test('and signs anchors with a key of their own is found out', async () => {
    const { privateKey: other } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const forged = forge(1, { fields: { status: 'forged' } }, (line) => !isEntry(line))
    const { totem, chain, seq, hash, at } = forged.at(-1) as JournalEntry
    const { bad, opened } = await read(
      fullText([...forged, { anchor: await signed({ totem, chain, seq, hash, at }, other) }]),
    )
    expect([bad, opened]).toEqual([true, [null]])
  })
  test('and removes the oldest entries needs an anchor for the rest', async () => {
    const from = lines.findIndex((line) => isEntry(line) && line.seq === 22)
    expect(checkLog(lines.slice(from)).faults).toMatchObject([{ reason: 'entry-missing', seq: 1 }])
    // An anchor and the entries after it: a log that was shortened by rule looks the same.
    const rest = checkLog(lines.slice(from - 2))
    expect([rest.faults, rest.chains]).toEqual([
      [],
      [{ chain: whole[0]?.chain, totem: 'TT-0001', from: 21, upTo: ENTRIES, anchored: SENT }],
    ])
  })
})

describe('in the database', () => {
  function tampered(sql: string): string {
    const path = join(mkdtempSync(join(dir, 'edited-')), 'journal.db')
    copyFileSync(join(dir, 'journal.db'), path)
    const db = new Database(path)
    const triggers = db.prepare(`SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'`).all() as {
      name: string
      sql: string
    }[]
    for (const { name } of triggers) db.exec(`DROP TRIGGER ${name}`)
    db.pragma('foreign_keys = OFF')
    db.exec(sql)
    for (const { sql } of triggers) db.exec(sql)
    db.close()
    return path
  }
  const [held, waiting] = [50, 110]
  test.each<[string, string]>([
    ['a time', `at = '2026-01-01T00:00:00.000Z'`],
    ['an event', `event = 'reader.changed'`],
    ['a severity', `severity = 'warn'`],
    ['a field', `fields = '{"status":"forged"}'`],
    ['what goes before', `previous = '${'a'.repeat(64)}'`],
    ['a hash', `hash = '${'a'.repeat(64)}'`],
    ['a number', 'seq = 10000'],
  ])('%s changed: seen, and not sent', (_, change) => {
    for (const seq of [held, waiting]) {
      const journal = openLog(tampered(`UPDATE entry SET ${change} WHERE seq = ${seq}`))
      expect(journal.verify()).toMatchObject({ ok: false, error: { kind: 'broken', seq } })
      const batch = journal.unsent(500)
      expect(batch?.entries.map(({ seq }) => seq)).toEqual(
        whole.slice(SENT, seq === waiting ? waiting - 1 : ENTRIES).map(({ seq }) => seq),
      )
      journal.close()
    }
  })
  test('the end cut off: noticed, and the log goes on as a new chain', () => {
    const journal = openLog(tampered('DELETE FROM entry WHERE seq > 75'))
    expect([...journal.entries()].slice(75)).toMatchObject([
      {
        seq: 1,
        event: 'journal.restarted',
        fields: { reason: 'end-missing', chain: whole[0]?.chain, upTo: 75, lost: 0 },
      },
    ])
    journal.record('totem.stopped', {})
    expect(journal.unsent(500)?.entries.map(({ event }) => event)).toEqual(['journal.restarted', 'totem.stopped'])
    journal.close()
  })
  test('broken among entries not sent yet: the rest is given up, and the log goes on as a new chain', () => {
    const journal = openLog(tampered(`DELETE FROM entry WHERE seq = ${waiting}`))
    const batch = journal.unsent(500)
    expect(batch?.entries.at(-1)?.seq).toBe(waiting - 1)
    if (batch) journal.acknowledged(batch, { upTo: waiting - 1, anchor: null, forked: false }, true)
    expect(journal.unsent(500)?.entries).toMatchObject([
      {
        seq: 1,
        event: 'journal.restarted',
        fields: { reason: 'chain-broken', upTo: waiting - 1, lost: ENTRIES - waiting + 1 },
      },
    ])
    expect(journal.unsentCount()).toBe(1)
    journal.close()
  })
  test('an anchor for something else is not kept, and is reported once until a good one comes', async () => {
    const path = join(mkdtempSync(join(dir, 'anchor-')), 'journal.db')
    copyFileSync(join(dir, 'journal.db'), path)
    const journal = openLog(path)
    const batch = journal.unsent(500)
    if (!batch) throw new Error('nothing to send')
    const { totem, chain, hash } = whole.at(-1) as JournalEntry
    const at = '2026-11-22T10:00:00.000Z'
    for (const other of [
      { totem: 'TT-0002', chain, seq: ENTRIES, hash, at },
      { totem, chain, seq: ENTRIES - 1, hash, at },
      { totem, chain, seq: ENTRIES + 7, hash, at },
      { totem, chain, seq: ENTRIES, hash: 'a'.repeat(64), at },
      { totem, chain: '01KB0000000000000000000000', seq: ENTRIES, hash, at },
    ]) {
      journal.acknowledged(batch, { upTo: ENTRIES, anchor: await signed(other), forked: false }, true)
    }
    const told = () => [...journal.entries()].slice(ENTRIES).map(({ event, fields }) => [event, fields.seq])
    expect(told()).toEqual([['journal.anchor-refused', ENTRIES]])
    const good = await signed({ totem, chain, seq: ENTRIES, hash, at })
    journal.acknowledged(batch, { upTo: ENTRIES, anchor: good, forked: false }, true)
    journal.acknowledged(batch, { upTo: ENTRIES, anchor: 'garbage', forked: false }, true)
    journal.acknowledged(batch, { upTo: ENTRIES, anchor: good, forked: false }, false)
    expect(told().slice(1)).toEqual([['journal.anchor-refused', 0]])
    expect([...journal.lines()].filter((line) => !isEntry(line))).toHaveLength(6)
    journal.close()
  })
})

test('one page lost: entries before a later anchor are kept, and unsent ones are sent', () => {
  const folder = mkdtempSync(join(dir, 'page-'))
  const bytes = readFileSync(join(dir, 'journal.db'))
  const page = Math.floor(bytes.indexOf('burst-50"') / 4_096) * 4_096
  bytes.fill(0, page, page + 4_096)
  writeFileSync(join(folder, 'journal.db'), bytes)
  const journal = openLog(join(folder, 'journal.db'))
  const kept = [...journal.entries()].filter(({ chain }) => chain === whole[0]?.chain)
  expect(kept).toEqual(whole.slice(ENTRIES - kept.length))
  expect([60, 80]).toContain(ENTRIES - kept.length)
  expect(journal.verify().ok).toBe(true)
  expect(checkLog(journal.lines()).chains[0]).toMatchObject({ from: ENTRIES - kept.length + 1, anchored: SENT })
  expect([...journal.entries()].slice(kept.length).map(({ event, fields }) => [event, fields])).toEqual([
    ['journal.restarted', { reason: 'file-damaged', chain: whole[0]?.chain, upTo: ENTRIES, lost: 0 }],
    [
      'storage.repaired',
      { store: 'journal', reason: 'integrity-check', salvaged: kept.length, lost: ENTRIES - kept.length },
    ],
  ])
  expect(journal.unsent(500)?.entries).toEqual(whole.slice(SENT))
  journal.close()
})

test('disk-damaged-anywhere: the entries kept are true, and the log goes on', () => {
  const pristine = readFileSync(join(dir, 'journal.db'))
  fc.assert(
    fc.property(
      fc.array(
        fc.record({ at: fc.nat(pristine.length - 1), length: fc.constantFrom(1, 16, 512, 4_096), byte: fc.nat(255) }),
        {
          minLength: 1,
          maxLength: 5,
        },
      ),
      (wounds) => {
        const folder = mkdtempSync(join(dir, 'damaged-'))
        const bytes = Buffer.from(pristine)
        for (const { at, length, byte } of wounds) bytes.fill(byte, at, Math.min(at + length, bytes.length))
        writeFileSync(join(folder, 'journal.db'), bytes)
        const journal = openLog(join(folder, 'journal.db'))
        journal.record('totem.stopped', {})
        const sent: JournalEntry[] = []
        for (let batch = journal.unsent(500); batch; batch = journal.unsent(500)) {
          sent.push(...batch.entries)
          journal.acknowledged(batch, { upTo: batch.entries.at(-1)?.seq ?? 0, anchor: null, forked: false }, true)
        }
        journal.close()
        // No number that the gateway may hold is used for another entry.
        for (const { chain, seq, hash } of sent)
          if (chain === whole[0]?.chain && seq <= ENTRIES) expect(hash).toBe(whole[seq - 1]?.hash)
        // Damage that only a hash shows is found later. Entries written beyond it by then count as lost.
        expect(['totem.stopped', 'journal.restarted']).toContain(sent.at(-1)?.event)
        rmSync(folder, { recursive: true })
      },
    ),
    { numRuns: 40 },
  )
})
