/**
 * Strict DER (X.690 §8, §10): bytes of a chip or a trust list are read by grammar, and any deviation is refused. The
 * readers throw `Malformed`; `decode` is the face, which turns it into null. There is no recursion: the grammar sets
 * the depth.
 */
export class Malformed extends Error {}

/** `tag` holds the identifier octets as one number (0x30, 0x5F1F); `raw` is the element with its header. */
export interface Der {
  tag: number
  content: Uint8Array
  raw: Uint8Array
}

export const TAG = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  null: 0x05,
  oid: 0x06,
  utcTime: 0x17,
  generalizedTime: 0x18,
  sequence: 0x30,
  set: 0x31,
  /** Context-specific and constructed; add the number. */
  context: 0xa0,
} as const

/** The result of `grammar` on `bytes`; null if they do not fit it. */
export function decode<T>(bytes: Uint8Array, grammar: (bytes: Uint8Array) => T): T | null {
  try {
    return grammar(bytes)
  } catch (reason) {
    if (reason instanceof Malformed) return null
    throw reason
  }
}

/** Begin and end of the content of the element at `at`. */
export function extent(bytes: Uint8Array, at: number): { tag: number; start: number; end: number } {
  let place = at
  const next = () => {
    const byte = bytes[place++]
    if (byte === undefined) throw new Malformed('cut')
    return byte
  }
  let tag = next()
  if ((tag & 0x1f) === 0x1f) {
    const low = next()
    if (low >= 0x80) throw new Malformed('tag of three bytes')
    tag = tag * 0x100 + low
  }
  let length = next()
  if (length >= 0x80) {
    const count = length - 0x80
    if (count < 1 || count > 4) throw new Malformed('length')
    length = 0
    for (let index = 0; index < count; index++) length = length * 0x100 + next()
    if (length < 0x80 || length < 0x100 ** (count - 1)) throw new Malformed('length not minimal')
  }
  const end = place + length
  if (end > bytes.length) throw new Malformed('cut')
  return { tag, start: place, end }
}

/** The element at the beginning of `bytes`; other bytes may follow. */
export function first(bytes: Uint8Array): Der {
  const { tag, start, end } = extent(bytes, 0)
  return { tag, content: bytes.subarray(start, end), raw: bytes.subarray(0, end) }
}

/** The single element that fills `bytes`. */
export function sole(bytes: Uint8Array, tag: number): Der {
  const element = first(bytes)
  if (element.raw.length !== bytes.length) throw new Malformed('trailing bytes')
  return tagged(element, tag)
}

/**
 * No structure here has a tenth as many. Millions of empty ones, in a CRL that nobody signed, would only fill memory.
 */
const MAX_ELEMENTS = 1_000

export function elements(content: Uint8Array): Der[] {
  const found: Der[] = []
  for (let rest = content; rest.length > 0; ) {
    if (found.length === MAX_ELEMENTS) throw new Malformed('too many')
    const element = first(rest)
    found.push(element)
    rest = rest.subarray(element.raw.length)
  }
  return found
}

export function tagged(element: Der | undefined, tag: number): Der {
  if (element?.tag !== tag) throw new Malformed('tag')
  return element
}

/** The elements inside a constructed one. */
export const inside = (element: Der | undefined, tag: number): Der[] => elements(tagged(element, tag).content)

/** The only element inside, e.g. of an explicit tag. */
export const only = (element: Der | undefined, tag: number, innerTag: number): Der =>
  sole(tagged(element, tag).content, innerTag)

/** Ends a grammar: no element may be left. */
export function end(rest: readonly Der[]): void {
  if (rest.length > 0) throw new Malformed('more than its grammar')
}

/** Takes the next element if it has this tag. */
export function optional(queue: Der[], tag: number): Der | undefined {
  return queue[0]?.tag === tag ? queue.shift() : undefined
}

/** Longer than any real OID: an arc of thousands of bytes would only take time. */
const MAX_OID_BYTES = 64

export function oid(element: Der | undefined): string {
  const { content } = tagged(element, TAG.oid)
  if (content.length > MAX_OID_BYTES) throw new Malformed('oid')
  const arcs: (number | bigint)[] = []
  // A certificate has some forty OIDs, whose arcs are small; an arc made of a UUID needs more than a number holds.
  let arc: number | bigint = 0
  let begun = false
  for (const byte of content) {
    if (!begun && byte === 0x80) throw new Malformed('oid')
    const low = byte & 0x7f
    arc = typeof arc === 'number' && arc < SAFE_ARC ? arc * 0x80 + low : BigInt(arc) * 0x80n + BigInt(low)
    begun = byte >= 0x80
    if (begun) continue
    arcs.push(arc)
    arc = 0
  }
  const [joint, ...others] = arcs
  if (begun || joint === undefined) throw new Malformed('oid')
  const root = joint < 80 ? Math.floor(Number(joint) / 40) : 2
  return [root, typeof joint === 'number' ? joint - root * 40 : joint - 80n, ...others].join('.')
}
/** Seven bits more are still a safe integer. */
const SAFE_ARC = 2 ** 46

/** A non-negative INTEGER of up to 31 bits: versions, lengths. */
export function count(element: Der | undefined): number {
  const { content } = tagged(element, TAG.integer)
  const [head, second = 0x80] = content
  if (head === undefined || head >= 0x80 || content.length > 4 || (head === 0 && content.length > 1 && second < 0x80)) {
    throw new Malformed('integer')
  }
  return content.reduce((value, byte) => value * 0x100 + byte, 0)
}

export function boolean(element: Der): boolean {
  const { content } = tagged(element, TAG.boolean)
  if (content.length !== 1 || (content[0] !== 0 && content[0] !== 0xff)) throw new Malformed('boolean')
  return content[0] === 0xff
}

/** The bytes of a BIT STRING that ends on a byte: a signature, a key. */
export function wholeBits(element: Der | undefined): Uint8Array {
  const { content } = tagged(element, TAG.bitString)
  if (content[0] !== 0) throw new Malformed('bits')
  return content.subarray(1)
}

/** UTCTime or GeneralizedTime as RFC 5280 §4.1.2.5 demands them, in milliseconds of the epoch. */
export function time(element: Der | undefined): number {
  const text = Buffer.from(element?.content ?? []).toString('latin1')
  const digits = element?.tag === TAG.utcTime ? `${Number(text.slice(0, 2)) < 50 ? '20' : '19'}${text}` : text
  if (element?.tag !== TAG.utcTime && element?.tag !== TAG.generalizedTime) throw new Malformed('time')
  const [, year, month, day, hour, minute, second] = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/.exec(digits) ?? []
  const at = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`)
  if (Number.isNaN(at)) throw new Malformed('time')
  return at
}

export const sameBytes = (one: Uint8Array, other: Uint8Array): boolean => Buffer.compare(one, other) === 0
