import { randomBytes } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { deflateSync, gzipSync } from 'node:zlib'
import Database from 'better-sqlite3'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { canOf } from '../../simulator/card/cie/identity.ts'
import { DEFAULT_PIN } from '../../simulator/card/cns.ts'
import { personalFile } from '../../simulator/card/personal-file.ts'
import { familyOf, people, personById } from '../../simulator/population/people.ts'
import { createDiskSearcher } from '../support/disk/disk-image.ts'
import { digitPatterns } from '../support/disk/personal-patterns.ts'
import { watchDisk } from '../support/disk/totem-disk.ts'

// The search that proves a disk clean must first prove that it finds what is there.

const searcher = createDiskSearcher()
const found = (content: Buffer | string) => [
  ...new Set(searcher.bytes('planted', Buffer.from(content)).map(({ what }) => what)),
]
const mario = personById('mario-rossi')
const secrets = people.flatMap((person) => [
  [`codice fiscale of ${person.id}`, person.codiceFiscale],
  [`ID ANPR of ${person.id}`, person.idAnpr],
  [`name of ${person.id}`, `${person.name} ${person.surname}`],
  [`surname ${person.surname}`, `{"surname":"${person.surname}","type":"residenza"}`],
  [`given name of ${person.id}`, `the certificate of ${person.name.toUpperCase()}, as it was asked for`],
  [`address ${familyOf(person.id)?.address.toponimo}`, familyOf(person.id)?.address.toponimo],
]) as [string, string][]

