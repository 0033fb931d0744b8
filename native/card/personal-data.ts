import type { PersonalData } from '../../contract/device.ts'
import { err, ok, type Result } from '../../contract/result.ts'

export interface PersonalDataMalformed {
  kind: 'personal-data-malformed'
  reason:
    | 'header-missing'
    | 'header-not-hex'
    | 'longer-than-file'
    | 'field-length-not-hex'
    | 'field-overruns'
    | 'control-character'
}

/** EF.Dati_personali is 400 bytes on every card seen, six of them its header. */
const HEADER_BYTES = 6
const MAX_CONTENT_BYTES = 394

const malformed = (reason: PersonalDataMalformed['reason']): Result<never, PersonalDataMalformed> =>
  err({ kind: 'personal-data-malformed', reason })

/** Bytes of the file in use, header included, from its first six bytes. */
export function personalDataLength(start: Uint8Array): Result<number, PersonalDataMalformed> {
  if (start.length < HEADER_BYTES) return malformed('header-missing')
  const length = hexNumber(Buffer.from(start.subarray(0, HEADER_BYTES)).toString('latin1'))
  if (length === null) return malformed('header-not-hex')
  if (length > MAX_CONTENT_BYTES) return malformed('longer-than-file')
  return ok(HEADER_BYTES + length)
}

/**
 * Parses EF.Dati_personali: a header of 6 hex digits, then fields of 2 hex digits and as many Latin-1 bytes. Trailing
 * fields may be missing and padding follows (OpenSC, itacns driver). Nothing in it is authenticated.
 */
export function parsePersonalData(file: Uint8Array): Result<PersonalData, PersonalDataMalformed> {
  const length = personalDataLength(file)
  if (!length.ok) return length
  if (length.value > file.length) return malformed('longer-than-file')
  const content = Buffer.from(file.subarray(HEADER_BYTES, length.value)).toString('latin1')
  const fields: string[] = []
  for (let at = 0; at < content.length; ) {
    const size = hexNumber(content.slice(at, at + 2).padEnd(2, '?'))
    if (size === null) return malformed('field-length-not-hex')
    const end = at + 2 + size
    if (end > content.length) return malformed('field-overruns')
    fields.push(content.slice(at + 2, end))
    at = end
  }
  // Control characters would be commands to a screen or a printer.
  if (fields.some((field) => /\p{Cc}/u.test(field))) return malformed('control-character')
  const field = (number: number) => fields[number - 1]?.trim() ?? ''
  return ok({
    issuer: field(1),
    issued: field(2),
    expires: field(3),
    surname: field(4),
    name: field(5),
    born: field(6),
    sex: field(7),
    codiceFiscale: field(9),
    birthComune: field(11),
    residenceComune: field(14),
  })
}

const hexNumber = (text: string): number | null => (/^[0-9A-Fa-f]+$/.test(text) ? Number.parseInt(text, 16) : null)
