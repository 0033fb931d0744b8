import { MIMEType } from 'node:util'

/** A mail or a part of one: its headers by their names in lower case, and what follows them, byte for byte. */
export interface Entity {
  headers: ReadonlyMap<string, string>
  type: MIMEType
  /** With its headers, as a signature covers it. */
  whole: Buffer
  body: Buffer
}

const MOST_PARTS = 20
const PLAIN = 'text/plain'

/** Reads a mail, whose lines end in CRLF (RFC 5322). Bytes are kept, because a signature is over bytes. */
export function entityIn(whole: Buffer): Entity {
  const text = whole.toString('latin1')
  const at = text.startsWith('\r\n') ? 0 : text.indexOf('\r\n\r\n')
  const head = at < 0 ? text : text.slice(0, at)
  const headers = new Map<string, string>()
  for (const line of head.replace(/\r\n[ \t]+/g, ' ').split('\r\n')) {
    const [, name, value] = /^([!-9;-~]+):[ \t]*(.*)$/.exec(line) ?? []
    // The first of two counts, for all readers of this one.
    if (name && value !== undefined && !headers.has(name.toLowerCase())) headers.set(name.toLowerCase(), value.trim())
  }
  const body = at < 0 ? Buffer.alloc(0) : whole.subarray(at + (at === 0 ? 2 : 4))
  return { headers, type: typeIn(headers.get('content-type')), whole, body }
}

function typeIn(header: string | undefined): MIMEType {
  try {
    return new MIMEType(header ?? PLAIN)
  } catch {
    return new MIMEType(PLAIN)
  }
}

/** The parts of a multipart entity (RFC 2046 §5.1.1); none where it is no multipart, or has more parts than any report. */
export function partsOf({ type, body }: Entity): Entity[] {
  const boundary = type.params.get('boundary')
  if (type.type !== 'multipart' || !boundary) return []
  const text = body.toString('latin1')
  const delimiter = `--${boundary}`
  const starts: { at: number; next: number; last: boolean }[] = []
  for (let at = text.indexOf(delimiter); at >= 0; at = text.indexOf(delimiter, at + 1)) {
    if (at !== 0 && text.slice(at - 2, at) !== '\r\n') continue
    const line = /^(--)?[ \t]*(\r\n|$)/.exec(text.slice(at + delimiter.length, at + delimiter.length + 100))
    if (!line) continue
    starts.push({ at, next: at + delimiter.length + line[0].length, last: line[1] !== undefined })
    if (line[1] !== undefined || starts.length > MOST_PARTS) break
  }
  // Without its end something of it is missing.
  if (!starts.at(-1)?.last) return []
  return starts.slice(0, -1).map(({ next }, index) => {
    // The line break before a delimiter belongs to the delimiter.
    const end = (starts[index + 1]?.at ?? next + 2) - 2
    return entityIn(body.subarray(next, Math.max(next, end)))
  })
}

/** Its content without its transfer encoding (RFC 2045 §6). */
export function contentOf({ headers, body }: Entity): Buffer {
  switch (headers.get('content-transfer-encoding')?.toLowerCase()) {
    case 'base64':
      return Buffer.from(body.toString('latin1'), 'base64')
    case 'quoted-printable': {
      const text = body.toString('latin1').replace(/=[ \t]*\r\n/g, '')
      return Buffer.from(
        text.replace(/=([0-9A-F]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
        'latin1',
      )
    }
    default:
      return body
  }
}
