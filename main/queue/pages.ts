import { closeSync, existsSync, fstatSync, openSync, readFileSync, readSync } from 'node:fs'

/**
 * A row as it lies in a leaf of some table: its number, and its columns in order (a column that is the number is null).
 */
export type FoundRow = { seq: number; values: (string | number | null)[] }

const USUAL_PAGE = 4096
const TABLE_LEAF = 0x0d
// Bytes of the file's first page before its b-tree.
const FILE_HEADER = 100
const WAL_HEADER = 32
const FRAME_HEADER = 24
// 0x377f0682: checksums of little-endian words, …83 of big-endian ones.
const WAL_MAGIC = 0x377f0682
/** No row of ours is longer: a length beyond it is damage. */
const LONGEST_ROW = 64 * 1024 * 1024

/**
 * Reads the rows of a SQLite file without SQLite, which gives up a whole table for one wrong byte in its root. Every
 * page that is a leaf of a table is read by itself (https://www.sqlite.org/fileformat2.html §1.6, §2), with the log's
 * committed pages over it (§4). The file needs `secure_delete`, or deleted rows would be found too.
 */
export function foundRows(path: string, wal: string): Iterable<FoundRow> {
  return { [Symbol.iterator]: () => rowsOf(path, wal) }
}

function* rowsOf(path: string, wal: string): Generator<FoundRow> {
  const file = existsSync(path) ? openSync(path, 'r') : null
  try {
    const pages = pagesOf(file, existsSync(wal) ? readFileSync(wal) : Buffer.alloc(0))
    for (let number = 1; number <= pages.count; number++) {
      const page = pages.read(number)
      const start = number === 1 ? FILE_HEADER : 0
      if (page?.[start] !== TABLE_LEAF) continue
      // As many pointers as there is room for, whatever a damaged page says.
      const cells = Math.min(page.readUInt16BE(start + 3), (pages.size - start - 8) >> 1)
      for (let cell = 0; cell < cells; cell++) {
        const row = rowAt(pages, page, start + 8 + 2 * cell)
        if (row) yield row
      }
    }
  } finally {
    if (file !== null) closeSync(file)
  }
}

/**
 * True when the file has as many pages as it says. A file that was cut short, or does not say any more, may have held
 * rows of which no trace is left.
 */
export function isFullLength(path: string, wal: string): boolean {
  if (existsSync(wal) && committed(readFileSync(wal))) return existsSync(path)
  if (!existsSync(path)) return false
  const file = openSync(path, 'r')
  try {
    const header = Buffer.alloc(FILE_HEADER)
    readSync(file, header, 0, FILE_HEADER, 0)
    const said = header.readUInt32BE(28) * header.readUInt16BE(16)
    return header.subarray(0, 16).toString('latin1') === 'SQLite format 3\0' && said === fstatSync(file).size
  } finally {
    closeSync(file)
  }
}

type Pages = { count: number; size: number; read(number: number): Buffer | null }

function pagesOf(file: number | null, wal: Buffer): Pages {
  const header = Buffer.alloc(FILE_HEADER)
  if (file !== null) readSync(file, header, 0, FILE_HEADER, 0)
  const log = committed(wal)
  const told = header.readUInt16BE(16)
  const size = log?.size ?? (told >= 512 && (told & (told - 1)) === 0 ? told : USUAL_PAGE)
  const count = log?.count ?? (file === null ? 0 : Math.floor(fstatSync(file).size / size))
  return {
    count,
    size,
    read(number) {
      if (number < 1 || number > count) return null
      const at = log?.pages.get(number)
      if (at !== undefined) return wal.subarray(at, at + size)
      if (file === null) return null
      const page = Buffer.alloc(size)
      return readSync(file, page, 0, size, (number - 1) * size) === size ? page : null
    },
  }
}