/** Ways in which a program may encode a text that it writes. */
const encodings: Record<string, (text: string) => Buffer> = {
  'UTF-8': (text) => Buffer.from(text),
  'upper case': (text) => Buffer.from(text.toUpperCase()),
  'UTF-8, decomposed': (text) => Buffer.from(text.normalize('NFD')),
  'without marks, as on a card': (text) => Buffer.from(text.normalize('NFD').replace(/[^\x20-\x7e]/g, '')),
  'UTF-16, little-endian': (text) => Buffer.from(text, 'utf16le'),
  'UTF-16, big-endian': (text) => Buffer.from(text, 'utf16le').swap16(),
  'JSON escapes': (text) =>
    Buffer.from(text.replaceAll(/[^\x20-\x7e]/g, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`)),
  URL: (text) => Buffer.from(`?q=${encodeURIComponent(text)}&v=1`),
  base64: (text) => Buffer.from(Buffer.from(text).toString('base64')),
  'base64, one byte on': (text) => Buffer.from(Buffer.from(` ${text}`).toString('base64url')),
  'base64, two bytes on': (text) => Buffer.from(Buffer.from(`: ${text} .`).toString('base64url')),
  'base64 in the middle of other base64': (text) =>
    Buffer.from(
      `${randomBytes(31).toString('base64url')}${Buffer.from(`the person: ${text}, and no other`).toString('base64url')}`,
    ),
  'base64 in lines': (text) =>
    Buffer.from(Buffer.from(`the person: ${text}, and no other`).toString('base64').replaceAll(/.{19}/g, '$&\r\n')),
  'base64 in UTF-16': (text) => Buffer.from(Buffer.from(text).toString('base64'), 'utf16le'),
  hex: (text) => Buffer.from(Buffer.from(text).toString('hex')),
  'hex, upper case, spaced': (text) =>
    Buffer.from(Buffer.from(text).toString('hex').toUpperCase().replaceAll(/../g, '$& ')),
  gzip: (text) => Buffer.concat([randomBytes(50), gzipSync(`x ${text} and more`), randomBytes(9)]),
  zlib: (text) => Buffer.concat([randomBytes(50), deflateSync(`x ${text} and more`), randomBytes(9)]),
  'gzip in base64 in JSON': (text) =>
    Buffer.from(JSON.stringify({ body: gzipSync(JSON.stringify({ text })).toString('base64') })),
}

test.for(Object.entries(encodings))('planted as %s', ([, encode]) => {
  for (const [what, text] of secrets) {
    const planted = encode(text)
    expect(found(planted)).toContain(what)
    // A word of five letters, or part of a word, proves nothing when noise touches it.
    if (/surname|given|ID ANPR/.test(what)) continue
    expect(found(Buffer.concat([randomBytes(300), planted, randomBytes(300)])), what).toContain(what)
  }
})

test.each([
  ['as text', `PIN entered: ${DEFAULT_PIN}`],
  ['in JSON', JSON.stringify({ pin: DEFAULT_PIN })],
  ['as a key on the screen would log it', JSON.stringify([...Buffer.from(DEFAULT_PIN)])],
  ['as a Uint8Array becomes JSON', JSON.stringify({ pin: Uint8Array.from(Buffer.from(DEFAULT_PIN)) })],
  ['in a VERIFY APDU as hex', `00 20 00 10 08 ${[...DEFAULT_PIN].map((digit) => `3${digit}`).join(' ')}`],
  ['in a VERIFY APDU as bytes', Buffer.concat([Buffer.from('0020001008', 'hex'), Buffer.from(DEFAULT_PIN)])],
  ['as base64', Buffer.from(DEFAULT_PIN).toString('base64')],
  ['in UTF-16', Buffer.from(`pin=${DEFAULT_PIN};`, 'utf16le')],
])('the PIN %s', (_, content) => {
  expect(found(content)).toContain('PIN')
})

test('a PIN of five digits and a CAN count where the text names them so', () => {
  const short = createDiskSearcher(digitPatterns('PIN', '38461'))
  const told = (text: string) =>
    short.bytes('planted', Buffer.from(`what the log holds of it: ${text}; and so on`)).length
  for (const text of ['pin 38461', 'PIN: 38461', '{"pin":"38461"}', "typed '38461'", '[51,56,52,54,49]']) {
    expect(told(text), text).toBeGreaterThan(0)
  }
  for (const text of ['took 38461 us', '1.38461', 'port 38461', '0x38461']) expect(told(text), text).toBe(0)
  expect(found(`{"event":"card.read","can":"${canOf(mario)}","kind":"cie"}`)).toContain(`CAN of ${mario.id}`)
})

test('a card’s files, its certificate, an ANPR answer and a document are found', () => {
  expect(found(Buffer.from(personalFile(mario)))).toContain(`codice fiscale of ${mario.id}`)
  expect(found(Buffer.from(personalFile(mario)).toString('base64'))).toContain(`codice fiscale of ${mario.id}`)
  expect(found(Buffer.from(`6|I<ITA${mario.surname.toUpperCase()}<<${mario.name.toUpperCase()}<<<<`))).toContain(
    `name of ${mario.id}`,
  )
  expect(found('{"pdf":"JVBERi0xLjQKJeLjz9MK"}')).toEqual(['a PDF document'])
})

test('noise is nobody: random bytes, their base64 and hex, a sealed request, numbers', () => {
  const noise = randomBytes(300_000)
  const numbers = Array.from({ length: 20_000 }, (_, index) => index * 617).join(' ')
  for (const content of [
    noise,
    noise.toString('base64'),
    noise.toString('base64url'),
    noise.toString('hex'),
    numbers,
  ]) {
    expect(found(content)).toEqual([])
  }
  expect(found('Europe/Sofia, 2012345678, 0.12345678, marionette, Rossini, annamariag, planned')).toEqual([])
})

describe('a folder', () => {
  let dir: string
  beforeAll(() => {
    dir = mkdtempSync(join(tmpdir(), 'disk-image-'))
  })
  afterAll(() => rmSync(dir, { recursive: true, force: true }))

  test('names of files and links, deep folders, and a file that was clean before', () => {
    const folder = join(dir, 'folder')
    mkdirSync(join(folder, 'a/b'), { recursive: true })
    const log = join(folder, 'a/b/log.txt')
    writeFileSync(log, 'visit ended')
    expect(searcher.search([folder])).toEqual([])
    writeFileSync(log, `visit of ${mario.codiceFiscale} ended`)
    writeFileSync(join(folder, `${mario.codiceFiscale}.tmp`), '')
    symlinkSync(`/nowhere/${mario.codiceFiscale}`, join(folder, 'link'))
    const leaks = searcher.search([folder])
    expect(leaks.map(({ how }) => how).sort()).toEqual(['as it is', 'file name', 'link'])
  })

  test('the watch over a totem reports what lay there at any moment, even if it is gone since', async () => {
    const folder = join(dir, 'totem')
    mkdirSync(folder)
    const disk = watchDisk(folder)
    await disk.look()
    await disk.clean()
    writeFileSync(join(folder, 'half-written.tmp'), JSON.stringify({ holder: mario.codiceFiscale }))
    await disk.look()
    rmSync(join(folder, 'half-written.tmp'))
    await disk.look()
    await expect(disk.clean()).rejects.toThrow(`codice fiscale of ${mario.id} in`)
  })

  test('a database: in a row over several pages, in the WAL only, erased without secure_delete', () => {
    const path = join(dir, 'some.db')
    const db = new Database(path)
    db.pragma('journal_mode = WAL')
    db.exec('CREATE TABLE note (text TEXT)')
    const add = db.prepare('INSERT INTO note VALUES (?)')
    add.run('x'.repeat(100))
    expect(searcher.search([dir]).filter(({ file }) => file.includes('some.db'))).toEqual([])
    // An overflow page cuts a value where the page ends.
    for (let at = 0; at < 16; at++) add.run(`${'x'.repeat(4_070 + at)} ${mario.codiceFiscale} ${'y'.repeat(9_000)}`)
    expect(searcher.search([path]).filter(({ how }) => how === 'SQLite row')).toHaveLength(16)
    expect(searcher.search([`${path}-wal`]).length).toBeGreaterThan(10)
    db.exec('DELETE FROM note')
    db.pragma('wal_checkpoint(TRUNCATE)')
    expect(searcher.search([path]).filter(({ how }) => how === 'as it is').length).toBeGreaterThan(10)
    db.close()
  })
})
