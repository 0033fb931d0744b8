import { createHash } from 'node:crypto'
import {
  copyFileSync,
  existsSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { constants, inflateRawSync, inflateSync } from 'node:zlib'
import Database from 'better-sqlite3'
import { type Pattern, populationPatterns } from './personal-patterns.ts'

/** Something personal in a file. `how`: the decodings on the way to it, the outermost first. */
export interface Leak {
  file: string
  what: string
  how: string
  /** In the innermost decoding. */
  offset: number
}

/**
 * How unlikely a finding in noise must be, after correction for the noise's length and the number of patterns: one in
 * 2^40 a view. Some millions of views (a night of rounds) then give a false alarm once in a hundred thousand nights.
 */
const MARGIN_BITS = 40
/** Chance of a random byte to be a printable ASCII character, a tab or a line end: 98 of 256. */
const TEXT_BITS = Math.log2(256 / 98)
/** A JWS in JSON in base64, compressed, is the deepest leak ever found by hand. */
const DEEPEST = 4
/** Shorter ones hold no name. */
const BASE64_RUN = /[A-Za-z0-9+/_-]{7,}(?:\r?\n[A-Za-z0-9+/_-]{7,})*/g
const HEX_RUN = /[0-9a-f](?:[ :,]?[0-9a-f]){9,}/gi
/** A run of base64 is noise when it is so much longer than the word found in it. */
const NOISE_AROUND = 20
const LARGEST_INFLATED = 64 * 1024 * 1024
const PIECE_BYTES = 32 * 1024 * 1024
/** Longer than any pattern, in any encoding that is searched before decoding. */
const OVERLAP_BYTES = 4096
/** Separates decoded runs; no text holds it. */
const BORDER = '\x01\x02\x03\x04'
/** Three characters of UTF-16, of the first 256, in either order of bytes. */
const WIDE = /(?:[^\0]\0){3}/
const SQLITE = Buffer.from('SQLite format 3\0')

/**
 * Searches the files below folders as a thief of the disk would: plain bytes, UTF-8, Latin-1, the printers' code pages,
 * UTF-16, base64 and base64url at each alignment, hex, gzip, zlib and zip streams, one within the other. SQLite is also
 * searched row by row, since a value may lie over several pages. File names and links count too. The digest of each
 * searched file is kept, so that a later search costs only what has changed.
 */
export function createDiskSearcher(patterns: readonly Pattern[] = populationPatterns()) {
  const startingWith = indexOf(patterns)
  const patternBits = Math.log2(patterns.length)
  const seen = new Map<string, Leak[]>()
  const searched = { files: 0, bytes: 0 }

  function inView(file: string, how: string, text: string, decoded: boolean): Leak[] {
    const leaks: Leak[] = []
    const needed = Math.log2(text.length + 1) + patternBits + MARGIN_BITS
    let pair = 0
    for (let at = 0; at < text.length; at++) {
      pair = ((pair << 8) | (LOWER[text.charCodeAt(at)] ?? 0)) & 0xffff
      const candidates = startingWith[pair]
      if (!candidates) continue
      const start = at - 1
      for (const { pattern, regex } of candidates) {
        regex.lastIndex = start
        const length = regex.exec(text)?.[0].length
        if (length === undefined || !counts(pattern, text, start, length, needed, decoded)) continue
        leaks.push({ file, what: pattern.what, how, offset: start })
        break
      }
    }
    return leaks
  }

  function inBytes(file: string, bytes: Buffer, how: string, depth: number): Leak[] {
    const text = bytes.toString('latin1')
    const leaks = inView(file, how || 'as it is', text, depth > 0)
    const deeper = (step: string) => (how ? `${how} > ${step}` : step)
    // Other bytes may lie between: a file is seldom one text.
    const narrow = WIDE.test(text) ? text.replaceAll('\0', '') : null
    if (narrow !== null) leaks.push(...inView(file, deeper('UTF-16'), narrow, depth > 0))
    if (depth === DEEPEST) return leaks
    for (const [name, view] of [
      ['', text],
      ['UTF-16 > ', narrow ?? ''],
    ] as const) {
      for (const [step, decoded] of decodings(view)) {
        leaks.push(...inBytes(file, decoded, deeper(`${name}${step}`), depth + 1))
      }
    }
    for (const [step, inflated] of inflatedFrom(bytes)) {
      leaks.push(...inBytes(file, inflated, deeper(step), depth + 1))
    }
    return leaks
  }

  function once(file: string, content: readonly Buffer[], search: () => Leak[]): Leak[] {
    const digest = createHash('sha256')
    for (const part of content) digest.update(part).update('|')
    const key = digest.digest('base64')
    const known = seen.get(key)
    if (known) return known.map((leak) => ({ ...leak, file }))
    searched.files++
    searched.bytes += content.reduce((sum, part) => sum + part.length, 0)
    const leaks = search()
    seen.set(key, leaks)
    return leaks
  }

  function inFile(file: string): Leak[] {
    const content = read(file)
    if (!content) return []
    const leaks = once(file, [content], () => {
      const all: Leak[] = []
      for (let from = 0; from === 0 || from < content.length; from += PIECE_BYTES) {
        all.push(...inBytes(file, content.subarray(from, from + PIECE_BYTES + OVERLAP_BYTES), '', 0))
      }
      return all
    })
    if (!content.subarray(0, SQLITE.length).equals(SQLITE)) return leaks
    const wal = read(`${file}-wal`) ?? Buffer.alloc(0)
    return [
      ...leaks,
      ...once(`${file} rows`, [content, wal, Buffer.from('rows')], () =>
        inBytes(file, joined(cellsOf(file)), 'SQLite row', 1),
      ),
    ]
  }

  return {
    /** Files searched so far, each content once. */
    searched: searched as Readonly<typeof searched>,
    bytes: (name: string, content: Buffer): Leak[] => inBytes(name, content, '', 0),
    /** Skips files that vanish meanwhile. `ownedBy`: only the folders' entries of this user. */
    search(folders: readonly string[], { ownedBy }: { ownedBy?: number } = {}): Leak[] {
      return folders
        .flatMap((folder) => walk(folder, ownedBy))
        .flatMap(({ path, link }) => [
          ...inBytes(path, Buffer.from(basename(path)), 'file name', DEEPEST),
          ...(link === null ? inFile(path) : inBytes(path, Buffer.from(link), 'link', DEEPEST)),
        ])
    },
  }
}

/** Bytes with ASCII letters in lower case. */
const LOWER = Uint8Array.from({ length: 256 }, (_, byte) => (byte >= 0x41 && byte <= 0x5a ? byte + 32 : byte))

interface Candidate {
  pattern: Pattern
  regex: RegExp
}

/** Patterns by their first two bytes, so that one lookup passes over nearly every place in noise. */
function indexOf(patterns: readonly Pattern[]): (Candidate[] | undefined)[] {
  const index: (Candidate[] | undefined)[] = Array.from({ length: 0x10000 })
  for (const pattern of patterns) {
    const candidate = { pattern, regex: new RegExp(pattern.source, 'iy') }
    for (const [first, second] of pattern.starts) {
      const seconds = second === null ? Array.from({ length: 256 }, (_, byte) => byte) : [second.charCodeAt(0)]
      for (const byte of seconds) {
        const pair = (first.charCodeAt(0) << 8) | byte
        index[pair] = [...(index[pair] ?? []), candidate]
      }
    }
  }
  return index
}

/** Tells a leak from chance; see `Pattern` and `MARGIN_BITS`. */
function counts(
  { bits, word }: Pattern,
  text: string,
  start: number,
  length: number,
  needed: number,
  decoded: boolean,
): boolean {
  const end = start + length
  const at = (index: number) => text[index] ?? ''
  if (!word) return true
  const escapeBefore = /(?:%[0-9a-f]{2}|\\(?:[bfnrt]|u[0-9a-f]{4}))$/i.test(text.slice(Math.max(0, start - 6), start))
  if ((/[a-z0-9]/i.test(at(start - 1)) && !escapeBefore) || /[a-z0-9]/i.test(at(end))) return false
  let [from, to] = [start, end]
  while (to - from <= length + NOISE_AROUND && /[A-Za-z0-9+/=_-]/.test(at(from - 1))) from--
  while (to - from <= length + NOISE_AROUND && /[A-Za-z0-9+/=_-]/.test(at(to))) to++
  if (to - from > length + NOISE_AROUND) return false
  const isText = (character: string) => /[\x20-\x7e\t\r\n]/.test(character)
  const most = length + Math.ceil(needed / TEXT_BITS)
  ;[from, to] = [start, end]
  while (to - from < most && isText(at(from - 1))) from--
  while (to - from < most && isText(at(to))) to++
  const alone =
    decoded &&
    (from === 0 || text.slice(from - BORDER.length, from) === BORDER) &&
    (to === text.length || text.slice(to, to + BORDER.length) === BORDER)
  return alone || bits + (to - from - length) * TEXT_BITS >= needed
}

const joined = (parts: readonly Buffer[]): Buffer =>
  Buffer.concat(parts.flatMap((part) => [part, Buffer.from(BORDER, 'latin1')]))

/** Decodes text in base64 or hex as if it began at each of its first characters. */
function decodings(text: string): [step: string, decoded: Buffer][] {
  const base64 = (text.match(BASE64_RUN) ?? []).map((run) => run.replaceAll(/[\r\n]/g, ''))
  const hex = (text.match(HEX_RUN) ?? []).map((run) => run.replaceAll(/[ :,]/g, ''))
  const all: [string, Buffer][] = []
  for (let offset = 0; base64.length > 0 && offset < 4; offset++) {
    all.push(['base64', joined(base64.map((run) => Buffer.from(run.slice(offset), 'base64')))])
  }
  for (let offset = 0; hex.length > 0 && offset < 2; offset++) {
    all.push(['hex', joined(hex.map((run) => Buffer.from(run.slice(offset), 'hex')))])
  }
  return all
}

/** Everything that inflates at any place: gzip, zlib (RFC 1950 §2.2: the first two bytes divide by 31), zip entries. */
function* inflatedFrom(bytes: Buffer): Generator<[step: string, inflated: Buffer]> {
  for (let at = 0; at + 2 < bytes.length; at++) {
    const first = bytes[at] ?? 0
    const second = bytes[at + 1] ?? 0
    if (first === 0x1f && second === 0x8b) {
      yield* tried('gzip', () => inflateRawSync(bytes.subarray(at + gzipHeader(bytes.subarray(at))), LENIENT))
    } else if (first === 0x50 && bytes.subarray(at, at + 4).equals(ZIP_ENTRY)) {
      yield* tried('zip', () => inflateRawSync(bytes.subarray(at + zipHeader(bytes.subarray(at))), LENIENT))
    } else if ((first & 0x8f) === 0x08 && ((first << 8) | second) % 31 === 0 && (second & 0x20) === 0) {
      yield* tried('zlib', () => inflateSync(bytes.subarray(at), LENIENT))
    }
  }
}

const ZIP_ENTRY = Buffer.from('PK\x03\x04', 'latin1')
/** Reads a truncated stream as far as it goes. */
const LENIENT = { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength: LARGEST_INFLATED } as const

const zipHeader = (entry: Buffer) =>
  entry.length < 30 ? entry.length : 30 + entry.readUInt16LE(26) + entry.readUInt16LE(28)

/** Skips the header of RFC 1952 §2.3, because Node refuses a gzip stream with trailing bytes. */
function gzipHeader(stream: Buffer): number {
  const flags = stream[3] ?? 0
  let length = 10
  if (flags & 0x04) length += 2 + (stream.length > 12 ? stream.readUInt16LE(10) : 0)
  for (const text of [0x08, 0x10]) if (flags & text) length = stream.indexOf(0, length) + 1
  return length + (flags & 0x02 ? 2 : 0)
}

function tried(step: string, inflate: () => Buffer): [string, Buffer][] {
  try {
    const inflated = inflate()
    return inflated.length > 0 ? [[step, inflated]] : []
  } catch {
    return []
  }
}

/** Null: the file is gone or unreadable. */
function read(file: string): Buffer | null {
  try {
    return readFileSync(file)
  } catch {
    return null
  }
}

function walk(path: string, ownedBy: number | undefined, disk?: number): { path: string; link: string | null }[] {
  try {
    const entry = lstatSync(path)
    // What is mounted below is no part of this disk; a mounted /proc would be read for ever.
    if (disk !== undefined && entry.dev !== disk) return []
    if (entry.isDirectory()) {
      // A sticky folder holds everybody's files; everything below a user's own folder is that user's.
      const own = ownedBy !== undefined && entry.uid === ownedBy ? undefined : ownedBy
      return [{ path, link: '' }, ...readdirSync(path).flatMap((name) => walk(join(path, name), own, entry.dev))]
    }
    if (ownedBy !== undefined && entry.uid !== ownedBy) return []
    if (entry.isSymbolicLink()) return [{ path, link: readlinkSync(path) }]
    return entry.isFile() ? [{ path, link: null }] : []
  } catch {
    return []
  }
}

/** Every value of every row, from a copy, since the file may be in use. */
function cellsOf(file: string): Buffer[] {
  const folder = mkdtempSync(join(tmpdir(), 'disk-image-'))
  const copy = join(folder, 'copy.db')
  try {
    copyFileSync(file, copy)
    if (existsSync(`${file}-wal`)) copyFileSync(`${file}-wal`, `${copy}-wal`)
    const db = new Database(copy)
    try {
      const tables = db.prepare(`SELECT name FROM sqlite_schema WHERE type = 'table'`).pluck().all() as string[]
      return tables.flatMap((table) => {
        const rows = db.prepare(`SELECT * FROM "${table}"`).raw().all() as unknown[][]
        return rows
          .flat()
          .flatMap((cell) => (cell === null ? [] : [Buffer.isBuffer(cell) ? cell : Buffer.from(String(cell))]))
      })
    } finally {
      db.close()
    }
  } catch {
    // Copied in the middle of a write, or damaged on purpose: the raw pages have been searched already.
    return []
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
