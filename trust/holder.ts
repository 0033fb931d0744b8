import { isCodiceFiscale } from '../contract/identity.ts'
import { attribute } from './certificate.ts'

/** The person that a certificate's subject names. An absent or repeated value is null; an absent name is empty. */
export interface Holder {
  codiceFiscale: string | null
  surname: string
  givenName: string
  /** EF.ID_Carta of a CNS. */
  cardId: string | null
  /** Document number of a CIE, e.g. CA00000AA. */
  documentNumber: string | null
}

const COMMON_NAME = '2.5.4.3'
const SURNAME = '2.5.4.4'
const SERIAL_NUMBER = '2.5.4.5'
const GIVEN_NAME = '2.5.4.42'

/** Prefixes: `TINIT-` of ETSI EN 319 412-1 §5.1.3, and `IT:`, which Italian issuers wrote before it. */
const CODICE_FISCALE = /^\s*(?:TINIT[-:]|IT[-:]|CF[-:])?\s*([A-Z0-9]{16})(?![A-Z0-9])/i
/** Common name of a CNS: `<codice fiscale>/<card id>.<hash of EF.Dati_personali>`. */
const CARD_ID = /^[^/]*\/([0-9A-Z]{1,16})\./
/** Common name of a CIE: `<codice fiscale>/<document number>`. */
const NUMBER_IN_NAME = /^[^/]*\/([A-Z]{2}\d{5}[A-Z]{2})(?![A-Z0-9])/
/** The serialNumber attribute of a CIE: the document number, with or without a prefix of ETSI EN 319 412-1. */
const NUMBER = /^(?:[A-Z]{3}[A-Z]{2}-)?([A-Z]{2}\d{5}[A-Z]{2})$/

/** Reads a subject in the forms that the issuers of both cards write. */
export function holderOf(subject: Uint8Array): Holder {
  // Two common names would let two readers see two people.
  const one = (id: string): string => {
    const [value = '', ...others] = attribute(subject, id)
    return others.length === 0 ? value : ''
  }
  const commonName = one(COMMON_NAME)
  const serialNumber = one(SERIAL_NUMBER)
  // Sixteen letters may also be a name: only the check letter makes them a code.
  const codes = [commonName, serialNumber]
    .flatMap((text) => CODICE_FISCALE.exec(text)?.[1]?.toUpperCase() ?? [])
    .filter(isCodiceFiscale)
  const [code = null] = codes
  const agreed = codes.every((other) => other === code)
  return {
    codiceFiscale: agreed ? code : null,
    surname: one(SURNAME),
    givenName: one(GIVEN_NAME),
    cardId: CARD_ID.exec(commonName)?.[1] ?? null,
    documentNumber: NUMBER.exec(serialNumber)?.[1] ?? NUMBER_IN_NAME.exec(commonName)?.[1] ?? null,
  }
}
