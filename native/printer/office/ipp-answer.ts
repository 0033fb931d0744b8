/** An office printer's answer (RFC 8010 §3.1). Values of a syntax that the totem does not use are left out. */
export interface IppAnswer {
  /** RFC 8011 appendix B; below 0x0100 it is a success. */
  status: number
  groups: IppGroup[]
}

export interface IppGroup {
  tag: number
  attributes: Map<string, (string | number | boolean)[]>
}

/** RFC 8010 §3.5: delimiter and value tags. */
const END_OF_ATTRIBUTES = 0x03
const FIRST_VALUE_TAG = 0x10
const INTEGER = 0x21
const BOOLEAN = 0x22
const ENUM = 0x23
const TEXTS = [
  ...[0x41, 0x42], // textWithoutLanguage, nameWithoutLanguage
  ...[0x44, 0x45, 0x46, 0x47, 0x48, 0x49], // keyword, uri, uriScheme, charset, naturalLanguage, mimeMediaType
]
/** Version, status and request id. */
const HEADER_BYTES = 8

/**
 * Reads an answer; null when it is none. The library's own parser takes lengths as signed: a length above 32,767 sends
 * it backwards, in circles for ever.
 */
export function readAnswer(bytes: Uint8Array): IppAnswer | null {
  if (bytes.length < HEADER_BYTES) return null
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const groups: IppGroup[] = []
  let values: (string | number | boolean)[] = []
  let at = HEADER_BYTES

  /** The next length-preceded field; null when it goes beyond the end. */
  function field(): Uint8Array | null {
    if (at + 2 > bytes.length) return null
    const start = at + 2
    at = start + view.getUint16(at)
    return at > bytes.length ? null : bytes.subarray(start, at)
  }

  while (at < bytes.length) {
    const tag = view.getUint8(at++)
    if (tag === END_OF_ATTRIBUTES) return { status: view.getUint16(2), groups }
    if (tag < FIRST_VALUE_TAG) {
      groups.push({ tag, attributes: new Map() })
      continue
    }
    const name = field()
    const value = field()
    const group = groups.at(-1)
    if (!name || !value || !group) return null
    // A value without a name belongs to the attribute before it.
    if (name.length > 0) {
      values = []
      group.attributes.set(Buffer.from(name).toString(), values)
    }
    const read = decoded(tag, value)
    if (read !== null) values.push(read)
  }
  return null
}

function decoded(tag: number, value: Uint8Array): string | number | boolean | null {
  const bytes = Buffer.from(value)
  if ((tag === INTEGER || tag === ENUM) && bytes.length === 4) return bytes.readInt32BE()
  if (tag === BOOLEAN && bytes.length === 1) return bytes[0] !== 0
  return TEXTS.includes(tag) ? bytes.toString() : null
}
