import { isCodiceFiscale } from '../contract/identity.ts'
import { err, ok, type Result } from '../contract/result.ts'
import { decode, elements, first, Malformed, only, tagged } from './der.ts'
import { mrzLetters, readMrz } from './mrz.ts'
import { type CardAltered, verifyFiles } from './sod.ts'
import type { Trust } from './trust.ts'

/** Data about the holder that a CIE gives to a reader with its CAN. Dates are YYYY-MM-DD. */
export interface DocumentHolder {
  documentNumber: string
  surname: string
  name: string
  codiceFiscale: string
  born: string
  expires: string
  /** Comune and province, or the place alone for a birth abroad. Empty where the document lacks it. */
  birthPlace: string[]
  /** Street, comune, province. */
  address: string[]
}

/** DG1 and DG11 as read from the card (file padding may follow), EF.SOD of the travel document application. */
export interface TravelDocumentFiles {
  dg1: Uint8Array
  dg11: Uint8Array
  sod: Uint8Array
}

const DG1 = 0x61
const MRZ = 0x5f1f
const DG11 = 0x6b
/** ICAO 9303-10 §4.7.11; 5F0E is NAME<<FIRST NAMES, 5F10 the personal number, in Italy the codice fiscale. */
const DETAIL = { name: 0x5f0e, codiceFiscale: 0x5f10, born: 0x5f2b, birthPlace: 0x5f11, address: 0x5f42 } as const

/**
 * Passive authentication of a CIE's travel document (ICAO 9303-11 §5.1), then its data. It proves what the State wrote,
 * and not that the holder is here. An expired document is not refused: `expires` has the date.
 */
export function verifyTravelDocument(
  { dg1, dg11, sod }: TravelDocumentFiles,
  trust: Trust,
  at: Date,
): Result<DocumentHolder, CardAltered> {
  const altered = (reason: CardAltered['reason']) => err<CardAltered>({ kind: 'card-altered', reason })
  const files = [
    ['dg1', cut(dg1, DG1)],
    ['dg11', cut(dg11, DG11)],
  ] as const
  const authentic = verifyFiles(sod, files, 'csca', trust, at)
  if (!authentic.ok) return authentic

  const zone = decode(dg1, machineReadableZone)
  if (!zone) return altered('dg1-malformed')
  const details = decode(dg11, additionalDetails)
  if (!details) return altered('dg11-malformed')
  const { surname = zone.surname, name = zone.name, ...other } = details
  const sameName =
    zone.truncated || [sameLetters(zone.surname, surname), sameLetters(zone.name, name)].every((same) => same !== false)
  if (!sameName || other.born.replaceAll('-', '').slice(2) !== zone.born) return altered('holder-differs')
  return ok({ documentNumber: zone.documentNumber, surname, name, ...other, expires: zone.expires })
}

const cut = (file: Uint8Array, tag: number) => decode(file, (bytes) => tagged(first(bytes), tag).raw)

/** Null where the two cannot be compared. */
function sameLetters(inZone: string, name: string): boolean | null {
  const letters = mrzLetters(name)
  return letters === null ? null : letters === mrzLetters(inZone)
}

function machineReadableZone(dg1: Uint8Array) {
  const zone = readMrz(Buffer.from(only(first(dg1), DG1, MRZ).content).toString('latin1'))
  if (!zone) throw new Malformed('machine-readable zone')
  // No card is valid for a hundred years, so the century is 20.
  return { ...zone, expires: isoDate(`20${zone.expires}`) }
}

function additionalDetails(dg11: Uint8Array) {
  const fields = new Map<number, Uint8Array>()
  for (const { tag, content } of elements(tagged(first(dg11), DG11).content)) {
    if (fields.has(tag)) throw new Malformed('a detail twice')
    fields.set(tag, content)
  }
  const of = (tag: number) => text(fields.get(tag) ?? new Uint8Array())
  const codiceFiscale = of(DETAIL.codiceFiscale)
  if (!isCodiceFiscale(codiceFiscale)) throw new Malformed('codice fiscale')
  const [surname, name] = of(DETAIL.name)
    .split('<<')
    .map((part) => part.replaceAll('<', ' ').trim())
  return {
    // A name without both parts is left out; the machine-readable zone has a better one.
    ...(surname && name && { surname, name }),
    codiceFiscale,
    born: isoDate(of(DETAIL.born)),
    birthPlace: parts(of(DETAIL.birthPlace)),
    address: parts(of(DETAIL.address)),
  }
}

/** Separators may be missing: a birth abroad has a place and no province. */
const parts = (field: string): string[] =>
  field
    .split('<')
    .map((part) => part.trim())
    .filter((part) => part !== '')

/** UTF-8, or Latin-1 on cards that were written in it. */
function text(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes).trim()
  } catch {
    return Buffer.from(bytes).toString('latin1').trim()
  }
}

/** YYYYMMDD to YYYY-MM-DD, if the day exists. */
function isoDate(digits: string): string {
  const [, year, month, day] = /^(\d{4})(\d\d)(\d\d)$/.exec(digits) ?? []
  const iso = `${year}-${month}-${day}`
  const at = new Date(`${iso}T00:00:00Z`)
  if (Number.isNaN(+at) || at.toISOString().slice(0, 10) !== iso) throw new Malformed('date')
  return iso
}
