import { extensions, fullNames, signed } from './certificate.ts'
import {
  boolean,
  count,
  type Der,
  decode,
  elements,
  end,
  extent,
  first,
  inside,
  Malformed,
  only,
  optional,
  sameBytes,
  sole,
  TAG,
  tagged,
  time,
} from './der.ts'
import type { Signed } from './signature.ts'

/** A CRL (RFC 5280 §5) that copies nothing: its entries stay in the DER. Times in milliseconds. */
export interface Crl extends Signed {
  issuer: Uint8Array
  thisUpdate: number
  nextUpdate: number
  scope: Scope
  /** When this serial was revoked; null if it is not listed. */
  revokedAt(serial: Uint8Array): number | null
}

/**
 * The issuer's certificates that the CRL covers (§5.2.5): large Italian issuers split their CRLs by distribution point.
 */
interface Scope {
  /** Null: every distribution point. */
  names: Uint8Array[] | null
  only: 'users' | 'cas' | null
}

const EXTENSION = { issuingDistributionPoint: '2.5.29.28', deltaCrl: '2.5.29.27' } as const
const V2 = 1

/** The claimed signer of a CRL and the signed bytes. The signature is checked before any more of it is read. */
export type CrlEnvelope = Signed & Pick<Crl, 'issuer'>

/** Grammar for `decode`. */
export function crlEnvelope(bytes: Uint8Array): CrlEnvelope {
  const { issuer, tbs, algorithm, signature } = opened(bytes)
  return { issuer, tbs, algorithm, signature }
}

/** The envelope with the fields after the issuer. */
function opened(bytes: Uint8Array): CrlEnvelope & { fields: Der[] } {
  const { tbs, algorithm, signature } = signed(bytes)
  const fields = elements(tbs.content)
  const version = optional(fields, TAG.integer)
  if (version && count(version) !== V2) throw new Malformed('version')
  const inner = tagged(fields.shift(), TAG.sequence)
  if (!sameBytes(inner.raw, algorithm.raw)) throw new Malformed('two algorithms')
  const issuer = tagged(fields.shift(), TAG.sequence)
  return { tbs, algorithm, signature, issuer: issuer.raw, fields }
}

/**
 * One DER CRL. Grammar for `decode`. Indirect, delta and otherwise partial lists are refused, because a missing entry
 * proves nothing there. Only for CRLs whose signature is checked: crafted entries can take hours to index.
 */
export function crl(bytes: Uint8Array): Crl {
  const { tbs, algorithm, signature, issuer, fields } = opened(bytes)
  const thisUpdate = time(fields.shift())
  const nextUpdate = time(fields.shift())
  const revoked = optional(fields, TAG.sequence)
  const extensionList = optional(fields, TAG.context)
  end(fields)
  return {
    tbs,
    algorithm,
    signature,
    issuer,
    thisUpdate,
    nextUpdate,
    scope: scope(extensionList),
    revokedAt: index(revoked?.content ?? new Uint8Array()),
  }
}

function scope(extensionList: Der | undefined): Scope {
  const found = extensionList ? extensions(only(extensionList, TAG.context, TAG.sequence)) : new Map<string, never>()
  for (const [id, { critical }] of found) {
    if (id === EXTENSION.deltaCrl || (critical && id !== EXTENSION.issuingDistributionPoint)) {
      throw new Malformed('a CRL of another kind')
    }
  }
  const point = found.get(EXTENSION.issuingDistributionPoint)
  if (!point) return { names: null, only: null }
  // IssuingDistributionPoint: implicit tags, in this order.
  const fields = inside(sole(point.value, TAG.sequence), TAG.sequence)
  const name = optional(fields, TAG.context)
  const flag = (number: number) => {
    const field = optional(fields, CONTEXT_PRIMITIVE + number)
    return field !== undefined && boolean({ ...field, tag: TAG.boolean })
  }
  const users = flag(1)
  const cas = flag(2)
  // onlySomeReasons (3), indirectCRL (4), onlyContainsAttributeCerts (5).
  end(fields)
  if (users && cas) throw new Malformed('a CRL of nothing')
  return { names: name ? fullNames(name) : null, only: users ? 'users' : cas ? 'cas' : null }
}

const CONTEXT_PRIMITIVE = 0x80

/**
 * Looks serials up in `entries`. A region's CRL has hundreds of thousands. They are read once; a table of their places
 * finds them again (open addressing, at most half full). It takes 8 to 16 bytes an entry, where a Set would take 100.
 */
function index(entries: Uint8Array): (serial: Uint8Array) => number | null {
  const places = placesOf(entries)
  const size = 2 ** Math.ceil(Math.log2(places.length * 2 + 2))
  const table = new Uint32Array(size)
  const slotOf = (bytes: Uint8Array, from: number, to: number) => {
    // FNV-1a, because serials may be random or just counted.
    let hash = 0x811c9dc5
    for (let at = from; at < to; at++) hash = Math.imul(hash ^ (bytes[at] ?? 0), 0x01000193)
    return (hash ^ (hash >>> 15)) & (size - 1)
  }
  for (const place of places) {
    const { start, end } = serialAt(entries, place)
    let slot = slotOf(entries, start, end)
    while (table[slot] !== 0) slot = (slot + 1) & (size - 1)
    table[slot] = place + 1
  }
  return (serial) => {
    for (let slot = slotOf(serial, 0, serial.length); table[slot] !== 0; slot = (slot + 1) & (size - 1)) {
      const { start, end } = serialAt(entries, (table[slot] ?? 0) - 1)
      if (sameBytes(entries.subarray(start, end), serial)) return revocationDate(entries, end)
    }
    return null
  }
}

const serialAt = (entries: Uint8Array, place: number) => extent(entries, place)
/** An entry whose date cannot be read revokes all the same, and for all time. */
const revocationDate = (entries: Uint8Array, place: number) =>
  decode(entries.subarray(place), (bytes) => time(first(bytes))) ?? 0

/** Places of the entries' serial numbers. */
function placesOf(entries: Uint8Array): number[] {
  const places: number[] = []
  for (let at = 0; at < entries.length; ) {
    const entry = extent(entries, at)
    const serial = extent(entries, entry.start)
    const date = extent(entries, serial.end)
    if (entry.tag !== TAG.sequence || serial.tag !== TAG.integer || date.end > entry.end) throw new Malformed('entry')
    if (date.end < entry.end) refuseCritical(entries, date.end, entry.end)
    places.push(entry.start)
    at = entry.end
  }
  return places
}

/** A critical extension of an entry (§5.3) changes which certificate it means, so a list with one cannot be used. */
function refuseCritical(entries: Uint8Array, from: number, to: number): void {
  const list = extent(entries, from)
  if (list.tag !== TAG.sequence || list.end !== to) throw new Malformed('entry')
  for (let at = list.start; at < list.end; ) {
    const item = extent(entries, at)
    const type = extent(entries, item.start)
    if (item.end > list.end || type.end >= item.end) throw new Malformed('entry')
    if (extent(entries, type.end).tag === TAG.boolean) throw new Malformed('critical')
    at = item.end
  }
}