/** Where in the log the newest committed copy of each page lies, and how many pages the file has then. */
function committed(wal: Buffer): { size: number; count: number; pages: Map<number, number> } | null {
  if (wal.length < WAL_HEADER) return null
  const magic = wal.readUInt32BE(0)
  const size = wal.readUInt32BE(8)
  if ((magic & ~1) >>> 0 !== WAL_MAGIC || size < 512 || size > 65_536) return null
  const word = (magic & 1) === 1 ? (at: number) => wal.readUInt32BE(at) : (at: number) => wal.readUInt32LE(at)
  let [s0, s1] = [0, 0]
  const sum = (from: number, to: number) => {
    for (let at = from; at < to; at += 8) {
      s0 = (s0 + word(at) + s1) >>> 0
      s1 = (s1 + word(at + 4) + s0) >>> 0
    }
  }
  const matches = (at: number) => s0 === wal.readUInt32BE(at) && s1 === wal.readUInt32BE(at + 4)
  sum(0, 24)
  if (!matches(24)) return null
  const salt = wal.readBigUInt64BE(16)
  const [pages, pending] = [new Map<number, number>(), new Map<number, number>()]
  let count = 0
  for (let frame = WAL_HEADER; frame + FRAME_HEADER + size <= wal.length; frame += FRAME_HEADER + size) {
    if (wal.readBigUInt64BE(frame + 8) !== salt) break
    sum(frame, frame + 8)
    sum(frame + FRAME_HEADER, frame + FRAME_HEADER + size)
    if (!matches(frame + 16)) break
    pending.set(wal.readUInt32BE(frame), frame + FRAME_HEADER)
    const pagesThen = wal.readUInt32BE(frame + 4)
    if (pagesThen === 0) continue
    count = pagesThen
    for (const [number, at] of pending) pages.set(number, at)
    pending.clear()
  }
  return count > 0 ? { size, count, pages } : null
}

/** The row of the cell that the pointer at `pointer` leads to; null when it leads to no row. */
function rowAt(pages: Pages, page: Buffer, pointer: number): FoundRow | null {
  try {
    const [length, afterLength] = varint(page, page.readUInt16BE(pointer))
    const [seq, start] = varint(page, afterLength)
    if (length > LONGEST_ROW) return null
    const payload = payloadOf(pages, page, start, length)
    return payload && { seq, values: valuesOf(payload) }
  } catch (error) {
    // The cell reaches beyond its page or its record, or is no text.
    if (error instanceof RangeError || error instanceof TypeError) return null
    throw error
  }
}

function payloadOf(pages: Pages, page: Buffer, start: number, length: number): Buffer | null {
  const largest = pages.size - 35
  if (length <= largest) return exactly(page, start, length)
  const least = Math.floor(((pages.size - 12) * 32) / 255) - 23
  const some = least + ((length - least) % (pages.size - 4))
  const local = some <= largest ? some : least
  const parts = [exactly(page, start, local)]
  let next = page.readUInt32BE(start + local)
  for (let left = length - local; left > 0; left -= pages.size - 4) {
    const overflow = pages.read(next)
    if (!overflow) return null
    parts.push(overflow.subarray(4, 4 + Math.min(left, pages.size - 4)))
    next = overflow.readUInt32BE(0)
  }
  return Buffer.concat(parts)
}

function exactly(buffer: Buffer, start: number, length: number): Buffer {
  if (start + length > buffer.length) throw new RangeError('beyond the page')
  return buffer.subarray(start, start + length)
}

const utf8 = new TextDecoder('utf-8', { fatal: true })

function valuesOf(record: Buffer): FoundRow['values'] {
  const values: FoundRow['values'] = []
  const [headerLength, first] = varint(record, 0)
  let body = headerLength
  for (let at = first; at < headerLength; ) {
    const [type, next] = varint(record, at)
    at = next
    const length = lengthOf(type)
    const bytes = exactly(record, body, length)
    body += length
    if (type === 0) values.push(null)
    else if (type === 8 || type === 9) values.push(type - 8)
    else if (type >= 1 && type <= 4) values.push(bytes.readIntBE(0, length))
    else if (type === 5) values.push(bytes.readIntBE(0, 6))
    else if (type === 6) values.push(Number(bytes.readBigInt64BE(0)))
    else if (type >= 13 && type % 2 === 1) values.push(utf8.decode(bytes))
    // Our tables hold no real numbers and no blobs.
    else throw new RangeError('no such value')
  }
  if (body !== record.length) throw new RangeError('not the whole record')
  return values
}

const lengthOf = (type: number) => (type >= 12 ? Math.floor((type - 12) / 2) : ([0, 1, 2, 3, 4, 6, 8, 8][type] ?? 0))

/** The value, and where it ends. It has nine bytes at most, and the last one counts with all eight bits. */
function varint(buffer: Buffer, start: number): [number, number] {
  let value = 0n
  for (let at = start; at < start + 8; at++) {
    const byte = buffer.readUInt8(at)
    value = (value << 7n) | BigInt(byte & 0x7f)
    if (byte < 0x80) return [Number(value), at + 1]
  }
  return [Number(BigInt.asIntN(64, (value << 8n) | BigInt(buffer.readUInt8(start + 8)))), start + 9]
}
