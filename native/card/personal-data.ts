import type { PersonalData } from '../../contract/device.ts'
import { isCodiceFiscale } from '../../contract/identity.ts'
import { err, ok, type Result } from '../../contract/result.ts'

/** Why EF.Dati_personali names nobody, for a technician. */
export interface PersonalDataFault {
  kind:
    | 'header-missing'
    | 'header-not-hex'
    | 'field-length-not-hex'
    | 'field-overruns'
    | 'codice-fiscale-missing'
    | 'codice-fiscale-invalid'
}

const fault = (kind: PersonalDataFault['kind']) => err({ kind })

const HEADER_BYTES = 6
/** EF.Dati_personali is 400 bytes on every card seen. A header that claims more costs no more than this to read. */
const MAX_FILE_BYTES = 400
const FIELDS = 16

/** Bytes of the file that may be in use, header included, from its first six bytes. */
export function personalDataLength(start: Uint8Array): Result<number, PersonalDataFault> {
  if (start.length < HEADER_BYTES) return fault('header-missing')
  const counted = hexNumber(start.subarray(0, HEADER_BYTES))
  if (counted === null) return fault('header-not-hex')
  // The one real card whose file is public counts the header's own six digits (OpenSC issue 3804); other readers take
  // the header for the length of what follows. The longer reading holds both, because the fields tell where they end.
  return ok(Math.min(HEADER_BYTES + counted, MAX_FILE_BYTES))
}

/**
 * Reads EF.Dati_personali: a header of 6 hex digits, then 16 fields of 2 hex digits and as many bytes of text; padding
 * follows, and the last fields may be missing (OpenSC, itacns driver). Nobody has signed the file, so it counts only
 * as far as it names a codice fiscale, to be held against the certificate's. After that field a fault only ends it.
 */
export function parsePersonalData(file: Uint8Array): Result<PersonalData, PersonalDataFault> {
  const length = personalDataLength(file)
  if (!length.ok) return length
  const { fields, end } = fieldsOf(file.subarray(HEADER_BYTES, length.value))
  const field = (number: number) => textOf(fields[number - 1] ?? new Uint8Array())
  const codiceFiscale = field(9).toUpperCase()
  if (codiceFiscale === '') return fault(end ?? 'codice-fiscale-missing')
  if (!isCodiceFiscale(codiceFiscale)) return fault('codice-fiscale-invalid')
  return ok({
    issuer: field(1),
    issued: field(2),
    expires: field(3),
    surname: field(4),
    name: field(5),
    born: field(6),
    sex: field(7),
    codiceFiscale,
    birthComune: field(11),
    residenceComune: field(14),
  })
}

/** Up to 16 fields. `end`: what kept the next one from being read, if anything did. */
function fieldsOf(content: Uint8Array): { fields: Uint8Array[]; end: PersonalDataFault['kind'] | null } {
  const fields: Uint8Array[] = []
  for (let at = 0; at < content.length && fields.length < FIELDS; ) {
    const start = at + 2
    const size = start <= content.length ? hexNumber(content.subarray(at, start)) : null
    if (size === null) return { fields, end: 'field-length-not-hex' }
    if (start + size > content.length) return { fields, end: 'field-overruns' }
    fields.push(content.subarray(start, start + size))
    at = start + size
  }
  return { fields, end: null }
}

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
/** Latin-1 with letters and quotation marks where Latin-1 has control characters. */
const WINDOWS_1252 = new TextDecoder('windows-1252')

/** Issuers do not say which encoding they use. Text in the other one is hardly ever valid UTF-8. */
function textOf(bytes: Uint8Array): string {
  let text: string
  try {
    text = UTF8.decode(bytes)
  } catch {
    text = WINDOWS_1252.decode(bytes)
  }
  // Control characters would be commands to a screen or a printer; invisible ones could turn a name round.
  return text.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, '').trim()
}

function hexNumber(digits: Uint8Array): number | null {
  const text = Buffer.from(digits).toString('latin1')
  return /^[0-9A-Fa-f]+$/.test(text) ? Number.parseInt(text, 16) : null
}
